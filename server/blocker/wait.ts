import { randomUUID } from 'node:crypto';
import { authorId, type Context } from '../context.ts';
import { patiently } from '../delivery/patience.ts';
import { badInput } from '../errors.ts';
import { type Leaving, watchLeaving } from './leaving.ts';
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
  /** Names the request: made again it keeps its place, and may be carried out twice without harm. */
  clientKey: string | null;
  /** Looks, without waiting, whether it could have the resources at this place of the line (null: outside of it). */
  look(place: number | null): Promise<InTheWay>;
  /**
   * Takes them, where nobody else came in between.
   * @param assertStays throws where whoever wants them has left; to be called once nobody can come in between any more
   */
  take(place: number | null, assertStays: () => void): Promise<Result | InTheWay>;
}

/** @throws ClambakeError BAD_INPUT */
export function checkWait(wait: number | null | undefined): number | null {
  if (wait == null) return null;
  if (wait > longestWait) throw badInput('wait', 'wait is longer than 1h, which is the longest: ask again after it.');
  return wait;
}

/**
 * Takes resources, or waits in line until they are free: first come, first served (issue: waiting). Nobody waits for itself.
 * @throws ClambakeError BLOCKED where others hold them or came earlier, and the time to wait is over, or it holds some itself;
 *   DATABASE_UNAVAILABLE where the server stops meanwhile: made again elsewhere, a request with a client key keeps its place;
 *   UNAUTHENTICATED where its token is revoked meanwhile; LIMIT_EXCEEDED, CONFLICT of the line
 */
export async function takeInTurn<Result>(context: Context, wanted: Wanted<Result>): Promise<Result> {
  const asker = authorId(context);
  const leaving = watchLeaving(context);
  try {
    const first = await wanted.take(null, leaving.assertStays);
    if (!isInTheWay(first)) return first;
    if (!wanted.wait || isOwn(first, asker)) throw blocked(first, asker, false);
    return await waitInLine(context, wanted, wanted.wait, leaving);
  } finally {
    leaving.end();
  }
}

async function waitInLine<Result>(
  context: Context,
  wanted: Wanted<Result>,
  wait: number,
  leaving: Leaving,
): Promise<Result> {
  const { database, freed, log, staleAfter } = context;
  const { pool } = database;
  const { resources, clientKey } = wanted;
  const asker = authorId(context);
  const deadline = performance.now() + wait;
  const owner = randomUUID();
  const join = () =>
    patiently(() => joinLine(pool, { instanceId: asker, resources, clientKey, owner }), leaving.signal);
  let place = await join();
  let renewed = performance.now();
  const take = () => wanted.take(place, leaving.assertStays);
  try {
    for (;;) {
      const { told } = freed;
      const seen = await patiently(() => wanted.look(place), leaving.signal);
      leaving.assertStays();
      const free = seen.held.length === 0 && seen.ahead.length === 0;
      const result = !free ? seen : clientKey === null ? await take() : await patiently(take, leaving.signal);
      if (!isInTheWay(result)) return result;
      const left = deadline - performance.now();
      if (left <= 0 || isOwn(result, asker)) throw blocked(result, asker, true);
      await freed.next(told, Math.min(backstop, left), leaving.signal);
      leaving.assertStays();
      if (performance.now() - renewed < renewEvery(staleAfter)) continue;
      renewed = performance.now();
      if (!(await patiently(() => renewPlace(pool, place, staleAfter), leaving.signal))) place = await join();
    }
  } finally {
    // Whoever comes again under its key finds its place, where only this server goes.
    if (!leaving.stops || clientKey === null) {
      await leaveLine(pool, place, owner).catch((error: unknown) => {
        log.warn({ err: error }, 'a waiter could not be taken from the line: it leaves by itself in 10 s');
      });
      freed.tell();
    }
  }
}

const isOwn = ({ held }: InTheWay, asker: string | null): boolean => held.some(({ holderId }) => holderId === asker);

function isInTheWay(result: unknown): result is InTheWay {
  return typeof result === 'object' && result !== null && 'held' in result && 'ahead' in result;
}
