import type { Context } from '../context.ts';
import type { MemoryStatus } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { type Revised, revise } from './revise.ts';

// Of two that link at once, neither sees the link of the other: so they come one after the other.
const lock = statement<object>('supersession-lock', `SELECT pg_advisory_xact_lock(hashtext('clambake.supersession'))`);

const listBelow = statement<{ from: number; to: number }, [id: number]>(
  'supersession-below',
  `WITH RECURSIVE below (id) AS (
     SELECT $1::int
     UNION
     SELECT link.to_id FROM below JOIN clambake.memory_link link ON link.from_id = below.id AND link.kind = 'SUPERSEDES'
   )
   SELECT link.from_id AS "from", link.to_id AS "to" FROM below
   JOIN clambake.memory_link link ON link.from_id = below.id AND link.kind = 'SUPERSEDES' ORDER BY 1, 2`,
);

const findStatusBefore = statement<{ status: MemoryStatus; earlier: MemoryStatus | null }, [id: number]>(
  'supersession-status-before',
  `SELECT status, (
     SELECT status FROM clambake.memory_revision
     WHERE memory_id = $1 AND status <> 'SUPERSEDED' ORDER BY version DESC LIMIT 1
   ) AS earlier
   FROM clambake.memory
   WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM clambake.memory_link WHERE to_id = $1 AND kind = 'SUPERSEDES')`,
);

/**
 * Waits until no other transaction adds that one memory supersedes another, and keeps others from it until the end of this one. Comes
 * before any lock on memories.
 */
export async function lockSupersession(client: Queryable): Promise<void> {
  await lock(client);
}

/**
 * Refuses a cycle: that a memory takes, over however many others, the place of itself.
 * @param from the memory that is to take the place of `to`; the link may be stored already
 * @throws ClambakeError CONFLICT, which names the cycle
 */
export async function refuseCycle(client: Queryable, from: number, to: number): Promise<void> {
  const steps = await listBelow(client, to);
  const before = new Map<number, number>();
  const queue = [to];
  for (const id of queue) {
    for (const step of steps.filter((one) => one.from === id)) {
      if (step.to === to || before.has(step.to)) continue;
      before.set(step.to, id);
      queue.push(step.to);
    }
  }
  if (!before.has(from)) return;
  const way = [from];
  for (let id = before.get(from); id !== undefined; id = before.get(id)) way.unshift(id);
  const cycle = [from, ...way].map((id) => `#${id}`).join(' supersedes ');
  throw new ClambakeError(
    'CONFLICT',
    `#${from} cannot supersede #${to}: ${cycle} would be a cycle. Unlink one of these first.`,
    { cycle: [from, ...way].map(String) },
  );
}

/** What a memory becomes once another supersedes it. Its row is locked. */
export function supersede(context: Context, client: Queryable, id: number): Promise<Revised | undefined> {
  return revise(context, client, id, { status: 'SUPERSEDED' });
}

/** Gives a memory that nothing supersedes any more the status that it had before. Its row is locked. */
export async function reinstate(context: Context, client: Queryable, id: number): Promise<Revised | undefined> {
  const [before] = await findStatusBefore(client, id);
  if (before?.status !== 'SUPERSEDED') return undefined;
  return revise(context, client, id, { status: before.earlier ?? 'ACTIVE' });
}
