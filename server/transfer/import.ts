import { type Context, requireOperator } from '../context.ts';
import { type Queryable, transaction } from '../database/statement.ts';
import { projectKey } from '../project/service.ts';
import { AllowedSecrets } from './allowed.ts';
import { checkBatch, onlyOnce } from './bounds.ts';
import { checkEach, checkInstance, checkLink, checkMemory } from './check.ts';
import { bringInstances, ensureProjects, withKnownAuthors } from './places.ts';
import {
  type Conflict,
  type Imported,
  type InstanceRecord,
  type LinkRecord,
  type MemoryRecord,
  nothing,
  type RevisionRecord,
} from './record.ts';
import {
  changeMemories,
  compareRevisions,
  findEnds,
  insertLinks,
  insertMemories,
  insertRevisions,
  type Known,
  lockMemories,
  replaceCurrent,
  takeTurn,
} from './statements.ts';

/** Records of an export, of each kind as many as {@link checkBatch} allows. */
export interface Batch {
  instances: InstanceRecord[];
  memories: MemoryRecord[];
  links: LinkRecord[];
}

/**
 * Stores what was exported elsewhere, with its authors, times and versions as they are. What is here already is skipped, so that a
 * batch may come twice, or in part. A memory that is here in another form is left as it is, and so is a record that breaks a
 * rule: both are told of, and the rest goes on.
 * @param allowSecret whether memories may hold what looks like a secret
 * @throws ClambakeError FORBIDDEN for instances, BAD_INPUT for a batch that is too large
 */
export async function importRecords(context: Context, batch: Batch, allowSecret: boolean): Promise<Imported> {
  requireOperator(context, 'import what others wrote');
  const { pool } = context.database;
  checkBatch('instances', batch.instances.length);
  checkBatch('memories', batch.memories.length);
  checkBatch('revisions', batch.memories.flatMap(({ revisions }) => revisions).length);
  checkBatch('links', batch.links.length);
  const result = nothing();
  const { problems } = result;
  const secrets = new AllowedSecrets(context, allowSecret);
  const instances = checkEach(batch.instances, (instance) => checkInstance(secrets, instance), problems);
  const memories = onlyOnce(
    checkEach(batch.memories, (memory) => checkMemory(secrets, memory), problems),
    problems,
  );
  const links = checkEach(batch.links, checkLink, problems);

  const changed = await transaction(pool, async (client) => {
    await takeTurn(client);
    const places = [...instances, ...memories].flatMap(({ project }) => project ?? []);
    const projects = await ensureProjects(client, places);
    await bringInstances(client, instances, projects);
    const signed = await withKnownAuthors(client, memories, authorsOf, problems);
    const { fresh, changed } = await sort(client, signed, result);
    await store(client, fresh, projects);
    await secrets.log(client, fresh.map(allowedIn));
    result.stored += fresh.length;
    return changed;
  });
  if (changed.length > 0) await transaction(pool, (client) => extend(client, changed, result, secrets));
  if (links.length > 0) await transaction(pool, (client) => link(client, links, result));
  if (result.stored > 0) context.words.forget();
  problems.sort((a, b) => a.line - b.line);
  return result;
}

const authorsOf = ({ author, revisions }: MemoryRecord): (string | null | undefined)[] => [
  author,
  ...revisions.map((revision) => revision.author),
];

/** Parts memories into those that are not here, and those that have versions more than here. */
async function sort(
  client: Queryable,
  memories: readonly MemoryRecord[],
  result: Imported,
): Promise<{ fresh: MemoryRecord[]; changed: MemoryRecord[] }> {
  const known = new Map((await lockMemories(client, uidsOf(memories))).map((row) => [row.uid, row]));
  const compared = known.size === 0 ? [] : await compareRevisions(client, rowsOf(memories.filter(isIn(known))));
  const sameness = new Map(compared.map(({ uid, version, same }) => [`${uid}:${version}`, same]));
  const fresh: MemoryRecord[] = [];
  const changed: MemoryRecord[] = [];
  for (const memory of memories) {
    const here = known.get(memory.uid);
    const conflict = here && conflictOf(memory, here, sameness);
    const more = memory.revisions.filter(({ version }) => version > (here?.version ?? 0));
    const gap = more[0] && more[0].version !== (here?.version ?? 0) + 1 ? more[0] : undefined;
    if (conflict) result.conflicts.push(conflict);
    else if (gap) {
      const before = gap.version - 1;
      result.problems.push({ line: gap.line, message: `Version ${gap.version} comes without version ${before}.` });
    } else if (!here) fresh.push(memory);
    else if (more.length > 0) changed.push({ ...memory, revisions: more });
    else result.skipped += 1;
  }
  return { fresh, changed };
}

