import type { MemoryStatus } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';

const changeStatus = statement<{ id: number }, [ids: number[], MemoryStatus, authorId: string | null]>(
  'memory-change-status',
  `WITH locked AS (
     SELECT id, version, search FROM clambake.memory
     WHERE id = ANY ($1::int[]) AND status <> $2::clambake.memory_status ORDER BY id FOR UPDATE
   ), replaced AS (
     UPDATE clambake.memory_revision AS revision SET replaced_at = now(), search = locked.search FROM locked
     WHERE revision.memory_id = locked.id AND revision.version = locked.version
   ), changed AS (
     UPDATE clambake.memory SET status = $2::clambake.memory_status, version = memory.version + 1, updated_at = now()
     FROM locked WHERE memory.id = locked.id RETURNING memory.*
   )
   INSERT INTO clambake.memory_revision (memory_id, version, title, content, status, tags, files, author_id)
   SELECT id, version, title, content, status, tags, files, $3 FROM changed RETURNING memory_id AS id`,
);

/**
 * Sets the status of some memories inside the caller's transaction, each as a version of its own.
 * @returns the ids of those that had another one
 */
export async function setStatus(
  client: Queryable,
  ids: readonly number[],
  status: MemoryStatus,
  authorId: string | null,
): Promise<number[]> {
  if (ids.length === 0) return [];
  return (await changeStatus(client, [...ids], status, authorId)).map(({ id }) => id);
}

const statusBefore = statement<{ status: MemoryStatus }, [id: number]>(
  'memory-status-before',
  `SELECT revision.status FROM clambake.memory JOIN clambake.memory_revision AS revision ON revision.memory_id = memory.id
   WHERE memory.id = $1 AND memory.status = 'SUPERSEDED' AND revision.status <> 'SUPERSEDED'
   ORDER BY revision.version DESC LIMIT 1`,
);

/** The status that a superseded memory had before; undefined where it is not superseded now, or never was anything else. */
export async function statusBeforeSuperseded(client: Queryable, id: number): Promise<MemoryStatus | undefined> {
  const [row] = await statusBefore(client, id);
  return row?.status;
}
