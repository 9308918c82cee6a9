import { isDeepStrictEqual } from 'node:util';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { ensureProject, projectKey } from '../project/service.ts';
import { logAllowed, refuseSecrets } from '../secret/refuse.ts';
import { checkTypeInScope } from './scope.ts';

export interface NewMemory {
  /** The project; that of the instance where it is neither given nor global. */
  project?: string | null | undefined;
  global: boolean;
  type: MemoryType;
  title: string;
  content: string;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
  clientKey?: string | null | undefined;
  /** Whether what looks like a secret may be stored. */
  allowSecret?: boolean;
}

type InsertValues = [
  projectId: number | null,
  type: MemoryType,
  title: string,
  content: string,
  tags: string[],
  files: string[],
  authorId: string | null,
  clientKey: string | null,
];

const insertMemory = statement<{ id: number }, InsertValues>(
  'memory-insert',
  `WITH stored AS (
     INSERT INTO clambake.memory (project_id, type, title, content, tags, files, author_id)
     VALUES ($1, $2::clambake.memory_type, $3, $4, $5, $6, $7) RETURNING *
   )
   INSERT INTO clambake.memory_revision (memory_id, version, title, content, status, tags, files, author_id, client_key)
   SELECT id, version, title, content, status, tags, files, author_id, $8 FROM stored RETURNING memory_id AS id`,
);

/**
 * Stores what an instance learned (protocol: when you discover something).
 * @returns the id of the memory; of the first one where the `clientKey` was used before
 * @throws ClambakeError BAD_INPUT, CONFLICT (client key with other content), SECRET_REFUSED, FORBIDDEN (a secret where others share)
 */
export async function remember(context: Context, memory: NewMemory): Promise<number> {
  const { database } = context;
  checkTypeInScope(memory.type, memory.global);
  const title = checkText('title', 'title', memory.title);
  const content = checkText('content', 'content', memory.content, true);
  const tags = checkList('tags', 'tag', memory.tags ?? []);
  const files = checkList('files', 'file', memory.files ?? []);
  const { project: projectName, allowSecret = false } = memory;
  const allowed = refuseSecrets(context, { project: projectName, title, content, tags, files }, allowSecret);
  const key = scopedKey(context, memory.clientKey);
  const stored = await transaction(database.pool, async (client) => {
    const project = await projectOf(context, client, memory);
    const values: InsertValues = [
      project?.id ?? null,
      memory.type,
      title,
      content,
      tags,
      files,
      authorId(context),
      key,
    ];
    const [row] = await insertMemory(client, ...values);
    if (!row) throw new Error('The memory was not stored.');
    await logAllowed(client, context, `memory #${row.id}`, allowed);
    return { id: row.id, project: project?.name ?? null };
  }).catch((error: unknown) => {
    if (key === null || !isRepeated(error, 'memory_revision_client_key_key')) throw error;
    return { id: null, project: null };
  });
  if (stored.id === null) return findEarlier(context, key ?? '', { ...memory, title, content, tags, files });
  context.news.happened({
    kind: 'MEMORY_WRITTEN',
    from: signature(context),
    project: stored.project,
    summary: title,
    memoryId: stored.id,
  });
  return stored.id;
}

async function projectOf({ viewer }: Context, queryable: Queryable, { project, global }: NewMemory) {
  if (global && typeof project === 'string')
    throw badInput('global', `A memory is global or of the project "${project}", not both.`);
  if (global) return null;
  if (typeof project === 'string') return ensureProject(queryable, project);
  if (viewer.kind === 'instance') return { id: viewer.projectId, name: viewer.projectName };
  throw badInput('project', 'Say what the memory belongs to: a project, or global.');
}

async function findEarlier(context: Context, clientKey: string, memory: NewMemory): Promise<number> {
  const earlier = await context.database.prisma.memoryRevision.findUnique({
    where: { clientKey },
    include: { memory: { select: { type: true, project: { select: { key: true } } } } },
  });
  if (!earlier) throw new Error('A memory was found by its client key and is gone.');
  const { viewer } = context;
  const own = viewer.kind === 'instance' ? viewer.projectName : '';
  const project = memory.global ? null : projectKey(memory.project ?? own);
  const same =
    earlier.version === 1 &&
    earlier.memory.type === memory.type &&
    (earlier.memory.project?.key ?? null) === project &&
    earlier.title === memory.title &&
    earlier.content === memory.content &&
    isDeepStrictEqual([earlier.tags, earlier.files], [memory.tags, memory.files]);
  if (!same) throw keyConflict('memory', earlier.memoryId);
  return earlier.memoryId;
}
