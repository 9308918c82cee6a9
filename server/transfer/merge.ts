import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { authorId, type Context, signature } from '../context.ts';
import { type Queryable, transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { excerpt } from '../input.ts';
import { projectKey } from '../project/service.ts';
import { AllowedSecrets } from './allowed.ts';
import { checkBatch, onlyOnce } from './bounds.ts';
import { checkEach, checkState } from './check.ts';
import { ensureProjects } from './places.ts';
import { type Imported, nothing, type StateRecord } from './record.ts';
import {
  type Current,
  changeMemories,
  insertMemories,
  insertRevisions,
  lastOfOthers,
  lockCurrent,
  readRevisions,
  replaceCurrent,
  takeTurn,
} from './statements.ts';

type State = Pick<Current, 'title' | 'content' | 'status' | 'tags' | 'files'>;

/** A memory as it will be stored. */
interface Written extends State {
  uid: string;
  version: number;
  place: number;
  author: string | null;
  clientKey: string;
  project: string | null;
}

/**
 * Stores memories as a file has them that knows of no versions, as whoever asks. Each is found again by its uid: one that is not here is
 * stored, one that the file has changed gets a new version. Skipped is what is the same here, what the file says as it did the last
 * time, and what is an earlier version here. What was changed here since the version that the file names is a conflict, and left
 * as it is; what only the same file has changed since is none, so that it may be edited and imported time and again. The type and the
 * project of a memory stay.
 * @param source which file it is, as 16 to 64 hexadecimal digits; without it every change is one of others
 * @param allowSecret whether they may hold what looks like a secret
 * @throws ClambakeError BAD_INPUT for a batch that is too large, or a source that is none
 */
export async function mergeStates(
  context: Context,
  given: StateRecord[],
  source: string | null | undefined,
  allowSecret: boolean,
): Promise<Imported> {
  checkBatch('memories', given.length);
  if (typeof source === 'string' && !/^[0-9a-f]{16,64}$/.test(source)) {
    throw badInput('source', `source is "${excerpt(source)}": give 16 to 64 hexadecimal digits.`);
  }
  const result = nothing();
  const secrets = new AllowedSecrets(context, allowSecret);
  const states = onlyOnce(
    checkEach(given, (state) => checkState(secrets, state), result.problems),
    result.problems,
  );
  const { pool } = context.database;
  const { written, changed } = await transaction(pool, async (client) => {
    await takeTurn(client);
    const { fresh, changed } = await sort(context, client, states, result, source);
    const written = await store(client, fresh);
    await secrets.log(client, fresh.map(allowedIn));
    return { written, changed };
  });
  result.stored += written.length;
  if (written.length > 0) context.words.forget();
  const { length } = changed;
  const again =
    length === 0 ? [] : await transaction(pool, (client) => change(context, client, changed, result, source, secrets));
  result.updated += again.length;
  for (const { id, project, title } of [...written, ...again]) {
    context.news.happened({
      ...{ kind: 'MEMORY_WRITTEN', from: signature(context), project, summary: title, memoryId: id },
    });
  }
  return result;
}

interface Sorted {
  fresh: (Written & StateRecord)[];
  changed: StateRecord[];
  rows: (Written & { id: number })[];
}

/**
 * Tells what has to be done with memories, and locks those that are here.
 * @param result conflicts and what is skipped are added to it
 */
export async function sort(
  context: Context,
  client: Queryable,
  states: readonly StateRecord[],
  result: Imported,
  source?: string | null,
): Promise<Sorted> {
  const known = new Map((await lockCurrent(client, uidsOf(states))).map((row) => [row.uid, row]));
  const named = states.flatMap(({ uid, version }) => (known.has(uid) && version ? [{ uid, version }] : []));
  const earlier = named.length === 0 ? [] : await readRevisions(client, JSON.stringify(named));
  const others =
    typeof source === 'string' && named.length > 0 ? await lastOfOthers(client, uidsOf(states), source) : undefined;
  const lastOther = others && new Map(others.map((row) => [row.uid, row.version]));
  const sorted: Sorted = { fresh: [], changed: [], rows: [] };
  for (const [place, state] of states.entries()) {
    const { uid, line, version } = state;
    const here = known.get(uid);
    const hash = hashOf(state);
    const write = (next: number, before?: State): Written => ({
      ...{ uid, place, version: next, author: authorId(context), project: state.project ?? null },
      clientKey: `import:${uid}:${next}:${source ?? '-'}:${hash}`,
      title: state.title,
      content: state.content,
      status: state.status ?? before?.status ?? 'ACTIVE',
      tags: state.tags ?? before?.tags ?? [],
      files: state.files ?? before?.files ?? [],
    });
    if (!here) {
      sorted.fresh.push({ ...state, ...write(1) });
      continue;
    }
    const row = write(here.version + 1, here);
    const conflict = (reason: string): void => {
      result.conflicts.push({ line, uid, version: here.version, title: here.title, reason });
    };
    const isOwn = lastOther !== undefined && typeof version === 'number' && (lastOther.get(uid) ?? 0) <= version;
    const then = earlier.find((revision) => revision.uid === uid);
    const isSame =
      alike(row, here) ||
      here.importKey?.endsWith(`:${hash}`) === true ||
      // Where the file alone has changed it since, it goes back to what it was on purpose.
      (!isOwn && then !== undefined && alike(row, then));
    if ((typeof state.project === 'string' ? projectKey(state.project) : null) !== here.projectKey) {
      conflict('It belongs to another project here.');
    } else if (isSame) result.skipped += 1;
    else if (typeof version === 'number' && here.version > version && !isOwn) {
      conflict(`It is of version ${here.version} here: it was changed since version ${version}, which the file has.`);
    } else {
      sorted.changed.push(state);
      sorted.rows.push({ ...row, id: here.id });
    }
  }
  return sorted;
}

async function store(client: Queryable, fresh: (Written & StateRecord)[]): Promise<(Written & { id: number })[]> {
  if (fresh.length === 0) return [];
  const projects = await ensureProjects(
    client,
    fresh.flatMap(({ project }) => project ?? []),
  );
  const rows = fresh.map((row) => ({
    ...row,
    projectId: row.project === null ? null : projects.get(projectKey(row.project)),
  }));
  const stored = await insertMemories(client, JSON.stringify(rows));
  await insertRevisions(client, JSON.stringify(rows));
  const ids = new Map(stored.map(({ uid, id }) => [uid, id]));
  return fresh.map((row) => ({ ...row, id: ids.get(row.uid) ?? 0 }));
}

/** A transaction of its own, as where versions are imported. */
async function change(
  context: Context,
  client: Queryable,
  states: readonly StateRecord[],
  result: Imported,
  source: string | null | undefined,
  secrets: AllowedSecrets,
) {
  await takeTurn(client);
  // Somebody may have changed them meanwhile.
  const { rows, changed } = await sort(context, client, states, result, source);
  if (rows.length === 0) return [];
  const text = JSON.stringify(rows);
  await replaceCurrent(client, text);
  await changeMemories(client, text);
  await insertRevisions(client, text);
  await secrets.log(client, changed.map(allowedIn));
  return rows;
}

const allowedIn = ({ uid, allowed = [] }: StateRecord) => ({ uid, allowed });

const uidsOf = (states: readonly StateRecord[]): string[] => states.map(({ uid }) => uid);

const stateOf = ({ title, content, status, tags, files }: State): State => ({ title, content, status, tags, files });
const alike = (one: State, other: State): boolean => isDeepStrictEqual(stateOf(one), stateOf(other));

/** Tells whether the file says the same as the last time, whatever became of the memory since. */
function hashOf({ title, content, status = null, tags = null, files = null }: StateRecord): string {
  return createHash('sha256')
    .update(JSON.stringify([title, content, status, tags, files]))
    .digest('hex')
    .slice(0, 32);
}
