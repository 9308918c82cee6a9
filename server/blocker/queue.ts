import { type Queryable, statement } from '../database/statement.ts';
import { signEvery } from '../instance/presence.ts';
import { overlap, type Resource } from './resource.ts';

/** Milliseconds of silence after which a waiter is gone: its server died. */
const gone = 10_000;

/** Milliseconds between two signs of life of a waiter. */
export const renewEvery = (staleAfter: number): number => Math.min(3_000, signEvery(staleAfter));

/** Somebody who waits. */
export interface Waiting {
  id: number;
  /** Null where the human waits. */
  instanceId: string | null;
  resources: string[];
  keys: string[];
  since: Date;
}

const insertWaiter = statement<{ id: number }, [string | null, string[], string[], string | null]>(
  'waiter-join',
  `INSERT INTO clambake.waiter (instance_id, resources, keys, client_key) VALUES ($1, $2, $3, $4)
   ON CONFLICT (client_key) DO UPDATE SET seen_at = now() RETURNING id`,
);

const renewWaiter = statement<{ id: number }, [id: number, signEvery: number]>(
  'waiter-renew',
  `WITH renewed AS (UPDATE clambake.waiter SET seen_at = now() WHERE id = $1 RETURNING id, instance_id),
   alive AS (
     UPDATE clambake.instance i SET last_seen_at = now() FROM renewed
     WHERE i.id = renewed.instance_id AND i.ended_at IS NULL AND i.last_seen_at < now() - $2::float8 * interval '1 millisecond'
   )
   SELECT id FROM renewed`,
);

const deleteWaiter = statement<{ id: number }, [id: number]>(
  'waiter-leave',
  'DELETE FROM clambake.waiter WHERE id = $1 RETURNING id',
);

const deleteGone = statement<object>(
  'waiter-sweep',
  `DELETE FROM clambake.waiter w WHERE seen_at < now() - ${gone} * interval '1 millisecond'
     OR EXISTS (SELECT 1 FROM clambake.instance i WHERE i.id = w.instance_id AND i.ended_at IS NOT NULL)`,
);

const listWaiters = statement<Waiting, [before: number | null]>(
  'waiter-list',
  `SELECT w.id, w.instance_id AS "instanceId", w.resources, w.keys, w.since
   FROM clambake.waiter w LEFT JOIN clambake.instance i ON i.id = w.instance_id
   WHERE w.seen_at > now() - ${gone} * interval '1 millisecond' AND i.ended_at IS NULL AND ($1::int IS NULL OR w.id < $1)
   ORDER BY w.id`,
);

/** Joins the line at its end; a request that waits already keeps its place. @returns its place */
export async function joinLine(
  queryable: Queryable,
  instanceId: string | null,
  resources: readonly Resource[],
  clientKey: string | null,
): Promise<number> {
  const names = resources.map(({ name }) => name);
  const keys = resources.map(({ key }) => key);
  const [waiter] = await insertWaiter(queryable, instanceId, names, keys, clientKey);
  if (!waiter) throw new Error('Nobody joined the line.');
  return waiter.id;
}

/**
 * Gives a sign of life of a waiter, and of the instance that waits.
 * @param staleAfter milliseconds without one after which an instance is stale
 * @returns false where the waiter was taken for gone
 */
export async function renewPlace(queryable: Queryable, id: number, staleAfter: number): Promise<boolean> {
  return (await renewWaiter(queryable, id, signEvery(staleAfter))).length > 0;
}

/** Leaves the line. */
export async function leaveLine(queryable: Queryable, id: number): Promise<void> {
  await deleteWaiter(queryable, id);
}

/** Forgets waiters whose server died. They count no more since then; this only tidies up. */
export async function sweepLine(queryable: Queryable): Promise<void> {
  await deleteGone(queryable);
}

/** Everybody who waits, in order. */
export function allWaiting(queryable: Queryable): Promise<Waiting[]> {
  return listWaiters(queryable, null);
}

/** Who waits for something in common with these resources and came earlier than this place; than now, where there is none. */
export async function waitingBefore(
  queryable: Queryable,
  resources: readonly Resource[],
  place: number | null,
): Promise<Waiting[]> {
  return (await listWaiters(queryable, place)).filter((waiter) => sharesWith(waiter, resources));
}

/** Whether somebody waits for something in common with these resources. */
export function sharesWith(waiter: Waiting, resources: readonly Pick<Resource, 'key'>[]): boolean {
  return waiter.keys.some((key) => resources.some((resource) => overlap(resource.key, key)));
}
