import type { Context } from '../context.ts';
import type { MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { checkText, excerpt } from '../input.ts';
import { likePattern, parseSearch, type SearchTerms, withParts } from './search-text.ts';

/** Which memories are looked at; null leaves a condition out. */
export interface RecallFilter {
  /** Memories of these projects; an empty list means none. */
  projectIds: number[] | null;
  /** Whether global memories are looked at too. */
  global: boolean;
  types: MemoryType[] | null;
  statuses: MemoryStatus[] | null;
  tags: string[] | null;
  file: string | null;
}

type Values = [
  words: string[],
  phrases: string[],
  excluded: string[],
  wordPatterns: string[],
  phrasePatterns: string[],
  projectIds: number[] | null,
  global: boolean,
  types: MemoryType[] | null,
  statuses: MemoryStatus[] | null,
  tags: string[] | null,
  filePattern: string | null,
];

// Any of the words, by stem or as a part of a longer word; every phrase; none of what is excluded. A word in the title
// weighs more than one in the text (the weights are set in the migration), a long text counts a little less (normalisation 1).
const matching = `
  WITH asked AS (
    SELECT
      (SELECT string_agg(q::text, ' | ')::tsquery FROM unnest($1::text[]) AS word, plainto_tsquery('english', word) AS q
       WHERE numnode(q) > 0) AS words,
      (SELECT string_agg(q::text, ' | ')::tsquery FROM unnest($3::text[]) AS word, phraseto_tsquery('english', word) AS q
       WHERE numnode(q) > 0) AS excluded
  ), matched AS (
    SELECT m.id, m.updated_at,
      coalesce(ts_rank('{0.1, 0.3, 0.6, 1.0}', m.search, asked.words, 1), 0)
      + (SELECT coalesce(sum(CASE WHEN m.title ILIKE part THEN 0.1 WHEN m.content ILIKE part THEN 0.02 ELSE 0 END), 0)
         FROM unnest($4::text[] || $5::text[]) AS part) AS score
    FROM clambake.memory m CROSS JOIN asked
    WHERE (cardinality($4::text[]) = 0 OR m.search @@ asked.words OR m.title ILIKE ANY ($4) OR m.content ILIKE ANY ($4))
      AND NOT EXISTS (
        SELECT 1 FROM unnest($2::text[], $5::text[]) AS wanted (phrase, part)
        WHERE NOT (m.search @@ phraseto_tsquery('english', phrase) OR m.title ILIKE part OR m.content ILIKE part))
      AND (asked.excluded IS NULL OR NOT m.search @@ asked.excluded)
      AND (($7 AND m.project_id IS NULL) OR ($6::int[] IS NULL AND m.project_id IS NOT NULL) OR m.project_id = ANY ($6::int[]))
      AND ($8::clambake.memory_type[] IS NULL OR m.type = ANY ($8::clambake.memory_type[]))
      AND ($9::clambake.memory_status[] IS NULL OR m.status = ANY ($9::clambake.memory_status[]))
      AND ($10::text[] IS NULL OR m.tags && $10::text[])
      AND ($11::text IS NULL OR EXISTS (SELECT 1 FROM unnest(m.files) AS path WHERE path ILIKE $11))
  )`;

const page = statement<{ id: number }, [...Values, limit: number, offset: number]>(
  'memory-search',
  `${matching} SELECT id FROM matched ORDER BY score DESC, updated_at DESC, id DESC LIMIT $12 OFFSET $13`,
);

const count = statement<{ count: number }, Values>(
  'memory-search-count',
  `${matching} SELECT count(*)::int AS count FROM matched`,
);

/** The ids of the memories that match a search, the best first. */
export async function searchMemories(
  { database }: Context,
  search: string,
  filter: RecallFilter,
  { limit, offset }: { limit: number; offset: number },
): Promise<number[]> {
  const rows = await page(database.pool, ...values(parseSearch(search), filter), limit, offset);
  return rows.map(({ id }) => id);
}

/** How many memories match a search. */
export async function countMatches({ database }: Context, search: string, filter: RecallFilter): Promise<number> {
  const [row] = await count(database.pool, ...values(parseSearch(search), filter));
  return row?.count ?? 0;
}

/** Words, phrases and exclusions of one search. Each is looked for by itself: thousands would keep Postgres busy for minutes. */
const mostTerms = 50;

/**
 * Checks what is searched for.
 * @throws ClambakeError BAD_INPUT: too long, more than 50 terms, or nothing but quotes and operators
 */
export function checkSearch(search: string): string {
  const checked = checkText('search', 'search', search, true);
  const { words, phrases, excluded } = parseSearch(checked);
  const terms = words.length + phrases.length + excluded.length;
  if (terms === 0)
    throw badInput('search', `search is ${JSON.stringify(excerpt(checked))}: it holds no word to look for.`);
  if (terms > mostTerms) throw badInput('search', `search has ${terms} different terms: give at most ${mostTerms}.`);
  return checked;
}

function values({ words, phrases, excluded }: SearchTerms, filter: RecallFilter): Values {
  // One or two letters are part of nearly every text: as patterns they would find everything.
  const patterns = words.filter((word) => [...word].length > 2 || /\P{ASCII}/u.test(word)).map(likePattern);
  const { projectIds, global, types, statuses, tags, file } = filter;
  return [
    words.flatMap(withParts),
    phrases,
    excluded,
    patterns.length > 0 || words.length === 0 ? patterns : words.map(likePattern),
    phrases.map(likePattern),
    projectIds,
    global,
    types,
    statuses,
    tags,
    file === null ? null : likePattern(file),
  ];
}
