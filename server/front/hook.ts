import type { IncomingMessage, ServerResponse } from 'node:http';
import { badInput } from '../errors.ts';
import { type HookEvent, hookEvents, isHookEvent } from '../hook/events.ts';
import type { HookAnswer } from '../hook/hook.ts';
import type { Logger } from '../logger.ts';
import { readBody } from './body.ts';
import type { Mask } from './failure.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import { sendJson } from './reply.ts';
import { within } from './within.ts';

/** What stands before the name of an event in the path of its route. */
export const hookRoutes = '/hooks/';

/** Says, for `clambake hook` and people who look, why an answer is empty; whoever runs hooks over HTTP never sees it. */
const problemHeader = 'clambake-problem';

/** Names the session where it is not the one that Claude Code names. */
const sessionHeader = 'clambake-session';

interface Surroundings<Viewer> {
  log: Logger;
  mask: Mask;
  limits: Limits;
  authenticate(authorization: string | undefined): Promise<Viewer>;
  hook(viewer: Viewer, event: HookEvent, input: unknown, signal: AbortSignal): Promise<HookAnswer>;
}

/**
 * Answers a hook of Claude Code. Whoever may not ask is refused. Everything else that goes wrong, or takes too long, is answered with nothing, which lets
 * the session go on as if nobody had been asked: an error would be shown in a session that has nothing to do with it.
 * @param name of the event, as it stands in the path
 * @throws Refusal 401
 */
export async function sendHookAnswer<Viewer>(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  surroundings: Surroundings<Viewer>,
): Promise<void> {
  const { log, mask, limits } = surroundings;
  const since = performance.now();
  const abandoned = new AbortController();
  response.once('close', () => abandoned.abort());
  const answering = answer(request, name, surroundings, abandoned.signal);
  try {
    const { output = {}, takeBack } = await within(limits.hook, answering, () => {
      throw new Refusal(503, 'DATABASE_UNAVAILABLE', `There was no answer within ${limits.hook} ms.`);
    });
    if (abandoned.signal.aborted) return await takeBack?.();
    sendJson(response, 200, output);
    log.debug({ via: 'hook', event: name, ms: Math.round(performance.now() - since) }, 'answered');
  } catch (error) {
    // What is ready too late was handed to nobody.
    answering.then(({ takeBack }) => takeBack?.()).catch((late: unknown) => mask(late));
    const refusal = error instanceof Refusal ? error : Refusal.from(mask(error));
    if (refusal.status === 401) throw refusal;
    log.info({ via: 'hook', event: name.slice(0, 50), code: refusal.code }, 'a hook lets pass');
    if (response.headersSent || abandoned.signal.aborted) return;
    // A body that is still arriving is not read.
    const ending = request.complete ? {} : { connection: 'close' };
    request.resume();
    sendJson(response, 200, {}, { [problemHeader]: refusal.code, ...ending });
  }
}

async function answer<Viewer>(
  request: IncomingMessage,
  name: string,
  { limits, authenticate, hook }: Surroundings<Viewer>,
  signal: AbortSignal,
): Promise<HookAnswer> {
  const viewer = await authenticate(request.headers.authorization);
  const body = await readBody(request, limits.hookBytes);
  if (!isHookEvent(name))
    throw badInput('event', `There is no hook for "${name.slice(0, 50)}": ${hookEvents.join(', ')}.`);
  const input = parse(body);
  // A key that the person chose goes before the session's own, as on the command line.
  const key = request.headers[sessionHeader];
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return hook(viewer, name, key && isObject ? { ...input, session_id: key } : input, signal);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badInput('input', 'The input of a hook is no JSON.');
  }
}
