import type pg from 'pg';
import { statement } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { excerpt } from '../input.ts';
import type { RecallFilter } from './filter.ts';
import type { SearchTerms } from './search-text.ts';
import { anyOf, term } from './tsquery.ts';
import type { WordCounter } from './word-counts.ts';
import { wordsLike } from './words-like.ts';

/** A word that is looked for, as it stands in the index. */
export interface Word {
  /** What was typed: one typed `null_filter` is three words, null, filter and both in one. */
  asked: string;
  /** The words of the index that stand for it: itself, or those most like it where it occurs nowhere. */
  lexemes: string[];
  /** How they stand for it. */
  match: 'WORD' | 'PART' | 'SIMILAR';
  /** In how many memories any of them occurs. */
  count: number;
  /** Its inverse document frequency, as in BM25; less for a word that is only like it. */
  weight: number;
}

/** A search as Postgres takes it. */
export interface Query {
  words: Word[];
  /** Phrases, and the path that is filtered by: all have to match. */
  required: string[];
  /** None of it may match; null where nothing is excluded. */
  excluded: string | null;
  /** How many memories there are. */
  memories: number;
}

const analyse = statement<{ asked: string; lexemes: string[]; query: string }, [words: string[], phrases: string[]]>(
  'recall-analyse',
  `SELECT word AS asked, array(SELECT lexeme FROM unnest(clambake.search_vector(word)) ORDER BY positions[1]) AS lexemes, '' AS query
   FROM unnest($1::text[]) AS given (word)
   UNION ALL
   SELECT phrase, '{}', (phraseto_tsquery('pg_catalog.english', clambake.search_base(phrase))
     && phraseto_tsquery('pg_catalog.english', clambake.search_pairs(phrase)))::text
   FROM unnest($2::text[]) AS given (phrase)`,
);

/**
 * Turns what somebody searches for into what Postgres looks for.
 * @param filter of which the path and the time matter: words are counted, and forgiven, by what was known then
 * @throws ClambakeError BAD_INPUT where nothing is left: only words that occur everywhere, or signs that are no words
 */
export async function toQuery(
  pool: pg.Pool,
  counter: WordCounter,
  { words, phrases, excluded }: SearchTerms,
  { file, asOf }: Pick<RecallFilter, 'file' | 'asOf'>,
): Promise<Query> {
  const required = [...phrases, ...(file === null ? [] : [file])];
  const rows = await analyse(pool, [...words, ...required], [...required, ...excluded]);
  const spoken = rows.slice(0, words.length + required.length);
  const queries = rows.slice(spoken.length).map(({ query }) => query);
  const excludedQueries = queries.slice(required.length).filter((query) => query !== '');
  if (spoken.every(({ lexemes }) => lexemes.length === 0) && excludedQueries.length === 0) {
    const given = [...words, ...phrases, ...excluded].join(' ') || (file ?? '');
    throw badInput(
      file === null || words.length > 0 ? 'search' : 'file',
      `"${excerpt(given)}" holds nothing that can be looked for, only words that occur everywhere or signs that are no words: name what it is about.`,
    );
  }
  const first = new Map<string, string>();
  for (const { asked, lexemes } of spoken)
    for (const lexeme of lexemes) if (!first.has(lexeme)) first.set(lexeme, asked);
  const { memories, of } = await counter.count([...first.keys()], asOf);
  const exact = [...first].map(([lexeme, asked]): Word => {
    const count = of.get(lexeme) ?? 0;
    return { asked, lexemes: [lexeme], match: 'WORD', count, weight: rarity(count, memories) };
  });
  const rarest = exact.filter(({ count }) => count > 0).toSorted((one, other) => one.count - other.count);
  const unknown = exact.filter(({ count }) => count === 0).slice(0, mostLookedUp);
  const looked = new Set([...rarest.slice(0, mostWords), ...unknown]);
  const found = await Promise.all(
    exact
      .filter((word) => looked.has(word))
      .map(async (word) => (word.count === 0 ? ((await standIn(pool, counter, word, asOf)) ?? word) : word)),
  );
  return {
    words: found,
    required: queries.slice(0, required.length).filter((query) => query !== ''),
    excluded: excludedQueries.length > 0 ? anyOf(excludedQueries.map((query) => `(${query})`)) : null,
    memories,
  };
}

/** The inverse document frequency of BM25 (Robertson and Spärck Jones), never below 0. */
const rarity = (count: number, memories: number): number =>
  Math.log(1 + (Math.max(memories, count) - count + 0.5) / (count + 0.5));

/**
 * Most words that one search looks for, the rarest. A path or a line without spaces is one term of thousands of words, each of which
 * every candidate would be weighed by.
 */
const mostWords = 50;

/** Most words of a search that occur nowhere and are looked up: each takes a look through the dictionary, and a connection. */
const mostLookedUp = 8;

/** A word of others that it may be meant for, which counts less than if it had been found itself. */
async function standIn(pool: pg.Pool, counter: WordCounter, asked: Word, asOf: Date | null): Promise<Word | undefined> {
  const like = await wordsLike(pool, counter, asked.lexemes[0] ?? '', asOf);
  if (!like) return undefined;
  const { match, lexemes, count, memories } = like;
  return { ...asked, lexemes, match, count, weight: rarity(count, memories) * (match === 'PART' ? 0.6 : 0.7) };
}

/** The query that finds a word. */
export const queryOf = ({ lexemes }: Word): string => anyOf(lexemes.map(term));
