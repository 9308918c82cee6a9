import type pg from 'pg';
import type { Queryable } from '../database/statement.ts';
import { statement } from '../database/statement.ts';
import { term } from './tsquery.ts';

/** How long what the statistics say is used, in milliseconds. Postgres itself renews them about once a minute at most. */
const lifetime = 60_000;

/** How long a count is used, in milliseconds. */
const countLifetime = 10 * lifetime;

/** Up to so many memories the statistics are not asked: to count is exact, and as fast. */
const few = 2000;

const readStatistics = statement<{ memories: number; words: string[] | null; shares: number[] | null }>(
  'recall-statistics',
  `SELECT CASE WHEN relation.reltuples > ${few} THEN relation.reltuples::float8
      ELSE (SELECT count(*) FROM clambake.memory)::float8 END AS memories,
    statistics.most_common_elems::text::text[] AS words, statistics.most_common_elem_freqs::float8[] AS shares
  FROM pg_class AS relation
  LEFT JOIN pg_stats AS statistics
    ON statistics.schemaname = 'clambake' AND statistics.tablename = 'memory' AND statistics.attname = 'search'
  WHERE relation.oid = 'clambake.memory'::regclass`,
);

const countEach = statement<{ word: string; count: number }, [words: string[], queries: string[]]>(
  'recall-count',
  `SELECT word, (SELECT count(*) FROM clambake.memory WHERE search @@ query::tsquery)::int AS count
   FROM unnest($1::text[], $2::text[]) AS asked (word, query)`,
);

// Versions of then: the current ones that are no later, and those that had not been replaced.
const countEachThen = statement<{ word: string; count: number }, [words: string[], queries: string[], asOf: Date]>(
  'recall-count-then',
  `SELECT word, ((SELECT count(*) FROM clambake.memory WHERE search @@ query::tsquery AND updated_at <= $3)
     + (SELECT count(*) FROM clambake.memory_revision
        WHERE search @@ query::tsquery AND created_at <= $3 AND replaced_at > $3))::int AS count
   FROM unnest($1::text[], $2::text[]) AS asked (word, query)`,
);

/**
 * From so many memories on a count is kept: a few more or fewer do not change what the word is worth. A rarer word is counted each
 * time, which costs next to nothing, so that what has just been learned is found at once.
 */
const steady = 100;

/** Most counts that are kept. */
const mostKept = 10_000;

interface Statistics {
  memories: number;
  /** The share of all memories in which a common word or mark occurs. */
  shares: ReadonlyMap<string, number>;
  readAt: number;
}

/** In how many memories words and marks occur: the document frequency of information retrieval. */
export interface WordCounts {
  /** How many memories there are. */
  memories: number;
  /** In how many each word that was asked for occurs. */
  of: ReadonlyMap<string, number>;
}

/**
 * Counts memories by word. Of common words Postgres keeps the share (the statistics of `search`, renewed by every ANALYZE), so that
 * they need not be counted; of rare ones the index says it in well under a millisecond; of those between, which take up to some
 * tens of milliseconds, the count is kept for ten minutes.
 */
export class WordCounter {
  readonly #pool: pg.Pool;
  readonly #kept = new Map<string, { count: number; countedAt: number }>();
  #statistics: Statistics | undefined;
  #reading: Promise<Statistics> | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * @param asOf counts the versions of that time, the current ones where it is null; a common word has the share that it has today
   * @throws what pg throws
   */
  async count(words: readonly string[], asOf: Date | null = null): Promise<WordCounts> {
    const { memories, shares } = await this.#current();
    const of = new Map<string, number>();
    const unknown: string[] = [];
    for (const word of new Set(words)) {
      const share = memories > few ? shares.get(word) : undefined;
      const count = share === undefined ? this.#keptOf(word, memories, asOf) : Math.round(share * memories);
      if (count === undefined) unknown.push(word);
      else of.set(word, count);
    }
    if (unknown.length > 0) {
      const queries = unknown.map(term);
      const counted = asOf
        ? await countEachThen(this.#pool, unknown, queries, asOf)
        : await countEach(this.#pool, unknown, queries);
      for (const { word, count } of counted) {
        of.set(word, count);
        if (!asOf && memories > few && count >= steady) this.#keep(word, count);
      }
    }
    return { memories, of };
  }

  #keptOf(word: string, memories: number, asOf: Date | null): number | undefined {
    const kept = asOf || memories <= few ? undefined : this.#kept.get(word);
    return kept && Date.now() - kept.countedAt < countLifetime ? kept.count : undefined;
  }

  #keep(word: string, count: number): void {
    this.#kept.delete(word);
    this.#kept.set(word, { count, countedAt: Date.now() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Forgets what was counted: so much has been stored at once that it may be another picture. */
  forget(): void {
    this.#kept.clear();
  }

  async #current(): Promise<Statistics> {
    const known = this.#statistics;
    if (known && Date.now() - known.readAt < lifetime && known.memories > few) return known;
    this.#reading ??= read(this.#pool).finally(() => {
      this.#reading = undefined;
    });
    // What is a minute old serves until the new is there. Of a few memories each one changes the picture.
    if (known && known.memories > few) {
      this.#reading.then(
        (statistics) => {
          this.#statistics = statistics;
        },
        // Whoever asks next tries again, and is told.
        () => undefined,
      );
      return Date.now() - known.readAt < 10 * lifetime ? known : this.#reading;
    }
    this.#statistics = await this.#reading;
    return this.#statistics;
  }
}

async function read(queryable: Queryable): Promise<Statistics> {
  const [row] = await readStatistics(queryable);
  if (!row) throw new Error('Postgres keeps nothing about the table of memories.');
  const { memories, words, shares } = row;
  return {
    memories,
    shares: new Map((words ?? []).map((word, index) => [word, shares?.[index] ?? 0])),
    readAt: Date.now(),
  };
}
