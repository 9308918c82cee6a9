import { isDeepStrictEqual } from 'node:util';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryStatus } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { type ClambakeError, notFound } from '../errors.ts';
import { editConflict } from './conflict.ts';

/** What of a memory changes from version to version. */
export interface State {
  title: string;
  content: string;
  status: MemoryStatus;
  tags: string[];
  files: string[];
}

/** A memory of which a new version was stored. */
export interface Revised {
  id: number;
  /** The name of its project; null where it is global. */
  project: string | null;
  title: string;
}

// Not FOR UPDATE: that would wait for links and citations, which only need the row to stay.
const lockMemory = statement<State & { version: number; project: string | null }, [id: number]>(
  'memory-lock',
  `SELECT title, content, status, tags, files, version, (SELECT name FROM clambake.project WHERE project.id = project_id) AS project
   FROM clambake.memory WHERE id = $1 FOR NO KEY UPDATE`,
);

type UpdateValues = [
  id: number,
  title: string,
  content: string,
  status: MemoryStatus,
  tags: string[],
  files: string[],
  authorId: string | null,
  clientKey: string | null,
];

const updateMemoryRow = statement<object, UpdateValues>(
  'memory-update',
  // now() is the time at which the transaction began: one that waited for the lock would else be older than the version it replaces.
  `WITH moment AS (
     SELECT greatest(now(), updated_at)::timestamptz(3) AS time FROM clambake.memory WHERE id = $1
   ), replaced AS (
     UPDATE clambake.memory_revision AS revision SET replaced_at = moment.time, search = memory.search
     FROM clambake.memory, moment
     WHERE memory.id = $1 AND revision.memory_id = memory.id AND revision.version = memory.version
   ), stored AS (
     UPDATE clambake.memory SET title = $2, content = $3, status = $4::clambake.memory_status, tags = $5, files = $6,
       version = version + 1, updated_at = moment.time
     FROM moment WHERE id = $1 RETURNING memory.*
   )
   INSERT INTO clambake.memory_revision (memory_id, version, title, content, status, tags, files, author_id, client_key, created_at)
   SELECT id, version, title, content, status, tags, files, $7, $8, updated_at FROM stored`,
);

/**
 * Stores a new version of a memory, by whoever asks; what the change leaves out stays. Part of a transaction: whoever changes several
 * locks them first, in the order of their numbers.
 * @param change what is to be other than now, or how to find that from what is there now
 * @returns undefined where the change changes nothing, and no version was made
 * @param ifVersion the version that whoever asks has read; null for whichever there is
 * @throws ClambakeError NOT_FOUND, CONFLICT (another version than `ifVersion`)
 */
export async function revise(
  context: Context,
  client: Queryable,
  id: number,
  change: Partial<State> | ((now: State) => Partial<State>),
  clientKey: string | null = null,
  ifVersion: number | null = null,
): Promise<Revised | undefined> {
  const [row] = await lockMemory(client, id);
  if (!row) throw noSuchMemory(id);
  const { project, version, ...before } = row;
  const changed = typeof change === 'function' ? change(before) : change;
  if (ifVersion !== null && ifVersion !== version) {
    throw await editConflict(client, id, ifVersion, { ...before, version }, changed);
  }
  const after: State = { ...before, ...changed };
  if (isDeepStrictEqual(after, before)) return undefined;
  const { title, content, status, tags, files } = after;
  await updateMemoryRow(client, id, title, content, status, tags, files, authorId(context), clientKey);
  return { id, project, title };
}

/** Nothing has this number. */
export const noSuchMemory = (id: number): ClambakeError =>
  notFound(`There is no memory #${id}: \`clambake recall\` lists what is known.`);

/** Tells whoever follows what happens of versions that were stored, once they are committed. */
export function publishRevised(context: Context, revised: readonly Revised[]): void {
  for (const { id, project, title } of revised) {
    context.news.happened({
      kind: 'MEMORY_WRITTEN',
      from: signature(context),
      project,
      summary: title,
      memoryId: id,
    });
  }
}
