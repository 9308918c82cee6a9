import type { Context } from '../context.ts';
import type { MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { badInput, ClambakeError, notFound } from '../errors.ts';
import { checkText, excerpt, parseId } from '../input.ts';
import { nearest } from '../nearest.ts';
import { allOf, anyOf, marks, term } from '../recall/tsquery.ts';

/** A memory that somebody named. */
export interface Named {
  id: number;
  type: MemoryType;
  status: MemoryStatus;
  title: string;
}

/** Where titles are looked for: in a project, among the global memories (null), or everywhere. */
export type Place = number | null | 'everywhere';

/** How memories are found by what somebody calls them. */
interface Naming {
  /** The argument that names them, for the error. */
  argument: string;
  /** Where titles are looked for; a place counts only where those before it have none of that title. */
  places: readonly Place[];
  /** Where several have a title, those of this type come first. */
  prefer?: MemoryType;
  /** The memory that is to be linked: none of these titles means it, and its number is a mistake. */
  except?: number;
}

/** Names in one list. */
const mostNames = 50;

const columns = 'id, type, status, title';

const findByIds = statement<Named, [ids: number[]]>(
  'memory-by-ids',
  `SELECT ${columns} FROM clambake.memory WHERE id = ANY ($1::int[])`,
);

const findTitleWords = statement<{ words: string[] }, [title: string]>(
  'memory-title-words',
  'SELECT tsvector_to_array(clambake.search_vector(lower($1))) AS words',
);

const findByTitle = statement<Named, [title: string, projectId: number | null, everywhere: boolean, except: number]>(
  'memory-by-title',
  `SELECT ${columns} FROM clambake.memory
   WHERE lower(title) = lower($1) AND ($3 OR project_id IS NOT DISTINCT FROM $2::int) AND id <> $4 ORDER BY id DESC LIMIT 10`,
);

const findAlike = statement<Named, [query: string, words: string]>(
  'memory-titles-alike',
  `SELECT ${columns} FROM clambake.memory
   WHERE search @@ $1::tsquery ORDER BY ts_rank(search, $2::tsquery) DESC, id DESC LIMIT 50`,
);

const listNewest = statement<Named, [projectIds: number[], global: boolean, everywhere: boolean]>(
  'memory-titles-newest',
  `SELECT ${columns} FROM clambake.memory
   WHERE $3 OR project_id = ANY ($1::int[]) OR ($2 AND project_id IS NULL) ORDER BY id DESC LIMIT 200`,
);

/** Titles are the same without regard to case and to white space around them. */
const titleKey = (title: string): string => title.trim().toLowerCase();

/** Where whoever asks looks for titles: in its project, then among the global ones; the operator everywhere. */
export const placesOf = ({ viewer }: Context): Place[] =>
  viewer.kind === 'instance' ? [viewer.projectId, null] : ['everywhere'];

/**
 * Finds memories by what somebody calls them: a number, with # in front or not, or a title.
 * @returns each once, in the order they were named
 * @throws ClambakeError NOT_FOUND, or BAD_INPUT for a title that several have, with the nearest as `suggestions`; BAD_INPUT for more
 *   than 50 names
 */
export async function findNamed(queryable: Queryable, names: readonly string[], naming: Naming): Promise<Named[]> {
  const { argument } = naming;
  if (names.length > mostNames)
    throw badInput(argument, `${argument} names ${names.length} memories: at most ${mostNames} at once.`);
  const ids = names.filter(isId).map((name) => parseId(argument, 'memory', name.trim()));
  if (naming.except !== undefined && ids.includes(naming.except))
    throw badInput(argument, `Memory #${naming.except} cannot be linked with itself.`);
  const byId = new Map((ids.length > 0 ? await findByIds(queryable, ids) : []).map((memory) => [memory.id, memory]));
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length > 0) {
    const list = missing.map((id) => `#${id}`).join(', ');
    throw notFound(`There is no memory ${list}, and nothing was stored: \`clambake recall\` lists what is known.`);
  }
  const found = new Map<number, Named>();
  for (const name of names) {
    const memory = isId(name) ? byId.get(idIn(name)) : await findTitled(queryable, name, naming);
    if (memory) found.set(memory.id, memory);
  }
  return [...found.values()];
}

