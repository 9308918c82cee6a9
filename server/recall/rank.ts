import type { MemoryStatus } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import type { MemoryColumns } from '../memory/rows.ts';
import { withMemories } from '../memory/rows.ts';
import { type Candidates, mostCandidates, mostLatest } from './candidates.ts';
import { sources, without } from './sources.ts';
import { type Query, queryOf, type Word } from './words.ts';

/** A memory that was found, in the version that it was found in. */
export interface Match {
  id: number;
  version: number;
  score: number;
  /** What words that stand side by side as they were asked for add to the score, and the share that its length leaves; of a search. */
  pairScore?: number;
  lengthShare?: number;
}

/** A match with the columns of its memory; of a search also how many memories were weighed. */
export type Found = Match & { weighed?: number } & MemoryColumns;

/**
 * How much of its score a memory keeps that no longer simply holds. What is superseded or deprecated comes up only where it is asked
 * for, and then behind what holds.
 */
export const statusShare: Readonly<Record<MemoryStatus, number>> = {
  ACTIVE: 1,
  RESOLVED: 0.9,
  SUPERSEDED: 0.5,
  DEPRECATED: 0.4,
};

/** A memory that has just been changed keeps all of its score, an old one 85 %; half way between after this many days. */
export const age = { days: 180, least: 0.85 } as const;

/** How much a word counts in the title, in a tag or path, and in the text. */
export const fieldWeights = { title: 1, label: 0.9, content: 0.8 } as const;

/** Words of a memory beyond which it counts as long: its score is divided by what it says about other things. */
const usual = { words: 60, effect: 0.25 } as const;

const statusShares = `CASE status ${Object.entries(statusShare)
  .map(([status, share]) => `WHEN '${status}' THEN ${share}`)
  .join(' ')} END`;

type Values = [
  candidates: string,
  excluded: string | null,
  queries: string[],
  weights: number[],
  pairs: string[],
  pairWeights: number[],
  now: Date,
  limit: number,
  offset: number,
];

const passes = `search @@ $1::tsquery AND ${without('$2')}`;

/**
 * BM25 as far as Postgres' index knows what it needs: for each word its inverse document frequency, times `ts_rank` of that word
 * alone, which grows ever more slowly with each occurrence and weighs the field; over the length of the memory; times what status and
 * age leave of it. Two words that stand side by side as they were asked for count once more.
 *
 * What a memory is searched by may be stored out of its row: put together with nothing it is fetched once, and not for each word anew,
 * which took ten times as many pages.
 */
const ranked = (candidates: string, before = ''): string =>
  withMemories(`
  WITH ${before} candidate AS MATERIALIZED (
    SELECT id, version, status, updated_at, search || ''::tsvector AS search FROM (${candidates}) AS chosen
  ),
  weighed AS (
    SELECT id, version, status, updated_at,
      (SELECT coalesce(sum(weight * ts_rank('{0, ${fieldWeights.content}, ${fieldWeights.label}, ${fieldWeights.title}}', search, query)), 0)
        FROM unnest($3::tsquery[], $4::float8[]) AS word (query, weight)) AS words,
      (SELECT coalesce(sum(weight), 0) FROM unnest($5::tsquery[], $6::float8[]) AS pair (query, weight) WHERE search @@ query) AS pairs,
      1 / (1 + ${usual.effect} * greatest(0, length(search)::float8 / ${usual.words} - 1)) AS length_share
    FROM candidate
  )
  SELECT id, version, (words + pairs) * length_share * ${statusShares}
      * (${age.least} + ${(1 - age.least).toFixed(2)} * power(0.5, extract(epoch FROM $7::timestamptz - updated_at)::float8 / 86400 / ${age.days}))
      AS score, pairs AS "pairScore", length_share AS "lengthShare", (SELECT count(*)::int FROM candidate) AS weighed
  FROM weighed ORDER BY 3 DESC, updated_at DESC, id DESC LIMIT $8 OFFSET $9`);

const latestFirst = (source: string, limit: number): string => `${source} ORDER BY updated_at DESC LIMIT ${limit}`;

const rankNow = statement<Found, Values>('recall-rank', ranked(latestFirst(sources.now(passes), mostCandidates)));

// Where so many match, enough of them are among the latest, and are found without gathering all. Where they are not, as all that is
// new has what is excluded, the index gathers them, however old they are; the fence keeps Postgres from walking through everything.
const rankLatest = statement<Found, Values>(
  'recall-rank-latest',
  ranked(
    `SELECT * FROM newest WHERE (SELECT count(*) FROM newest) = ${mostLatest}
     UNION ALL (
       ${latestFirst(`SELECT * FROM (${sources.now(passes)} OFFSET 0) AS gathered WHERE (SELECT count(*) FROM newest) < ${mostLatest}`, mostLatest)}
     )`,
    `newest AS (
       SELECT * FROM (${latestFirst(sources.now('true'), 20_000)}) AS latest WHERE ${passes} LIMIT ${mostLatest}
     ),`,
  ),
);

const rankThen = statement<Found, [...Values, asOf: Date]>(
  'recall-rank-as-of',
  ranked(latestFirst(sources.asOf(passes, '$10'), mostCandidates)),
);

/** The page of a ranking: at most so many, from this place on. */
export interface Window {
  limit: number;
  offset: number;
}

/** The memories that a search finds, the best first. */
export function rank(
  queryable: Queryable,
  query: Query,
  candidates: Candidates,
  asOf: Date | null,
  { limit, offset }: Window,
): Promise<Found[]> {
  const words = query.words.filter(({ count }) => count > 0);
  const pairs = pairsOf(words);
  const values: Values = [
    candidates.query,
    query.excluded,
    words.map(queryOf),
    // ts_rank divides what it finds of several words by how many they are.
    words.map(({ weight, lexemes }) => weight * lexemes.length),
    pairs.map(({ query }) => query),
    pairs.map(({ weight }) => weight),
    asOf ?? new Date(),
    limit,
    offset,
  ];
  if (asOf) return rankThen(queryable, ...values, asOf);
  return candidates.latest ? rankLatest(queryable, ...values) : rankNow(queryable, ...values);
}

/** Words that were asked for one after the other, as a phrase; what one side by side is worth is what the rarer is worth in a text. */
function pairsOf(words: readonly Word[]): { query: string; weight: number }[] {
  return words.flatMap((word, index) => {
    const next = words[index + 1];
    if (!next || word.match !== 'WORD' || next.match !== 'WORD') return [];
    return [
      {
        query: `${queryOf(word)} <-> ${queryOf(next)}`,
        weight: pairEffect * Math.min(word.weight, next.weight),
      },
    ];
  });
}

const pairEffect = 0.25;
