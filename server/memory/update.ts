import { isDeepStrictEqual } from 'node:util';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryStatus } from '../database/generated/enums.ts';
import { statement, transaction } from '../database/statement.ts';
import { badInput, notFound } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { logAllowed, refuseSecrets } from '../secret/refuse.ts';

export interface MemoryChange {
  status?: MemoryStatus | null | undefined;
  title?: string | null | undefined;
  content?: string | null | undefined;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
  /** Whether what looks like a secret may be stored. */
  allowSecret?: boolean;
}

interface State {
  title: string;
  content: string;
  status: MemoryStatus;
  tags: string[];
  files: string[];
}

const lockMemory = statement<State & { project: string | null }, [id: number]>(
  'memory-lock',
  `SELECT title, content, status, tags, files, (SELECT name FROM clambake.project WHERE project.id = project_id) AS project
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

/**
 * Changes a memory (protocol: updating memory); what is undefined stays. The version before is kept. A change that changes
 * nothing makes no version.
 * @throws ClambakeError BAD_INPUT, NOT_FOUND, CONFLICT (client key with other content), SECRET_REFUSED, FORBIDDEN (a secret where
 *   others share)
 */
export async function updateMemory(
  context: Context,
  id: number,
  change: MemoryChange,
  clientKey: string | null | undefined,
): Promise<void> {
  const key = scopedKey(context, clientKey);
  const checked = check(change);
  if (Object.keys(checked).length === 0)
    throw badInput('status', 'Nothing to change is given: a status, title, content, tags or files.');
  const { title, content, tags, files } = checked;
  const allowed = refuseSecrets(context, { title, content, tags, files }, change.allowSecret ?? false);
  try {
    const changed = await transaction(context.database.pool, async (client) => {
      const [row] = await lockMemory(client, id);
      if (!row) throw notFound(`There is no memory #${id}: \`clambake recall\` lists what is known.`);
      const { project, ...before } = row;
      const after: State = { ...before, ...checked };
      if (isDeepStrictEqual(after, before)) return undefined;
      const { title, content, status, tags, files } = after;
      await updateMemoryRow(client, id, title, content, status, tags, files, authorId(context), key);
      await logAllowed(client, context, `memory #${id}`, allowed);
      return { project, title };
    });
    if (!changed) return;
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