function conflictOf(memory: MemoryRecord, here: Known, same: ReadonlyMap<string, boolean>): Conflict | undefined {
  const { uid, line, type, revisions } = memory;
  const title = revisions.at(-1)?.title ?? '';
  const of = (reason: string): Conflict => ({ line, uid, version: null, title, reason });
  if (type !== here.type)
    return of(`It is of the type ${here.type.toLowerCase()} here, of ${type.toLowerCase()} there.`);
  if (keyOf(memory) !== here.projectKey) return of('It belongs to another project here.');
  if ((memory.author ?? null) !== here.author || memory.createdAt.getTime() !== here.createdAt.getTime()) {
    return of('It was written by somebody else here, or at another time.');
  }
  const other = revisions.find(({ version }) => same.get(`${uid}:${version}`) === false);
  if (!other) return undefined;
  const reason = `Version ${other.version} is another one here.`;
  return { line: other.line, uid, version: other.version, title: other.title, reason };
}

async function store(
  client: Queryable,
  memories: readonly MemoryRecord[],
  projects: ReadonlyMap<string, number>,
): Promise<void> {
  if (memories.length === 0) return;
  const states = memories.map((memory, place) => {
    const key = keyOf(memory);
    return { ...stateOf(memory), place, projectId: key === null ? null : projects.get(key) };
  });
  await insertMemories(client, JSON.stringify(states));
  await insertRevisions(client, rowsOf(memories));
}

/**
 * Adds versions to memories that are here. A transaction of its own: new memories and changed ones each bring words into the index in
 * their order, and in one transaction both orders together would be none.
 */
async function extend(
  client: Queryable,
  memories: readonly MemoryRecord[],
  result: Imported,
  secrets: AllowedSecrets,
): Promise<void> {
  await takeTurn(client);
  // Somebody may have changed them meanwhile.
  const { changed } = await sort(client, memories, result);
  if (changed.length === 0) return;
  const replaced = changed.map(({ uid, revisions }) => ({ uid, replacedAt: revisions[0]?.createdAt }));
  await replaceCurrent(client, JSON.stringify(replaced));
  await changeMemories(client, JSON.stringify(changed.map(stateOf)));
  await insertRevisions(client, rowsOf(changed));
  await secrets.log(client, changed.map(allowedIn));
  result.updated += changed.length;
}

async function link(client: Queryable, links: readonly LinkRecord[], result: Imported): Promise<void> {
  const { problems } = result;
  await takeTurn(client);
  const uids = [...new Set(links.flatMap(({ from, to }) => [from, to]))];
  const here = new Set((await findEnds(client, uids)).map(({ uid }) => uid));
  const tied = links.filter(({ line, from, to }) => {
    const missing = [from, to].find((uid) => !here.has(uid));
    if (missing === undefined) return true;
    problems.push({ line, message: `The memory ${missing} at an end of the link is not here.` });
    return false;
  });
  const signed = await withKnownAuthors(client, tied, ({ author }) => [author], problems);
  if (signed.length > 0) result.linked += (await insertLinks(client, JSON.stringify(signed))).length;
}

const allowedIn = ({ uid, revisions }: MemoryRecord) => ({
  uid,
  allowed: revisions.flatMap(({ version, allowed = [] }) => allowed.map((found) => ({ ...found, version }))),
});

const uidsOf = (memories: readonly MemoryRecord[]): string[] => memories.map(({ uid }) => uid);

const isIn =
  (known: ReadonlyMap<string, unknown>) =>
  ({ uid }: MemoryRecord): boolean =>
    known.has(uid);

const keyOf = ({ project }: Pick<MemoryRecord, 'project'>): string | null =>
  typeof project === 'string' ? projectKey(project) : null;

/** A memory as its highest version has it. */
function stateOf({ revisions, ...memory }: MemoryRecord): object {
  const { createdAt: updatedAt, author: _, line: __, allowed: ___, ...state } = revisions.at(-1) as RevisionRecord;
  return { ...memory, ...state, updatedAt };
}

/** All versions of memories, each with the time at which the next one took its place. */
function rowsOf(memories: readonly MemoryRecord[]): string {
  const rows = memories.flatMap(({ uid, revisions }) =>
    revisions.map((revision, index) => ({ ...revision, uid, replacedAt: revisions[index + 1]?.createdAt })),
  );
  return JSON.stringify(rows);
}
