import { type Queryable, statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { signEvery } from '../instance/presence.ts';
import { Footprint, type Resource } from './resource.ts';

/** Milliseconds of silence after which a waiter is gone: its server died. */
const gone = 10_000;

/** Milliseconds between two signs of life of a waiter. */
export const renewEvery = (staleAfter: number): number => Math.min(3_000, signEvery(staleAfter));

/** Somebody who waits. */
export interface Waiting {
  id: number;
  /** Null where the human waits. */
  instanceId: string | null;
  /** The project of the instance. */
  projectId: number | null;
  resources: string[];
  keys: string[];
  since: Date;
}

/** Waits that one instance, or the human, may have at once. */
const mostWaits = 20;

type JoinValues = [
  instanceId: string | null,
  resources: string[],
  keys: string[],
  clientKey: string | null,
  owner: string,
];

const insertWaiter = statement<{ id: number }, JoinValues>(
  'waiter-join',
  `INSERT INTO clambake.waiter AS w (instance_id, resources, keys, client_key, owner) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (client_key) DO UPDATE SET seen_at = now(), owner = excluded.owner WHERE w.keys = excluded.keys RETURNING id`,
);

// Not the request itself, which may wait already.
const countOthers = statement<{ count: number }, [instanceId: string | null, clientKey: string | null]>(
  'waiter-count',
  `SELECT count(*)::int AS count FROM clambake.waiter
   WHERE instance_id IS NOT DISTINCT FROM $1 AND ($2::text IS NULL OR client_key IS DISTINCT FROM $2)
     AND seen_at > now() - ${gone} * interval '1 millisecond'`,
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

const deleteWaiter = statement<object, [id: number, owner: string | null]>(
  'waiter-leave',
  'DELETE FROM clambake.waiter WHERE id = $1 AND ($2::text IS NULL OR owner = $2)',
);

const deleteGone = statement<object>(
  'waiter-sweep',
  `DELETE FROM clambake.waiter w WHERE seen_at < now() - ${gone} * interval '1 millisecond'
     OR EXISTS (SELECT 1 FROM clambake.instance i WHERE i.id = w.instance_id AND i.ended_at IS NOT NULL)`,
);

const inLine = `w.seen_at > now() - ${gone} * interval '1 millisecond' AND i.ended_at IS NULL`;

const listWaiters = statement<Waiting, []>(
  'waiter-list',
  `SELECT w.id, w.instance_id AS "instanceId", i.project_id AS "projectId", w.resources, w.keys, w.since
   FROM clambake.waiter w LEFT JOIN clambake.instance i ON i.id = w.instance_id WHERE ${inLine} ORDER BY w.id`,
);

const listBefore = statement<Pick<Waiting, 'id' | 'instanceId' | 'keys'>, [place: number | null]>(
  'waiter-before',
  `SELECT w.id, w.instance_id AS "instanceId", w.keys
   FROM clambake.waiter w LEFT JOIN clambake.instance i ON i.id = w.instance_id
   WHERE ${inLine} AND ($1::int IS NULL OR w.id < $1) ORDER BY w.id`,
);

/** A request that wants to wait. */
export interface Joining {
  instanceId: string | null;
  resources: readonly Resource[];
  /** Names the request: made again it keeps its place. */
  clientKey: string | null;
  /** This one making of it: whoever made it before leaves it alone. */
  owner: string;
}

/**
 * Joins the line at its end; a request that waits already keeps its place.
 * @returns its place
 * @throws ClambakeError LIMIT_EXCEEDED where the instance waits 20 times already, CONFLICT where the client key waits for something else
 */
export async function joinLine(queryable: Queryable, joining: Joining): Promise<number> {
  const { instanceId, resources, clientKey, owner } = joining;
  const [waits] = await countOthers(queryable, instanceId, clientKey);
  if (waits && waits.count >= mostWaits) {
    throw new ClambakeError(
      'LIMIT_EXCEEDED',
      `${waits.count} requests of yours wait already, which is all that may: end one first.`,
    );
  }
  const names = resources.map(({ name }) => name);
  const keys = resources.map(({ key }) => key);
  const [waiter] = await insertWaiter(queryable, instanceId, names, keys, clientKey, owner);
  if (waiter) return waiter.id;
  throw new ClambakeError('CONFLICT', 'This client key waits for other resources: a new request needs a new key.');
}

/**
 * Gives a sign of life of a waiter, and of the instance that waits.
 * @param staleAfter milliseconds without one after which an instance is stale
 * @returns false where the waiter was taken for gone
 */
export async function renewPlace(queryable: Queryable, id: number, staleAfter: number): Promise<boolean> {
  return (await renewWaiter(queryable, id, signEvery(staleAfter))).length > 0;
}

/** Leaves the line. @param owner only where the place is still this one's; whosever it is, where it is null */
export async function leaveLine(queryable: Queryable, id: number, owner: string | null): Promise<void> {
  await deleteWaiter(queryable, id, owner);
}

/** Forgets waiters whose server died. They count no more since then; this only tidies up. */
export async function sweepLine(queryable: Queryable): Promise<void> {
  await deleteGone(queryable);
}

/** Everybody who waits, in order. */
export function allWaiting(queryable: Queryable): Promise<Waiting[]> {
  return listWaiters(queryable);
}

/** Somebody who came first, and which of the resources that are asked for it waits for too. */
export interface Ahead {
  instanceId: string | null;
  asked: Resource;
}

/** Who waits for something in common with these resources and came earlier than this place; than now, where there is none. */
export async function waitingBefore(
  queryable: Queryable,
  resources: readonly Resource[],
  place: number | null,
): Promise<Ahead[]> {
  const earlier = await listBefore(queryable, place);
  if (earlier.length === 0) return [];
  const footprint = new Footprint(resources);
  return earlier.flatMap(({ instanceId, keys }) => {
    const [asked] = keys.flatMap((key) => footprint.find(key) ?? []);
    return asked ? [{ instanceId, asked }] : [];
  });
}
