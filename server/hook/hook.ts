import type { Context, InstanceViewer } from '../context.ts';
import { statement } from '../database/statement.ts';
import { deregister } from '../instance/service.ts';
import { cutTo, tokensOf } from '../recall/tokens.ts';
import { objection } from './before-tool.ts';
import type { HookEvent } from './events.ts';
import { type HookInput, readHookInput } from './input.ts';
import { introduce } from './introduction.ts';
import { type Handed, newMail } from './mail.ts';
import { instanceOf } from './session.ts';
import { reminder } from './stop.ts';

/** What a hook is answered with. */
export interface HookAnswer {
  /** As Claude Code takes it; undefined where there is nothing to say. */
  output: object | undefined;
  /** To be called where nobody got the answer: what it handed over is new again. */
  takeBack?: (() => Promise<void>) | undefined;
}

const nothing: HookAnswer = { output: undefined };

const setTask = statement<object, [instanceId: string, task: string]>(
  'hook-task',
  'UPDATE clambake.instance SET task = $2 WHERE id = $1 AND task IS NULL',
);

/** Tokens of a task that is taken from a prompt. */
const taskTokens = 50;

/**
 * Answers a hook of Claude Code (issue: hook routes). A subagent is part of its session: it holds what that holds, and gets none of its
 * mail, which would be gone with it.
 * @param given the input of the hook
 * @throws ClambakeError BAD_INPUT, and whatever the database throws
 */
export async function answerHook(context: Context, event: HookEvent, given: unknown): Promise<HookAnswer> {
  const input = readHookInput(event, given);
  if (input.agentId !== undefined && event !== 'PreToolUse') return nothing;
  const instance = await instanceOf(context, input);
  if (!instance) return nothing;
  const { viewer, fresh } = instance;
  const acting: Context = { ...context, viewer };
  switch (event) {
    case 'SessionStart':
      return handOver(event, await introduce(acting, viewer, { source: input.source, fresh }));
    case 'UserPromptSubmit':
    case 'PostToolBatch': {
      // First: what is handed over would be lost, were this to fail behind it.
      await takeTask(acting, viewer, input);
      const occasion = { source: undefined, fresh };
      return handOver(event, fresh ? await introduce(acting, viewer, occasion) : await newMail(acting, viewer));
    }
    case 'PreToolUse': {
      const against = await objection(acting, viewer, input);
      if (against?.denied !== undefined) {
        return say(event, { permissionDecision: 'deny', permissionDecisionReason: against.denied });
      }
      return against?.note === undefined ? nothing : say(event, { additionalContext: against.note });
    }
    case 'Stop':
      return input.stopHookActive ? nothing : handOver(event, await reminder(acting, viewer));
    case 'SessionEnd':
      await deregister(acting, undefined);
      return nothing;
  }
}

const say = (hookEventName: HookEvent, said: object): HookAnswer => ({
  output: { hookSpecificOutput: { hookEventName, ...said } },
});

function handOver(event: HookEvent, handed: Handed | undefined): HookAnswer {
  return handed === undefined
    ? nothing
    : { ...say(event, { additionalContext: handed.text }), takeBack: handed.takeBack };
}

/** Where the session has said nothing of what it is doing, its prompt says it. */
async function takeTask(context: Context, { id }: InstanceViewer, { prompt }: HookInput): Promise<void> {
  const line = prompt
    ?.toWellFormed()
    .split(/[\r\n]/)
    .map((each) => each.replaceAll('\0', '').trim())
    .find((each) => each !== '');
  if (line === undefined || context.secrets.find(line).length > 0) return;
  const task = tokensOf(line) <= taskTokens ? line : cutTo(line, taskTokens, 0);
  if (task !== undefined) await setTask(context.database.pool, id, task);
}
