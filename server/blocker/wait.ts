import { authorId, type Context, signature } from '../context.ts';
import { patiently } from '../delivery/patience.ts';
import { badInput, ClambakeError } from '../errors.ts';
import { joinLine, leaveLine, renewEvery, renewPlace } from './queue.ts';
import { blocked, type InTheWay } from './refusal.ts';
import type { Resource } from './resource.ts';

/** Milliseconds after which everybody who waits looks by itself: what a lost wake-up costs. */
const backstop = 1000;

/** Longest wait of one request, in milliseconds. */
const longestWait = 3600_000;

/** What somebody wants who may have to wait. */
export interface Wanted<Result> {
  resources: Resource[];
  /** Milliseconds to wait; null for not at all. */
  wait: number | null;
  /** Names the request: made again it keeps its place. */
  clientKey: string | null;
  /** Looks, without waiting, whether it could have the resources at this place of the line (null: outside of it). */
  look(place: number | null): Promise<InTheWay>;
  /** Takes them, where nobody else came in between. */
  take(place: number | null): Promise<Result | InTheWay>;
}

/** @throws ClambakeError BAD_INPUT */
export function checkWait(wait: number | null | undefined): number | null {
  if (wait == null) return null;
  if (wait > longestWait) throw badInput('wait', 'wait is longer than 1h, which is the longest: ask again after it.');
  return wait;
}

/**
 * Takes resources, or waits in line until they are free: first come, first served (issue: waiting).
 * @throws ClambakeError BLOCKED where others hold them or came earlier, and the time to wait is over;
 *   DATABASE_UNAVAILABLE where the server stops meanwhile: made again elsewhere, the request keeps its place;
 *   UNAUTHENTICATED where its token is revoked meanwhile
 */
export async function takeInTurn<Result>(context: Context, wanted: Wanted<Result>): Promise<Result> {
  const asker = authorId(context);
  const first = await wanted.take(null);
  if (!isInTheWay(first)) return first;
  const ownAlone = first.held.length > 0 && first.held.every(({ holderId }) => holderId === asker);
  if (!wanted.wait || ownAlone) throw blocked(first, asker, false);
  return waitInLine(context, wanted, wanted.wait);
}

async function waitInLine<Result>(context: Context, wanted: Wanted<Result>, wait: number): Promise<Result> {
  const { database, freed, signal, log, staleAfter, viewer, liveTokens } = context;
  const { pool } = database;
  // Who deregisters in another terminal takes nothing any more.
  const revoked = viewer.kind === 'instance' ? liveTokens.use(viewer, signal) : signal;
  const leaving = AbortSignal.any([signal, revoked, freed.closing]);
  const deadline = performance.now() + wait;
  let place = await joinLine(pool, authorId(context), wanted.resources, wanted.clientKey);
  let renewed = performance.now();
  try {
    for (;;) {
      const { told } = freed;
      const seen = await patiently(() => wanted.look(place), leaving);
      const result = isFree(seen) ? await wanted.take(place) : seen;
      if (!isInTheWay(result)) return result;
      const left = deadline - performance.now();
      if (left <= 0) throw blocked(result, authorId(context), true);
      await freed.next(told, Math.min(backstop, left), leaving);
      if (freed.closing.aborted) throw stopping();
      if (signal.aborted) throw new ClambakeError('BLOCKED', `${signature(context)} has stopped waiting.`);
      revoked.throwIfAborted();
      if (performance.now() - renewed < renewEvery(staleAfter)) continue;
      renewed = performance.now();
      if (!(await renewPlace(pool, place, staleAfter))) {
        place = await joinLine(pool, authorId(context), wanted.resources, wanted.clientKey);
      }
    }
  } finally {
    // Whoever comes again under its key finds its place, where only this server goes.
    if (!freed.closing.aborted) {
      await leaveLine(pool, place).catch((error: unknown) => {
        log.warn({ err: error }, 'a waiter could not be taken from the line: it leaves by itself in 10 s');
      });
      freed.tell();
    }
  }
}

/** The error for a request that waits when the server stops: made again, it goes on waiting. */
export function stopping(): ClambakeError {
  return new ClambakeError('DATABASE_UNAVAILABLE', 'The server is stopping: ask again, and the waiting goes on.', {
    retryable: true,
  });
}

const isFree = ({ held, ahead }: InTheWay): boolean => held.length === 0 && ahead.length === 0;

function isInTheWay(result: unknown): result is InTheWay {
  return typeof result === 'object' && result !== null && 'held' in result && 'ahead' in result;
}
