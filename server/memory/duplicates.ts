import { human } from '../address.ts';
import type { Context } from '../context.ts';
import type { MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { likeness, numbersOf, wordSet } from '../recall/alike.ts';
import { allOf, anyOf, marks, term } from '../recall/tsquery.ts';

/** What is about to be stored, and where. */
export interface Candidate {
  projectId: number | null;
  type: MemoryType;
  title: string;
  content: string;
}

/** A memory that says the same. */
export interface Duplicate {
  id: number;
  title: string;
  authorId: string | null;
  updatedAt: Date;
  tags: string[];
  files: string[];
  /** From 0 to 1. */
  similarity: number;
}

const lock = statement<object, [key: string]>('memory-lock-place', 'SELECT pg_advisory_xact_lock(7202, hashtext($1))');

const wordsOf = statement<{ title: string[]; content: string[] }, [title: string, content: string]>(
  'memory-duplicate-words',
  `SELECT tsvector_to_array(clambake.search_vector($1)) AS title, tsvector_to_array(clambake.search_vector($2)) AS content`,
);

const findAlike = statement<Omit<Duplicate, 'similarity'> & { content: string }, [query: string]>(
  'memory-duplicates',
  `SELECT id, title, content, author_id AS "authorId", updated_at AS "updatedAt", tags, files FROM clambake.memory
   WHERE search @@ $1::tsquery ORDER BY updated_at DESC LIMIT 300`,
);

/** Most memories that one word of a title brings in to be compared. */
const mostByWord = 300;

/** Words of a text that are looked at for rare ones: the longest, which are the rarest. */
const mostCounted = 60;

/** What a memory is compared with, found out before the transaction that stores it: it needs a connection of its own. */
export interface Comparison {
  /** Finds what may say the same. */
  query: string | null;
}

/** Chooses what a memory that is about to be stored has to be compared with. */
export async function compareWith(
  { database, words: counter }: Context,
  { type, title, content }: Omit<Candidate, 'projectId'>,
): Promise<Comparison> {
  const [row] = await wordsOf(database.pool, title, content);
  const titled = (row?.title ?? []).map(marks.title);
  const said = (row?.content ?? []).toSorted((one, other) => other.length - one.length).slice(0, mostCounted);
  const { of } = await counter.count([...titled, ...said]);
  const count = (word: string): number => of.get(word) ?? 0;
  const byRarity = (words: readonly string[]): string[] => words.toSorted((one, other) => count(one) - count(other));
  // The rare words of the title one by one; where nobody has used one of them before, all the others together.
  const rare = titled.filter((word) => count(word) <= mostByWord);
  const common = titled.filter((word) => count(word) > mostByWord);
  const byTitle = [
    ...rare.map(term),
    ...(common.length > 0 && !rare.some((word) => count(word) > 0) ? [allOf(common.map(term))] : []),
  ];
  // Any two of those that tell most, since one may be what was put in other words. Of those that are in no memory too: another that
  // is stored at this moment may have them.
  const telling = byRarity(said.filter((word) => count(word) > 0)).slice(0, 4);
  const unheard = said.filter((word) => count(word) === 0).slice(0, 4);
  const byContent = [telling, unheard].flatMap((words) =>
    words.length === 1
      ? words.map(term)
      : words.flatMap((word, place) => words.slice(place + 1).map((other) => allOf([term(word), term(other)]))),
  );
  const bringers = [...byTitle, ...byContent];
  if (bringers.length === 0) return { query: null };
  const statuses = anyOf([marks.status('ACTIVE'), marks.status('RESOLVED')].map(term));
  return { query: allOf([term(marks.type(type)), statuses, anyOf(bringers)]) };
}

/**
 * Waits for whoever stores a memory of the same type in the same project, until the end of this transaction: of two that say the same
 * at the same moment, neither would see the other.
 * @param client inside the transaction that stores it
 */
export async function lockPlace(client: Queryable, { projectId, type }: Candidate): Promise<void> {
  await lock(client, `${projectId ?? ''} ${type}`);
}

/**
 * Looks for memories that say what is about to be stored: of the same project and type, and not given up.
 * @returns the most alike first
 */
export async function findDuplicates(
  client: Queryable,
  candidate: Candidate,
  { query }: Comparison,
): Promise<Duplicate[]> {
  if (query === null) return [];
  const rows = await findAlike(client, allOf([term(marks.project(candidate.projectId)), query]));
  return rows
    .flatMap(({ content, ...old }) => {
      const similarity = similarityOf(candidate, { title: old.title, content });
      return similarity === undefined ? [] : [{ ...old, similarity }];
    })
    .toSorted((one, other) => other.similarity - one.similarity);
}

type Text = Pick<Candidate, 'title' | 'content'>;

/**
 * How much two memories say the same, where they do: titles and texts alike, or the same title over much the same text, or the same
 * text of some length under another title. Numbers make the difference: what is true of port 5432 is not of 5433.
 * @returns the likeness of both together; undefined where each says something of its own
 */
export function similarityOf(one: Text, other: Text): number | undefined {
  const [first, second] = [one, other].map(({ title, content }) => ({
    title: wordSet(title),
    content: wordSet(content),
    all: wordSet(`${title} ${content}`),
  })) as [Sets, Sets];
  if (numbersOf(first.all) !== numbersOf(second.all)) return undefined;
  const title = likeness(first.title, second.title);
  const content = likeness(first.content, second.content);
  const same =
    (title >= 0.5 && content >= 0.7) ||
    (title === 1 && content >= 0.4) ||
    (content >= 0.9 && Math.min(first.content.size, second.content.size) >= 8);
  return same ? likeness(first.all, second.all) : undefined;
}

interface Sets {
  title: ReadonlySet<string>;
  content: ReadonlySet<string>;
  all: ReadonlySet<string>;
}

/** Nothing was stored, since it is known. */
export function alreadyKnown(duplicates: readonly Duplicate[]): ClambakeError {
  const named = duplicates.slice(0, 3);
  const list = named.map(
    ({ id, title, authorId, updatedAt }) => `#${id} by ${authorId ?? human}, ${updatedAt.toISOString()}: ${title}`,
  );
  return new ClambakeError(
    'CONFLICT',
    [
      'Not stored: this seems to be known already.',
      ...list,
      `Read it: clambake memory ${named[0]?.id}. To change it instead say update (--update); to store this beside it, force (--force).`,
    ].join('\n'),
    { duplicates: named.map(({ id, title, similarity }) => ({ id: String(id), title, similarity })) },
  );
}
