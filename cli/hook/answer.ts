import { readConfig } from '../../server/config.ts';
import { type HookEvent, isHookEvent, registering } from '../../server/hook/events.ts';
import { type NamedTouch, nameTouches } from '../../server/touch/named.ts';
import { touchesOf } from '../../server/touch/touch.ts';
import { headersFor } from '../client/client.ts';
import { send } from '../client/http.ts';
import { CliError, ExitCode } from '../exit.ts';
import { removeSession, type Session } from '../identity/session.ts';
import type { Globals } from '../line/table.ts';
import { Reach } from '../reach/reach.ts';
import { parseObject } from '../reach/running.ts';
import { keepProcess, registerSession, type Surroundings, sessionOf } from './session.ts';

/** Milliseconds of silence; the hook's own time is over before. */
const silence = 5000;

/** Bytes of a prompt that go to the server, which takes its first line. */
const promptBytes = 4096;

/** What a hook says, and what is left to do. */
export interface Answered {
  /** One line of JSON for Claude Code; undefined where there is nothing to say. */
  line: string | undefined;
  /** To be called once that is said: what it handed over counts as delivered, and nothing may come between. */
  keep: () => Promise<void>;
}

const nothing: Answered = { line: undefined, keep: async () => {} };

/**
 * What the server answers a hook.
 * @param text the hook's input, as Claude Code gives it
 * @throws CliError, Error where it cannot be asked, or nobody is there to ask
 */
export async function answerOf(event: string, text: string, globals: Globals, signal: AbortSignal): Promise<Answered> {
  if (!isHookEvent(event)) throw new Error(`There is no hook for "${event}".`);
  const input = parseObject(text);
  if (!input) throw new Error('The input of the hook is no JSON object.');
  const { session_id: sessionId, cwd } = input;
  if (typeof sessionId !== 'string' || sessionId === '' || typeof cwd !== 'string' || cwd === '') {
    throw new Error('The input of the hook says neither session nor folder.');
  }
  // Nothing of it starts a server: where Clambake is down, nothing changes for a session.
  const environment: NodeJS.ProcessEnv = { ...process.env, CLAMBAKE_AUTOSTART: '0' };
  environment.CLAMBAKE_SESSION ||= sessionId;
  const config = readConfig(environment);
  const surroundings: Surroundings = {
    ...{ config, environment, cwd },
    reach: new Reach(config, globals.url, environment),
    model: typeof input.model === 'string' ? input.model : undefined,
  };
  // Whoever has named an instance is that one, or nobody.
  const mayRegister = registering.has(event) && !environment.CLAMBAKE_INSTANCE;

  let touches: NamedTouch[] | undefined;
  const ofTool = typeof input.tool_name === 'string' ? touchesOf(input.tool_name, input.tool_input, cwd) : [];
  // Most calls touch nothing that could be held.
  if (event === 'PreToolUse' && ofTool.length === 0) return nothing;

  const known = await sessionOf(surroundings);
  if (!known && !mayRegister) return nothing;
  let session = known ?? (await registerSession(surroundings));
  if (event === 'PreToolUse') touches = nameTouches(ofTool, session);
  const ask = (introduce: boolean): Promise<Answer> =>
    post(event, { ...reduced(input), clambake: { introduce, touches } }, session, surroundings.reach, signal);

  let answer = await ask(!known);
  if (answer.refused) {
    if (event === 'SessionEnd') removeSession(config.home, session.instance, session.token);
    // Another hook, beside this one, may just have registered again.
    const renewed = await sessionOf(surroundings);
    const isNew = renewed === undefined || renewed.token === session.token;
    if (isNew && !mayRegister) return nothing;
    session = isNew ? await registerSession(surroundings) : renewed;
    answer = await ask(isNew);
    if (answer.refused) throw failed('The server accepts no token of this session.');
  }
  const keep = (): Promise<void> => keepProcess(config.home, session);
  if (event !== 'SessionEnd') return { line: answer.text, keep };
  removeSession(config.home, session.instance, session.token);
  return nothing;
}

/** What the server reads of a hook's input. What a tool is given stays here: what it touches has been named. */
function reduced(input: Record<string, unknown>): Record<string, unknown> {
  const { session_id, agent_id, cwd, hook_event_name, source, model, tool_name, stop_hook_active, reason, prompt } =
    input;
  const begins = typeof prompt === 'string' ? prompt.trimStart().slice(0, promptBytes) : undefined;
  return {
    session_id,
    agent_id,
    cwd,
    hook_event_name,
    source,
    model,
    tool_name,
    stop_hook_active,
    reason,
    prompt: begins,
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