/** As {@link findNamed} for one. */
export async function findOneNamed(queryable: Queryable, name: string, naming: Naming): Promise<Named> {
  const [memory] = await findNamed(queryable, [name], naming);
  if (!memory) throw new Error('A memory was found and is gone.');
  return memory;
}

const isId = (name: string): boolean => /^\s*#?\d+\s*$/.test(name);
const idIn = (name: string): number => Number(name.replace('#', ''));

/** A memory that was named before, with all the titles it has had. */
export interface Meant {
  id: number;
  titles: string[];
}

/** Whether names mean just these memories: what a repeated request named must not be looked up again, as titles may have changed. */
export function areMeant(names: readonly string[], memories: readonly Meant[]): boolean {
  const means = (name: string, { id, titles }: Meant): boolean =>
    isId(name) ? idIn(name) === id : titles.some((title) => titleKey(title) === titleKey(name));
  return (
    names.every((name) => memories.some((memory) => means(name, memory))) &&
    memories.every((memory) => names.some((name) => means(name, memory)))
  );
}

async function findTitled(queryable: Queryable, name: string, naming: Naming): Promise<Named> {
  const { argument, places, prefer, except = 0 } = naming;
  const title = checkText(argument, 'title', name);
  for (const place of places) {
    const everywhere = place === 'everywhere';
    const found = await findByTitle(queryable, title, everywhere ? null : place, everywhere, except);
    const preferred = found.filter(({ type }) => type === prefer);
    const candidates = preferred.length > 0 ? preferred : found;
    const [only, second] = candidates;
    if (second) throw ambiguous(argument, title, candidates);
    if (only) return only;
  }
  throw unknown(title, await nearestTo(queryable, title, naming));
}

/** The mark of places in the index; none where everything is meant. */
function within(places: readonly Place[]): string[] {
  const scopes = places.flatMap((place) => (place === 'everywhere' ? [] : [term(marks.project(place))]));
  return scopes.length > 0 ? [anyOf(scopes)] : [];
}

/** Up to five memories of a title near to one: those it takes few edits to, then those that share words, the most alike first. */
async function nearestTo(queryable: Queryable, title: string, { places, except }: Naming): Promise<Named[]> {
  const [row] = await findTitleWords(queryable, title);
  const words = (row?.words ?? []).map((word) => term(marks.title(word)));
  const projectIds = places.filter((place) => typeof place === 'number');
  const newest = await listNewest(queryable, projectIds, places.includes(null), places.includes('everywhere'));
  const alike =
    words.length > 0 ? await findAlike(queryable, allOf([...within(places), anyOf(words)]), anyOf(words)) : [];
  const known = [...alike, ...newest].filter(({ id }) => id !== except);
  const near = nearest(title, [...new Set(known.map((memory) => memory.title))], titleKey);
  const byEdits = near.flatMap((text) => known.find((memory) => memory.title === text) ?? []);
  return [...new Map([...byEdits, ...alike].map((memory) => [memory.id, memory])).values()]
    .filter(({ id }) => id !== except)
    .slice(0, 5);
}

const suggested = ({ id, type, title }: Named) => ({ id: String(id), type, title });
const called = ({ id, type, status, title }: Named): string =>
  `#${id} (${[type, ...(status === 'ACTIVE' ? [] : [status])].join(', ').toLowerCase()}) "${excerpt(title)}"`;

function ambiguous(argument: string, title: string, found: readonly Named[]): ClambakeError {
  return new ClambakeError(
    'BAD_INPUT',
    `Several memories are called "${excerpt(title)}": ${found.map(called).join(', ')}. Give the number of the one that is meant.`,
    { argument, suggestions: found.map(suggested) },
  );
}

function unknown(title: string, near: readonly Named[]): ClambakeError {
  const meant = near.length > 0 ? `Did you mean ${near.map(called).join(', ')}? ` : '';
  return new ClambakeError(
    'NOT_FOUND',
    `No memory is called "${excerpt(title)}". ${meant}A title is given whole, or a number instead: \`clambake recall\` lists both.`,
    { suggestions: near.map(suggested) },
  );
}
