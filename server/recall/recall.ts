import type { Context } from '../context.ts';
import { statement } from '../database/statement.ts';
import { type Candidates, chooseCandidates, mostCandidates } from './candidates.ts';
import { groupsOf, queriesOf, type RecallFilter } from './filter.ts';
import { listFirst, type Place } from './first.ts';
import { type Match, rank, type Window } from './rank.ts';
import type { SearchTerms } from './search-text.ts';
import { sources } from './sources.ts';
import { allOf } from './tsquery.ts';
import { type Query, toQuery } from './words.ts';

/** What somebody wants to know. */
export interface Request {
  /** What is searched for; undefined where nothing is. */
  terms: SearchTerms | undefined;
  filter: RecallFilter;
}

/** A search, ready to be looked up. */
export interface Prepared {
  query: Query;
  candidates: Candidates;
}

/**
 * Prepares a search by words or by a path.
 * @returns undefined where neither is asked for: what should be known first is a list, and no search
 * @throws ClambakeError BAD_INPUT where nothing is left to look for
 */
export async function prepare({ database, words }: Context, { terms, filter }: Request): Promise<Prepared | undefined> {
  if (!terms && filter.file === null) return undefined;
  const query = await toQuery(database.pool, words, terms ?? { words: [], phrases: [], excluded: [] }, filter.file);
  return { query, candidates: await chooseCandidates(words, query, filter) };
}

/** The page of a search from a place on, the best first. */
export const search = (
  { database }: Context,
  { query, candidates }: Prepared,
  { asOf }: RecallFilter,
  window: Window,
): Promise<Match[]> => rank(database.pool, query, candidates, asOf, window);

/** The page of what should be known first. */
export const first = (
  { database }: Context,
  filter: RecallFilter,
  after: Place | undefined,
  limit: number,
): Promise<Match[]> => listFirst(database.pool, filter, after, limit);

type CountValues = [query: string | null, excluded: string | null, limit: number | null];
const passes = '($1::tsquery IS NULL OR search @@ $1::tsquery) AND ($2::tsquery IS NULL OR NOT search @@ $2::tsquery)';
const counting = (source: string): string => `SELECT count(*)::int AS count FROM (${source} LIMIT $3) AS found`;
const countNow = statement<{ count: number }, CountValues>('recall-count-now', counting(sources.now(passes)));
const countThen = statement<{ count: number }, [...CountValues, asOf: Date]>(
  'recall-count-as-of',
  counting(sources.asOf(passes, '$4')),
);

/** How many memories a recall can page through: of a search those it weighs, at most 1200; of a list all that pass the filter. */
export async function countRecalled(
  { database }: Context,
  prepared: Prepared | undefined,
  filter: RecallFilter,
): Promise<number> {
  const groups = queriesOf(groupsOf(filter));
  const values: CountValues = prepared
    ? [
        prepared.candidates.query,
        prepared.query.excluded,
        prepared.candidates.latest ? mostCandidates / 4 : mostCandidates,
      ]
    : [groups.length === 0 ? null : allOf(groups), null, null];
  const [row] = filter.asOf
    ? await countThen(database.pool, ...values, filter.asOf)
    : await countNow(database.pool, ...values);
  return row?.count ?? 0;
}
