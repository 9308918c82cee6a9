import type { Context } from '../context.ts';
import type { MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';
import { type Candidates, chooseCandidates, mostCandidates, mostLatest } from './candidates.ts';
import { queriesOf, type RecallFilter } from './filter.ts';
import type { SearchTerms } from './search-text.ts';
import { matching, sources, without } from './sources.ts';
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
  const query = await toQuery(database.pool, words, terms ?? { words: [], phrases: [], excluded: [] }, filter);
  return { query, candidates: await chooseCandidates(words, query, filter) };
}

type CountValues = [query: string | null, excluded: string | null, limit: number | null];
const counting = (source: string): string => `SELECT count(*)::int AS count FROM (${source} LIMIT $3) AS found`;
// As a condition that may be none, "it matches" would keep Postgres from the index.
const countNow = statement<{ count: number }, CountValues>(
  'recall-count-now',
  counting(sources.now(`search @@ $1::tsquery AND ${without('$2')}`)),
);
const countThen = statement<{ count: number }, [...CountValues, asOf: Date]>(
  'recall-count-as-of',
  counting(sources.asOf(`${matching('$1')} AND ${without('$2')}`, '$4')),
);

// By the columns of the index that lists them: through the index of words each of them would have to be fetched.
const countListed = statement<
  { count: number },
  [projectIds: number[] | null, global: boolean, MemoryType[] | null, MemoryStatus[] | null]
>(
  'recall-count-listed',
  ((
    of: string,
  ) => `SELECT (CASE WHEN $1::int[] IS NULL THEN (${of} project_id IS NOT NULL) ELSE (${of} project_id = ANY ($1::int[])) END
     + (${of} $2::boolean AND project_id IS NULL))::int AS count`)(
    `SELECT count(*) FROM clambake.memory WHERE ($3::clambake.memory_type[] IS NULL OR type = ANY ($3::clambake.memory_type[]))
       AND ($4::clambake.memory_status[] IS NULL OR status = ANY ($4::clambake.memory_status[])) AND`,
  ),
);

/** How many memories a recall can page through: of a search those it weighs, at most 800; of a list all that pass the filter. */
export async function countRecalled(
  { database }: Context,
  prepared: Prepared | undefined,
  filter: RecallFilter,
): Promise<number> {
  const { projectIds, global, types, statuses, tags, authors, asOf } = filter;
  if (!prepared && tags === null && authors === null && asOf === null) {
    const [listed] = await countListed(database.pool, projectIds, global, types, statuses);
    return listed?.count ?? 0;
  }
  const groups = queriesOf(filter);
  const values: CountValues = prepared
    ? [
        prepared.candidates.query,
        prepared.query.excluded,
        prepared.candidates.latest && !asOf ? mostLatest : mostCandidates,
      ]
    : [groups.length === 0 ? null : allOf(groups), null, null];
  const [row] = asOf ? await countThen(database.pool, ...values, asOf) : await countNow(database.pool, ...values);
  return row?.count ?? 0;
}
