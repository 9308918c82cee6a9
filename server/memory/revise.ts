import { isDeepStrictEqual } from 'node:util';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryStatus } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { notFound } from '../errors.ts';

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
const lockMemory = statement<State & { project: string | null }, [id: number]>(
  'memory-lock',
  `SELECT title, content, status, tags, files, (SELECT name FROM clambake.project WHERE project.id = project_id) AS project
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
  `WITH replaced AS (
     UPDATE clambake.memory_revision AS revision SET replaced_at = now(), search = memory.search FROM clambake.memory
     WHERE memory.id = $1 AND revision.memory_id = memory.id AND revision.version = memory.version
   ), stored AS (
     UPDATE clambake.memory SET title = $2, content = $3, status = $4::clambake.memory_status, tags = $5, files = $6,
       version = version + 1, updated_at = now()
     WHERE id = $1 RETURNING *
   )
   INSERT INTO clambake.memory_revision (memory_id, version, title, content, status, tags, files, author_id, client_key)
   SELECT id, version, title, content, status, tags, files, $7, $8 FROM stored`,
);

/**
 * Stores a new version of a memory, by whoever asks; what the change leaves out stays. Part of a transaction: whoever changes several
 * locks them first, in the order of their numbers.
 * @returns undefined where the change changes nothing, and no version was made
 * @throws ClambakeError NOT_FOUND
 */
export async function revise(
  context: Context,
  client: Queryable,
  id: number,
  change: Partial<State>,
  clientKey: string | null = null,
): Promise<Revised | undefined> {
  const [row] = await lockMemory(client, id);
  if (!row) throw notFound(`There is no memory #${id}: \`clambake recall\` lists what is known.`);
  const { project, ...before } = row;
  const after: State = { ...before, ...change };
  if (isDeepStrictEqual(after, before)) return undefined;
  const { title, content, status, tags, files } = after;
  await updateMemoryRow(client, id, title, content, status, tags, files, authorId(context), clientKey);
  return { id, project, title };
}

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
