import { badInput } from '../errors.ts';
import { limits } from '../input.ts';
import type { NamedTouch } from '../touch/named.ts';
import type { HookEvent } from './events.ts';

/** What `clambake hook` adds to Claude Code's own fields, under `clambake`. */
export interface FromTheMachine {
  /** What the tool call would touch, named where the files are. */
  touches?: NamedTouch[];
  /** The session registered just now, whatever the event: it is told what a session is told that starts. */
  introduce?: boolean;
}

/** The input of a hook, as far as it is used; what is missing or of another type is undefined. */
export interface HookInput {
  event: HookEvent;
  sessionId: string;
  /** The subagent that it happened in. */
  agentId: string | undefined;
  /** The folder that the session is in now. */
  cwd: string;
  source: string | undefined;
  model: string | undefined;
  prompt: string | undefined;
  toolName: string;
  toolInput: unknown;
  /** Whether Claude goes on because of a hook of this event already. */
  stopHookActive: boolean;
  clambake: FromTheMachine;
}

/**
 * Reads what Claude Code gives a hook (its documentation: hooks, common input fields).
 * @param given JSON, of anybody
 * @throws ClambakeError BAD_INPUT: no object, no session, no folder
 */
export function readHookInput(event: HookEvent, given: unknown): HookInput {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badInput('input', 'The input of a hook is a JSON object, as Claude Code gives it.');
  }
  const field = (name: string): unknown => (given as Record<string, unknown>)[name];
  const text = (name: string): string | undefined => {
    const value = field(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const sessionId = text('session_id');
  if (sessionId === undefined || Buffer.byteLength(sessionId) > limits.sessionKey) {
    throw badInput('session_id', `session_id is missing or longer than ${limits.sessionKey} bytes.`);
  }
  const cwd = text('cwd');
  if (cwd === undefined || Buffer.byteLength(cwd) > limits.directory) {
    throw badInput('cwd', `cwd is missing or longer than ${limits.directory} bytes.`);
  }
  return {
    ...{ event, sessionId, cwd },
    agentId: text('agent_id'),
    source: text('source'),
    model: text('model'),
    prompt: text('prompt'),
    toolName: text('tool_name') ?? '',
    toolInput: field('tool_input'),
    stopHookActive: field('stop_hook_active') === true,
    clambake: readOwn(field('clambake')),
  };
}

function readOwn(given: unknown): FromTheMachine {
  if (typeof given !== 'object' || given === null) return {};
  const { touches, introduce } = given as Record<string, unknown>;
  return {
    ...(Array.isArray(touches) ? { touches: touches.filter(isNamedTouch) } : {}),
    introduce: introduce === true,
  };
}

function isNamedTouch(value: unknown): value is NamedTouch {
  if (typeof value !== 'object' || value === null) return false;
  const { by, resources, worksIn, push, ofProject } = value as Record<string, unknown>;
  return (
    typeof by === 'string' &&
    Array.isArray(resources) &&
    resources.every((resource) => typeof resource === 'string') &&
    (worksIn === undefined || typeof worksIn === 'string') &&
    [push, ofProject].every((flag) => flag === undefined || typeof flag === 'boolean')
  );
}
