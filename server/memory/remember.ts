import { scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, ClambakeError } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { ensureProject, projectKey } from '../project/service.ts';
import { logAllowed, refuseSecrets } from '../secret/refuse.ts';
import { alreadyKnown, compareWith, findDuplicates, lockPlace } from './duplicates.ts';
import { findSource, lockEnds, type NamedLinks, storeLinks } from './origin.ts';
import { findRemembered, isWritten } from './repetition.ts';
import { publishRevised, type Revised, revise, type State } from './revise.ts';
import { checkTypeInScope } from './scope.ts';

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

const setSource = statement<{ sourceId: number }, [id: number, sourceId: number]>(
  'memory-set-source',
  'UPDATE clambake.memory SET source_id = coalesce(source_id, $2) WHERE id = $1 RETURNING source_id AS "sourceId"',
);

interface Stored {
  id: number;
  isNew: boolean;
  /** The name of its project; null where it is global. */
  project: string | null;
  /** The memories of which a version was stored with it. */
  revised: Revised[];
}

/**
 * Stores what an instance learned (protocol: when you discover something), with its links and what becomes of the memories it
 * resolves and supersedes: all of it or nothing.
 * @returns the id of the memory; of the first one where the `clientKey` was used before
 * @throws ClambakeError BAD_INPUT, NOT_FOUND (a link's other end, the source), CONFLICT (client key with other content, or it is
 *   known already: see `duplicates.ts`; another source), SECRET_REFUSED, FORBIDDEN (a secret where others share)
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
  const stored = await transaction(database.pool, async (client): Promise<Stored | undefined> => {
    // Its own first try is no duplicate, and titles that it named may be others by now.
    if (key !== null && (await isWritten(client, key))) return undefined;
    const project = await projectOf(context, client, memory);
    const places = project ? [project.id, null] : [null];
    const candidate = { projectId: project?.id ?? null, type: memory.type, title, content };
    if (comparison) await lockPlace(client, candidate);
    const known = comparison ? await findDuplicates(client, candidate, comparison) : [];
    if (known[0] && !memory.update) throw alreadyKnown(known);
    const ends = await lockEnds(client, known[0]?.id, memory, places);
    const revised: Revised[] = [];
    let id = known[0]?.id;
    if (id === undefined) {
      const own = [title, content, tags, files] as const;
      const [row] = await insertMemory(
        ...([client, candidate.projectId, memory.type, ...own, authorId(context), key, sourceId] as const),
      );
      if (!row) throw new Error('The memory was not stored.');
      id = row.id;
      await logAllowed(client, context, `memory #${id}`, allowed);
    } else {
      const change = (now: State) => ({ title, content, tags: union(now.tags, tags), files: union(now.files, files) });
      const version = await revise(context, client, id, change, key);
      if (version) {
        revised.push(version);
        await logAllowed(client, context, `memory #${id}`, allowed);
      }
      if (sourceId !== null) await addSource(client, id, sourceId);
    }
    revised.push(...(await storeLinks(context, client, id, ends, memory.resolve ?? false)));
    return { id, isNew: known.length === 0, project: project?.name ?? null, revised };
  }).catch(async (error: unknown) => {
    // The first try may have been under way still.
    if (key !== null && (await isWritten(database.pool, key))) return undefined;
    throw error;
  });
  if (stored === undefined) {
    const project = memory.global ? null : projectKey(memory.project ?? ownProject(context));
    return findRemembered(context, key ?? '', {
      ...memory,
      title,
      content,
      tags,
      files,
      projectKey: project,
      sourceId,
    });
  }
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

const ownProject = ({ viewer }: Context): string => (viewer.kind === 'instance' ? viewer.projectName : '');

const union = (one: readonly string[], other: readonly string[]): string[] => [...new Set([...one, ...other])];

/** @throws ClambakeError CONFLICT where the memory came from another message */
async function addSource(client: Queryable, id: number, sourceId: number): Promise<void> {
  const [row] = await setSource(client, id, sourceId);
  if (row?.sourceId === sourceId) return;
  throw new ClambakeError(
    'CONFLICT',
    `Memory #${id} came from message #${row?.sourceId}, and not from #${sourceId}: leave source out, or store a memory of its own (--force).`,
  );
}
