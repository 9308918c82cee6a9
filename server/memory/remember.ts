import { isDeepStrictEqual } from 'node:util';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { ensureProject, projectKey } from '../project/service.ts';
import { alreadyKnown, compareWith, findDuplicates, lockTitle } from './duplicates.ts';
import { addLinks, findTargets, type NewLinks, type Target } from './new-links.ts';
import { checkTypeInScope } from './scope.ts';
import { isWritten, updateMemory } from './update.ts';

export interface NewMemory extends NewLinks {
  /** The project; that of the instance where it is neither given nor global. */
  project?: string | null | undefined;
  global: boolean;
  type: MemoryType;
  title: string;
  content: string;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
  /** Store it even where it seems to be known. */
  force?: boolean | null | undefined;
  /** Where it seems to be known, change that memory instead. */
  update?: boolean | null | undefined;
  clientKey?: string | null | undefined;
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
 * @throws ClambakeError BAD_INPUT, NOT_FOUND (what it is linked with), CONFLICT (client key with other content, or it is known
 *   already: see `duplicates.ts`)
 */
export async function remember(context: Context, memory: NewMemory): Promise<number> {
  const { database } = context;
  checkTypeInScope(memory.type, memory.global);
  const title = checkText('title', 'title', memory.title);
  const content = checkText('content', 'content', memory.content, true);
  const tags = checkList('tags', 'tag', memory.tags ?? []);
  const files = checkList('files', 'file', memory.files ?? []);
  const key = scopedKey(context, memory.clientKey);
  if (memory.force && memory.update) {
    throw badInput('force', 'force stores it in any case, update changes what is known: say one of them.');
  }
  const comparison = memory.force ? undefined : await compareWith(context, { type: memory.type, title, content });
  const stored = await transaction(database.pool, async (client) => {
    const project = await projectOf(context, client, memory);
    const candidate = { projectId: project?.id ?? null, type: memory.type, title, content };
    if (comparison) await lockTitle(client, candidate);
    // Its own first try is no duplicate, but a repetition.
    const known =
      !comparison || (key !== null && (await isWritten(client, key)))
        ? []
        : await findDuplicates(client, candidate, comparison);
    if (known[0] && !memory.update) throw alreadyKnown(known);
    if (known[0]) return { id: null, known: known[0], project: null };
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
    const targets = await findTargets(client, memory, { projectId: project?.id ?? null });
    await addLinks(client, row.id, targets, memory.resolve ?? false, authorId(context));
    return { id: row.id, known: null, project: project?.name ?? null };
  }).catch((error: unknown) => {
    if (key === null || !isRepeated(error, 'memory_revision_client_key_key')) throw error;
    return { id: null, known: null, project: null };
  });
  if (stored.known) {
    const { id } = stored.known;
    const united = (one: string[], other: string[]): string[] => [...new Set([...one, ...other])];
    const change = { title, content, tags: united(stored.known.tags, tags), files: united(stored.known.files, files) };
    await updateMemory(context, id, change, null);
    await linkLater(context, id, memory);
    return id;
  }
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
  if (!same || !(await isLinked(context, earlier.memoryId, memory))) throw keyConflict('memory', earlier.memoryId);
  return earlier.memoryId;
}

/** Links a memory that was there before. */
async function linkLater(context: Context, id: number, memory: NewMemory): Promise<void> {
  const row = await context.database.prisma.memory.findUnique({ where: { id }, select: { projectId: true } });
  await transaction(context.database.pool, async (client) => {
    const targets = await findTargets(client, memory, { projectId: row?.projectId ?? null });
    await addLinks(client, id, targets, memory.resolve ?? false, authorId(context));
  });
}

/** Whether it was linked with all of this the first time. What was linked or unlinked since makes no difference to what was asked. */
async function isLinked({ database }: Context, id: number, memory: NewMemory): Promise<boolean> {
  const row = await database.prisma.memory.findUnique({
    where: { id },
    select: { projectId: true, linksTo: { select: { toId: true, kind: true } } },
  });
  const targets: Target[] = await findTargets(database.pool, memory, { projectId: row?.projectId ?? null });
  return targets.every(({ toId, kind }) => row?.linksTo.some((link) => link.toId === toId && link.kind === kind));
}
