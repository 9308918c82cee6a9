import type { MemoryLinkKind, MemoryStatus } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { age, fieldWeights, type Match, statusShare } from './rank.ts';
import { type Query, queryOf, type Word } from './words.ts';

/** Where a word was found. */
export type Field = 'TITLE' | 'LABEL' | 'CONTENT';

export interface FoundWord {
  /** What was typed. */
  asked: string;
  /** The word of the index that stands for it, as it stems: other than what was typed where that occurs nowhere; of several the best. */
  found: string;
  fields: Field[];
  /** In how many memories it occurs. */
  memories: number;
  /** What it adds to the score, before length, status and age. */
  score: number;
}

/** Why a recall brought a memory up. */
export interface Why {
  score: number;
  words: FoundWord[];
  /** What words that stand side by side as they were asked for add to the score, before length, status and age. */
  pairScore: number;
  /** How much of the score the length leaves, from 0 to 1. */
  lengthShare: number;
  /** How much of the score status and age leave, from 0 to 1. */
  statusShare: number;
  ageShare: number;
  /** Days since it was last changed. */
  days: number;
  /** What takes its place, fixes or contradicts it. */
  bearers: { kind: MemoryLinkKind; memoryId: number }[];
}

const field = (letter: string): string => `search @@ (query || ':${letter}')::tsquery`;

interface Occurrence {
  id: number;
  lexeme: string;
  title: boolean;
  label: boolean;
  content: boolean;
  rank: number;
}

const readWords = statement<Occurrence, [ids: number[], versions: number[], lexemes: string[], queries: string[]]>(
  'recall-why-words',
  `SELECT found.id, lexeme, ${field('A')} AS title, ${field('B')} AS label, ${field('C')} AS content,
     ts_rank('{0, ${fieldWeights.content}, ${fieldWeights.label}, ${fieldWeights.title}}', search, query::tsquery) AS rank
   FROM unnest($1::int[], $2::int[]) AS found (id, version)
   CROSS JOIN LATERAL (
     SELECT search FROM clambake.memory WHERE memory.id = found.id AND memory.version = found.version
     UNION ALL
     SELECT search FROM clambake.memory_revision AS revision
     WHERE revision.memory_id = found.id AND revision.version = found.version AND search IS NOT NULL
   ) AS text
   CROSS JOIN unnest($3::text[], $4::text[]) AS word (lexeme, query)
   WHERE search @@ query::tsquery`,
);

const readBearers = statement<{ id: number; kind: MemoryLinkKind; memoryId: number }, [ids: number[], asOf: Date]>(
  'recall-why-bearers',
  `SELECT to_id AS id, kind, from_id AS "memoryId" FROM clambake.memory_link
   WHERE to_id = ANY ($1::int[]) AND kind IN ('SUPERSEDES', 'FIXES', 'CONTRADICTS') AND created_at <= $2
   ORDER BY kind, from_id`,
);

/** The words that were found, what adds most first. Several that stand for one count together, under the one that counts most. */
function foundWords(asked: readonly Word[], found: readonly Occurrence[]): FoundWord[] {
  return asked
    .flatMap((word) => {
      const standing = found
        .filter(({ lexeme }) => word.lexemes.includes(lexeme))
        .toSorted((one, other) => other.rank - one.rank);
      const [best] = standing;
      if (!best) return [];
      const fields: Field[] = [
        ...(standing.some(({ title }) => title) ? (['TITLE'] as const) : []),
        ...(standing.some(({ label }) => label) ? (['LABEL'] as const) : []),
        ...(standing.some(({ content }) => content) ? (['CONTENT'] as const) : []),
      ];
      const score = standing.reduce((sum, { rank }) => sum + rank * word.weight, 0);
      return [{ asked: word.asked, found: best.lexeme, fields, memories: word.count, score }];
    })
    .toSorted((one, other) => other.score - one.score);
}

/** A memory as it was found, with what its score depends on. */
export interface Found extends Match {
  status: MemoryStatus;
  updatedAt: Date;
}

/**
 * Says of each memory on a page why it is there.
 * @param query undefined where nothing was searched for
 * @param now the time it is looked at, which ages are counted to
 */
export async function explain(
  queryable: Queryable,
  query: Query | undefined,
  found: readonly Found[],
  now: Date,
): Promise<Map<number, Why>> {
  const ids = found.map(({ id }) => id);
  const lexemes = (query?.words ?? []).flatMap((word) => word.lexemes.map((lexeme) => ({ word, lexeme })));
  const queries = lexemes.map(({ word, lexeme }) => queryOf({ ...word, lexemes: [lexeme] }));
  const [words, bearers] = await Promise.all([
    lexemes.length === 0
      ? []
      : readWords(
          queryable,
          ids,
          found.map(({ version }) => version),
          lexemes.map(({ lexeme }) => lexeme),
          queries,
        ),
    readBearers(queryable, ids, now),
  ]);
  return new Map(
    found.map(({ id, score, pairScore = 0, lengthShare = 1, status, updatedAt }) => {
      const days = Math.max(0, (now.getTime() - updatedAt.getTime()) / 86_400_000);
      const why: Why = {
        score,
        words: foundWords(
          query?.words ?? [],
          words.filter((word) => word.id === id),
        ),
        ...{ pairScore, lengthShare },
        statusShare: statusShare[status],
        ageShare: age.least + (1 - age.least) * 0.5 ** (days / age.days),
        days,
        bearers: bearers.filter((bearer) => bearer.id === id),
      };
      return [id, why];
    }),
  );
}
