import { readConfig } from '../../server/config.ts';
import { type HookEvent, isHookEvent, registering } from '../../server/hook/events.ts';
import { nameTouches } from '../../server/touch/named.ts';
import { type Touch, touchesOf } from '../../server/touch/touch.ts';
import { headersFor } from '../client/client.ts';
import { send } from '../client/http.ts';
import { CliError, ExitCode } from '../exit.ts';
import { removeSession, type Session } from '../identity/session.ts';
import type { Globals } from '../line/table.ts';
import { Reach } from '../reach/reach.ts';
import { parseObject } from '../reach/running.ts';
import { keepProcess, registerSession, sessionOf } from './session.ts';

/** Milliseconds of silence; the hook's own time is over before. */
const silence = 5000;

/** Bytes of a prompt that go to the server, which takes its first line. */
const promptBytes = 4096;

/** What a hook says, and what is left to do. */
export interface Answered {
  /** One line of JSON for Claude Code; undefined where there is nothing to say. */
  line?: string | undefined;
  /** Whether the server was asked. */
  asked: boolean;
  /** To be called once that is said: what it handed over counts as delivered, and nothing may come between. */
  keep: () => Promise<void>;
}

const nothing: Answered = { asked: false, keep: async () => {} };

/**
 * What the server answers a hook.
 * @param text the hook's input, as Claude Code gives it
 * @throws CliError, Error where it cannot be asked
 */
export async function answerOf(event: string, text: string, globals: Globals, signal: AbortSignal): Promise<Answered> {
  if (!isHookEvent(event)) throw new Error(`There is no hook for "${event}".`);
  const input = parseObject(text);
  if (!input) throw new Error('The input of the hook is no JSON object.');
  const { session_id: sessionId, cwd, model, tool_name: tool } = input;
  if (typeof sessionId !== 'string' || sessionId === '' || typeof cwd !== 'string' || cwd === '') {
    throw new Error('The input of the hook says neither session nor folder.');
  }
  const touches = event === 'PreToolUse' && typeof tool === 'string' ? touchesOf(tool, input.tool_input, cwd) : [];
  // Most calls touch nothing that could be held.
  if (event === 'PreToolUse' && touches.length === 0) return nothing;

  // Nothing of it starts a server: where Clambake is down, nothing changes for a session.
  const environment: NodeJS.ProcessEnv = { ...process.env, CLAMBAKE_AUTOSTART: '0' };
  environment.CLAMBAKE_SESSION ||= sessionId;
  const config = readConfig(environment);
  const reach = new Reach(config, globals.url, environment);
  const here = { config, environment, cwd, reach, model: typeof model === 'string' ? model : undefined };
  // Whoever has named an instance is that one, or nobody.
  const mayRegister = registering.has(event) && !environment.CLAMBAKE_INSTANCE;

  let session = (await sessionOf(here)) ?? (mayRegister ? await registerSession(here) : undefined);
  if (!session) return nothing;
  const leave = ({ instance, token }: Session): void => removeSession(config.home, instance, token);
  let answer = await post(event, bodyOf(input, session, touches), session, reach, signal);
  if (answer.refused) {
    if (event === 'SessionEnd') leave(session);
    // Another hook, beside this one, may just have registered again.
    const now = await sessionOf(here);
    const renewed = now?.token === session.token ? undefined : now;
    session = renewed ?? (mayRegister ? await registerSession(here) : undefined);
    if (!session) return nothing;
    answer = await post(event, bodyOf(input, session, touches), session, reach, signal);
    if (answer.refused) throw failed('The server accepts no token of this session.');
  }
  const told = session;
  const keep = async (): Promise<void> => {
    if (event === 'SessionEnd') leave(told);
    else if (registering.has(event)) await keepProcess(config.home, told);
  };
  return { line: answer.text, asked: true, keep };
}

/** What the server reads of a hook's input. What a tool is given stays here: what it touches is named. */
function bodyOf(input: Record<string, unknown>, session: Session, touches: readonly Touch[]): Record<string, unknown> {
  const { session_id, agent_id, cwd, source, model, stop_hook_active, prompt } = input;
  const begins = typeof prompt === 'string' ? prompt.trimStart().slice(0, promptBytes) : undefined;
  // None of its hooks has said anything yet: it does not know who it is.
  const introduce = session.sessionKey !== null && session.process === undefined;
  return {
    ...{ session_id, agent_id, cwd, source, model, stop_hook_active, prompt: begins },
    clambake: { introduce, touches: nameTouches(touches, session) },
  };
}

interface Answer {
  /** Whether the token is not, or no longer, a session's. */
  refused: boolean;
  text: string | undefined;
}

function post(
  event: HookEvent,
  body: Record<string, unknown>,
  session: Session,
  reach: Reach,
  signal: AbortSignal,
): Promise<Answer> {
  return reach.use(async (url) => {
    const answer = await send({
      url: `${url}/hooks/${event}`,
      method: 'POST',
      headers: { ...headersFor(session.token), 'content-type': 'application/json' },
      body: JSON.stringify(body),
      timeout: silence,
      signal,
    });
    if (answer.status === 401) return { refused: true, text: undefined };
    const output = answer.status === 200 ? parseObject(answer.body) : undefined;
    if (!output) throw failed(`The server at ${url} answered with HTTP status ${answer.status} and no JSON object.`);
    if (answer.problem !== undefined) throw failed(`The server at ${url} could not answer: ${answer.problem}.`);
    return { refused: false, text: Object.keys(output).length === 0 ? undefined : JSON.stringify(output) };
  }, false);
}

const failed = (message: string): CliError => new CliError(ExitCode.failed, 'FAILED', message);
