import { isDeepStrictEqual } from 'node:util';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { ensureProject, projectKey } from '../project/service.ts';
import { logAllowed, refuseSecrets } from '../secret/refuse.ts';
import { alreadyKnown, compareWith, findDuplicates, lockTitle } from './duplicates.ts';
import { findSource, isLinkedAs, linkNew, type NamedLinks } from './origin.ts';
import { publishRevised, revise } from './revise.ts';
import { checkTypeInScope } from './scope.ts';
import { isWritten } from './update.ts';

export interface NewMemory extends NamedLinks {
  /** The project; that of the instance where it is neither given nor global. */
  project?: string | null | undefined;
  global: boolean;
  type: MemoryType;
  title: string;
  content: string;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
  /** The number of the message that it came from. */
  source?: string | null | undefined;
  /** Store it even where it seems to be known. */
  force?: boolean | null | undefined;
  /** Where it seems to be known, change that memory instead. */
  update?: boolean | null | undefined;
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
  sourceId: number | null,
];

const insertMemory = statement<{ id: number }, InsertValues>(
  'memory-insert',
  `WITH stored AS (
     INSERT INTO clambake.memory (project_id, type, title, content, tags, files, author_id, source_id)
     VALUES ($1, $2::clambake.memory_type, $3, $4, $5, $6, $7, $9) RETURNING *
   )
   INSERT INTO clambake.memory_revision (memory_id, version, title, content, status, tags, files, author_id, client_key)
   SELECT id, version, title, content, status, tags, files, author_id, $8 FROM stored RETURNING memory_id AS id`,
);

/**
 * Stores what an instance learned (protocol: when you discover something), with its links and what becomes of the memories it
 * resolves and supersedes: all of it or nothing.
 * @returns the id of the memory; of the first one where the `clientKey` was used before
 * @throws ClambakeError BAD_INPUT, NOT_FOUND (a link's other end, the source), CONFLICT (client key with other content, or it is
 *   known already: see `duplicates.ts`), SECRET_REFUSED, FORBIDDEN (a secret where others share)
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
  const sourceId = await findSource(context, memory.source);
  if (memory.force && memory.update) {
    throw badInput('force', 'force stores it in any case, update changes what is known: say one of them.');
  }
  // Whoever says what it takes the place of knows what there is.
  const asIs = memory.force || (memory.supersedes ?? []).length > 0;
  const comparison = asIs ? undefined : await compareWith(context, { type: memory.type, title, content });
  const stored = await transaction(database.pool, async (client) => {
    const project = await projectOf(context, client, memory);
    const places = project ? [project.id, null] : [null];
    const candidate = { projectId: project?.id ?? null, type: memory.type, title, content };
    if (comparison) await lockTitle(client, candidate);
    // Its own first try is no duplicate, but a repetition.
    const known =
      !comparison || (key !== null && (await isWritten(client, key)))
        ? []
        : await findDuplicates(client, candidate, comparison);
    if (known[0] && !memory.update) throw alreadyKnown(known);
    if (known[0]) {
      const { id } = known[0];
      const united = (one: string[], other: string[]): string[] => [...new Set([...one, ...other])];
      const change = { title, content, tags: united(known[0].tags, tags), files: united(known[0].files, files) };
      const revised = await revise(context, client, id, change);
      if (revised) await logAllowed(client, context, `memory #${id}`, allowed);
      const linked = await linkNew(context, client, id, memory, places);
      return { id, isNew: false, project: null, revised: [...(revised ? [revised] : []), ...linked] };
    }
    const values: InsertValues = [
      project?.id ?? null,
      memory.type,
      title,
      content,
      tags,
      files,
      authorId(context),
      key,
      sourceId,
    ];
    const [row] = await insertMemory(client, ...values);
    if (!row) throw new Error('The memory was not stored.');
    await logAllowed(client, context, `memory #${row.id}`, allowed);
    // After the memory itself: a request that is repeated fails on its key before it looks for titles, which may be others by now.
    const revised = await linkNew(context, client, row.id, memory, places);
    return { id: row.id, isNew: true, project: project?.name ?? null, revised };
  }).catch((error: unknown) => {
    if (key === null || !isRepeated(error, 'memory_revision_client_key_key')) throw error;
    return { id: null, isNew: false, project: null, revised: [] };
  });
  if (stored.id === null) return findEarlier(context, key ?? '', { ...memory, title, content, tags, files }, sourceId);
  if (stored.isNew) {
    context.news.happened({
      kind: 'MEMORY_WRITTEN',
      from: signature(context),
      project: stored.project,
      summary: title,
      memoryId: stored.id,
    });
  }
  publishRevised(context, stored.revised);
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

async function findEarlier(
  context: Context,
  clientKey: string,
  memory: NewMemory,
  sourceId: number | null,
): Promise<number> {
  const earlier = await context.database.prisma.memoryRevision.findUnique({
    where: { clientKey },
    include: { memory: { select: { type: true, sourceId: true, project: { select: { key: true } } } } },
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
    earlier.memory.sourceId === sourceId &&
    isDeepStrictEqual([earlier.tags, earlier.files], [memory.tags, memory.files]) &&
    (await isLinkedAs(context.database.pool, earlier.memoryId, memory));
  if (!same) throw keyConflict('memory', earlier.memoryId);
  return earlier.memoryId;
}
