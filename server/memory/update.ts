import { isDeepStrictEqual } from 'node:util';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryStatus } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, type ClambakeError, notFound } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { editConflict } from './conflict.ts';

export interface MemoryChange {
  status?: MemoryStatus | null | undefined;
  title?: string | null | undefined;
  content?: string | null | undefined;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
  /** The version that whoever asks has read: where there is another one by now, nothing is changed. */
  ifVersion?: number | null | undefined;
}

/** What of a memory can be changed. */
export interface State {
  title: string;
  content: string;
  status: MemoryStatus;
  tags: string[];
  files: string[];
}

const lockMemory = statement<State & { version: number; project: string | null }, [id: number]>(
  'memory-lock',
  `SELECT title, content, status, tags, files, version,
     (SELECT name FROM clambake.project WHERE project.id = project_id) AS project
   FROM clambake.memory WHERE id = $1 FOR UPDATE`,
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

const findWritten = statement<object, [clientKey: string]>(
  'memory-written',
  'SELECT FROM clambake.memory_revision WHERE client_key = $1',
);

/** Whether a request with this key has written a version. */
export const isWritten = async (client: Queryable, key: string): Promise<boolean> =>
  (await findWritten(client, key)).length > 0;

/**
 * Changes a memory (protocol: updating memory); what is undefined stays. The version before is kept. A change that changes
 * nothing makes no version.
 * @throws ClambakeError BAD_INPUT, NOT_FOUND, CONFLICT (another version than `ifVersion`, or a client key with other content)
 */
export async function updateMemory(
  context: Context,
  id: number,
  change: MemoryChange,
  clientKey: string | null | undefined,
): Promise<void> {
  const checked = check(change);
  if (Object.keys(checked).length === 0)
    throw badInput('status', 'Nothing to change is given: a status, title, content, tags or files.');
  await apply(context, id, async () => checked, change.ifVersion ?? null, clientKey);
}

/**
 * Writes a new version that is as an earlier one was. Restoring what is there already changes nothing.
 * @throws ClambakeError NOT_FOUND (the memory, or the version), CONFLICT as {@link updateMemory}
 */
export async function restoreMemory(
  context: Context,
  id: number,
  version: number,
  ifVersion: number | null,
  clientKey: string | null | undefined,
): Promise<void> {
  const earlier = async (): Promise<State> => {
    const where = { memoryId_version: { memoryId: id, version } };
    const select = { title: true, content: true, status: true, tags: true, files: true } as const;
    const revision = await context.database.prisma.memoryRevision.findUnique({ where, select });
    if (revision) return revision;
    const last = await context.database.prisma.memoryRevision.count({ where: { memoryId: id } });
    if (last === 0) throw noSuchMemory(id);
    throw notFound(
      `Memory #${id} has no version ${version}: it has 1 to ${last}. \`clambake history ${id}\` shows them.`,
    );
  };
  await apply(context, id, earlier, ifVersion, clientKey);
}

/** Nothing has this number. */
export const noSuchMemory = (id: number): ClambakeError =>
  notFound(`There is no memory #${id}: \`clambake recall\` lists what is known.`);

async function apply(
  context: Context,
  id: number,
  read: () => Promise<Partial<State>>,
  ifVersion: number | null,
  clientKey: string | null | undefined,
): Promise<void> {
  const key = scopedKey(context, clientKey);
  const checked = await read();
  try {
    const changed = await transaction(context.database.pool, async (client) => {
      const [row] = await lockMemory(client, id);
      if (!row) throw noSuchMemory(id);
      const { project, version, ...before } = row;
      if (ifVersion !== null && ifVersion !== version) {
        // Its own first try may have made the version: then this is no conflict, but a repetition.
        if (key !== null && (await isWritten(client, key))) return 'repeated';
        throw await editConflict(client, id, ifVersion, { ...before, version }, checked);
      }
      const after: State = { ...before, ...checked };
      if (isDeepStrictEqual(after, before)) return undefined;
      const { title, content, status, tags, files } = after;
      await updateMemoryRow(client, id, title, content, status, tags, files, authorId(context), key);
      return { project, title };
    });
    if (key !== null && changed === 'repeated') return await requireSame(context, key, id, checked);
    if (!changed || changed === 'repeated') return;
    context.news.happened({
      kind: 'MEMORY_WRITTEN',
      from: signature(context),
      project: changed.project,
      summary: changed.title,
      memoryId: id,
    });
  } catch (error) {
    if (key === null || !isRepeated(error, 'memory_revision_client_key_key')) throw error;
    await requireSame(context, key, id, checked);
  }
}

function check({ status, title, content, tags, files }: MemoryChange): Partial<State> {
  return {
    ...(status && { status }),
    ...(typeof title === 'string' && { title: checkText('title', 'title', title) }),
    ...(typeof content === 'string' && { content: checkText('content', 'content', content, true) }),
    ...(tags && { tags: checkList('tags', 'tag', tags) }),
    ...(files && { files: checkList('files', 'file', files) }),
  };
}

async function requireSame(
  { database }: Context,
  clientKey: string,
  id: number,
  checked: Partial<State>,
): Promise<void> {
  const earlier = await database.prisma.memoryRevision.findUnique({ where: { clientKey } });
  const same =
    earlier?.memoryId === id &&
    Object.entries(checked).every(([name, value]) => isDeepStrictEqual(earlier[name as keyof State], value));
  if (!same) throw keyConflict('memory', earlier?.memoryId ?? id);
}
