import { every, groupsOf, nothing, queriesOf, type RecallFilter } from './filter.ts';
import { allOf, anyOf, marks, term } from './tsquery.ts';
import type { WordCounter } from './word-counts.ts';
import { type Query, queryOf, type Word } from './words.ts';

/**
 * Most memories that one search weighs against each other. Enough for the best to be among them, since they are found by the rarest
 * words that were asked for; few enough for a search over a million memories to stay within its time.
 */
export const mostCandidates = 800;

/** Most memories that one search weighs whose words tell them from no others: the latest. */
export const mostLatest = 300;

/** Which memories a search weighs. */
export interface Candidates {
  /** The text of a tsquery. */
  query: string;
  /** Whether so many match that only the latest 300 are weighed, which need not be gathered by the index. */
  latest: boolean;
}

/**
 * Chooses the memories to weigh. A rare word brings in every memory that has it. Memories with nothing but common words are brought
 * in where they have two of them, or one in the title: by itself, a word that is in every third memory says nothing of any.
 */
export async function chooseCandidates(counter: WordCounter, query: Query, filter: RecallFilter): Promise<Candidates> {
  const groups = groupsOf(filter);
  const scope = [...queriesOf(filter), ...query.required.map((phrase) => `(${phrase})`)];
  // A phrase or a path is rare by itself.
  if (query.required.length > 0) return { query: allOf(scope), latest: false };
  const counted = async (words: readonly string[]): Promise<Sum> => {
    if (words.length === 0) return () => 0;
    const { of } = await counter.count(words, filter.asOf);
    return (some) => some.reduce((total, word) => total + (of.get(word) ?? 0), 0);
  };
  const sum = await counted(groups.flat());
  const { memories } = query;
  // What passes the filters is at most what passes the strictest; words and filters are taken to have nothing to do with each other.
  const share = memories === 0 ? 1 : Math.min(1, ...groups.map((group) => sum(group) / memories));
  const known = query.words.filter(({ count }) => count > 0).toSorted((one, other) => one.count - other.count);
  if (query.words.length === 0) {
    return { query: allOf(scope.length === 0 ? [every] : scope), latest: memories * share > mostCandidates };
  }
  if (known.length === 0) return { query: nothing, latest: false };
  const { bringers, expected } = await bring(known, memories, share, counted);
  return { query: allOf([...scope, anyOf(bringers)]), latest: expected > 5 * mostCandidates };
}

/** In how many memories any of these words occurs, at most. */
type Sum = (words: readonly string[]) => number;

/** Most common words, the rarest of them, that bring memories in where two of them meet: of each two the index is asked. */
const mostPaired = 15;

async function bring(
  words: Word[],
  memories: number,
  share: number,
  counted: (words: readonly string[]) => Promise<Sum>,
): Promise<{ bringers: string[]; expected: number }> {
  const bringers: string[] = [];
  let expected = 0;
  const add = (count: number, query: () => string): boolean => {
    if (expected + count * share > mostCandidates) return false;
    expected += count * share;
    bringers.push(query());
    return true;
  };
  const common = words.filter((word) => !add(word.count, () => queryOf(word)));
  const titles = common.map(({ lexemes }) => lexemes.map(marks.title));
  const sumOfTitles = await counted(titles.flat());
  for (const title of titles) add(sumOfTitles(title), () => anyOf(title.map(term)));
  const paired = common.slice(0, mostPaired);
  for (const [index, word] of paired.entries()) {
    for (const other of paired.slice(index + 1)) {
      add((word.count * other.count) / memories, () => allOf([queryOf(word), queryOf(other)]));
    }
  }
  if (bringers.length > 0) return { bringers, expected };
  const all = common.reduce((part, { count }) => (part * count) / memories, memories * share);
  return { bringers: [allOf(common.map(queryOf))], expected: all };
}
