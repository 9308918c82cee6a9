import { authorId, type Context } from '../context.ts';
import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, ClambakeError } from '../errors.ts';
import { setStatus, statusBeforeSuperseded } from './status.ts';

export interface Link {
  fromId: number;
  toId: number;
  kind: MemoryLinkKind;
}

const insertLink = statement<object, [fromId: number, toId: number, MemoryLinkKind, authorId: string | null]>(
  'memory-link',
  `INSERT INTO clambake.memory_link (from_id, to_id, kind, author_id)
   VALUES ($1, $2, $3::clambake.memory_link_kind, $4) ON CONFLICT DO NOTHING`,
);

const deleteLink = statement<object, [fromId: number, toId: number, MemoryLinkKind]>(
  'memory-unlink',
  'DELETE FROM clambake.memory_link WHERE from_id = $1 AND to_id = $2 AND kind = $3::clambake.memory_link_kind RETURNING kind',
);

// One at a time: two that supersede each other at the same moment would each see no cycle. The number stands for nothing else.
const lockSupersession = statement('memory-lock-supersession', 'SELECT pg_advisory_xact_lock(7201, 5)');

const findCycle = statement<{ path: number[] }, [fromId: number, toId: number]>(
  'memory-supersession-cycle',
  `WITH RECURSIVE below (id, path) AS (
     SELECT $2::int, ARRAY[$2::int]
     UNION ALL
     SELECT link.to_id, below.path || link.to_id FROM below
     JOIN clambake.memory_link AS link ON link.from_id = below.id AND link.kind = 'SUPERSEDES'
     WHERE NOT link.to_id = ANY (below.path) AND below.id <> $1
   )
   SELECT path FROM below WHERE id = $1 LIMIT 1`,
);

const isSuperseded = statement<object, [id: number]>(
  'memory-is-superseded',
  `SELECT FROM clambake.memory_link WHERE to_id = $1 AND kind = 'SUPERSEDES' LIMIT 1`,
);

/**
 * Says that one memory bears on another, inside the caller's transaction. A link that is there already stays as it is. What is
 * superseded has that status from then on.
 * @throws ClambakeError BAD_INPUT (a memory with itself), CONFLICT (a cycle of supersession)
 */
export async function addLink(client: Queryable, { fromId, toId, kind }: Link, author: string | null): Promise<void> {
  if (fromId === toId) throw badInput('to', `Memory #${fromId} cannot be linked with itself.`);
  if (kind === 'SUPERSEDES') {
    await lockSupersession(client);
    const [cycle] = await findCycle(client, fromId, toId);
    if (cycle) {
      const path = [fromId, ...cycle.path].map((id) => `#${id}`).join(' supersedes ');
      throw new ClambakeError('CONFLICT', `#${fromId} cannot supersede #${toId}: it would be ${path}.`);
    }
  }
  await insertLink(client, fromId, toId, kind, author);
  if (kind === 'SUPERSEDES') await setStatus(client, [toId], 'SUPERSEDED', author);
}

/** {@link addLink} in a transaction of its own. */
export const linkMemories = (context: Context, link: Link): Promise<void> =>
  transaction(context.database.pool, (client) => addLink(client, link, authorId(context)));

/**
 * Takes a link back. What nothing supersedes any more has the status that it had before.
 * @returns whether there was one
 */
export function unlinkMemories(context: Context, { fromId, toId, kind }: Link): Promise<boolean> {
  return transaction(context.database.pool, async (client) => {
    if (kind === 'SUPERSEDES') await lockSupersession(client);
    if ((await deleteLink(client, fromId, toId, kind)).length === 0) return false;
    if (kind === 'SUPERSEDES' && (await isSuperseded(client, toId)).length === 0) {
      const before = await statusBeforeSuperseded(client, toId);
      if (before) await setStatus(client, [toId], before, authorId(context));
    }
    return true;
  });
}
