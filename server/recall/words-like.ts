import { distance } from 'fastest-levenshtein';
import type pg from 'pg';
import { statement } from '../database/statement.ts';
import type { WordCounter } from './word-counts.ts';

/** Words that occur, and stand for one that does not. */
export interface WordsLike {
  /** Whether it is a part of them, or may be a slip of the keyboard for one of them. */
  match: 'PART' | 'SIMILAR';
  lexemes: string[];
  /** In how many memories any of them occurs, and how many memories there are. */
  count: number;
  memories: number;
}

/** Letters of the longest word that the dictionary holds (the migration's `add_memory_words`), and of the longest slip of one. */
const longestWord = 42;

/** Letters of the longest word that is short: one slip is forgiven in it, and two in a longer one. */
const longestShort = 4;

/** Most words that stand for one that occurs nowhere. */
const mostAlike = 5;

/** Words that are counted together, and most that are: the dictionary keeps those that were edited away since. */
const [countedAtOnce, mostCounted] = [50, 500];

const findAlike = statement<{ word: string }, [part: string, pieces: string[], shortest: number, longest: number]>(
  'recall-words-alike',
  `SELECT word FROM clambake.memory_word
   WHERE word LIKE $1 OR (word LIKE ANY ($2::text[]) AND length(word) BETWEEN $3 AND $4) ORDER BY length(word) LIMIT 10000`,
);

/**
 * Looks for words that occur of which this one is a part, or else for which it may be a slip of the keyboard: one letter off in a word
 * of up to four, two in a longer one, or two that changed places.
 * @param asOf the time at which they have to occur; now where it is null
 * @returns undefined where there are none, and for numbers and words of two letters
 * @throws what pg throws
 */
export async function wordsLike(
  pool: pg.Pool,
  counter: WordCounter,
  lexeme: string,
  asOf: Date | null,
): Promise<WordsLike | undefined> {
  const letters = [...lexeme];
  if (letters.length < 3 || letters.length > longestWord || /^\d+$/.test(lexeme)) return undefined;
  const most = letters.length <= longestShort ? 1 : 2;
  const pieces = letters.length <= longestShort ? oneOff(letters) : piecesOf(letters);
  const rows = await findAlike(pool, `%${lexeme}%`, pieces, letters.length - most, letters.length + most);
  const words = rows.map(({ word }) => word);
  const whole = words
    .filter((word) => word.includes(lexeme))
    .map((word) => ({ word, off: word.length - lexeme.length }));
  const part = await nearest(counter, whole, asOf);
  if (part) return { ...part, match: 'PART' };
  const slipped = words.map((word) => ({ word, off: slips(lexeme, word) })).filter(({ off }) => off <= most);
  for (const off of [1, 2]) {
    const equally = slipped.filter((one) => one.off === off);
    const similar = await nearest(counter, equally, asOf);
    if (similar) return { ...similar, match: 'SIMILAR' };
  }
  return undefined;
}

/** The nearest few of some words that occur in any memory. */
async function nearest(
  counter: WordCounter,
  words: readonly { word: string; off: number }[],
  asOf: Date | null,
): Promise<Omit<WordsLike, 'match'> | undefined> {
  const sorted = words.toSorted((one, other) => one.off - other.off || (one.word < other.word ? -1 : 1));
  for (let from = 0; from < Math.min(sorted.length, mostCounted); from += countedAtOnce) {
    const { of, memories } = await counter.count(
      sorted.slice(from, from + countedAtOnce).map(({ word }) => word),
      asOf,
    );
    const occurring = [...of].filter(([, count]) => count > 0);
    const order = new Map(sorted.map(({ word }, place) => [word, place]));
    const kept = occurring
      .toSorted(([one], [other]) => (order.get(one) ?? 0) - (order.get(other) ?? 0))
      .slice(0, mostAlike);
    if (kept.length > 0) {
      return {
        lexemes: kept.map(([word]) => word),
        count: kept.reduce((sum, [, count]) => sum + count, 0),
        memories,
      };
    }
  }
  return undefined;
}

/** How many letters have to be put right; two that changed places count as one. */
function slips(one: string, other: string): number {
  const steps = distance(one, other);
  if (steps !== 2 || one.length !== other.length) return steps;
  const at = [...one].findIndex((letter, place) => letter !== other[place]);
  const swapped = one.slice(0, at) + (one[at + 1] ?? '') + (one[at] ?? '') + one.slice(at + 2);
  return swapped === other ? 1 : 2;
}

/**
 * LIKE patterns of every word that a short one may be a slip for: a letter too many, another one or one too few in each place, or two
 * that changed places. Words of the index hold no punctuation: nothing in one is taken for a part of a pattern.
 */
function oneOff(letters: readonly string[]): string[] {
  const word = (...pieces: (readonly string[])[]): string => pieces.flat().join('');
  const places = [...letters.keys()];
  return [
    ...places.map((place) => word(letters.slice(0, place), letters.slice(place + 1))),
    ...places.map((place) => word(letters.slice(0, place), ['_'], letters.slice(place + 1))),
    ...[...places, letters.length].map((place) => word(letters.slice(0, place), ['_'], letters.slice(place))),
    ...places
      .slice(1)
      .map((place) =>
        word(letters.slice(0, place - 1), letters.slice(place - 1, place + 1).toReversed(), letters.slice(place + 1)),
      ),
  ];
}

/** LIKE patterns of the pieces one of which survives wherever the slip is: every three neighbouring letters, the beginning and the end. */
function piecesOf(letters: readonly string[]): string[] {
  const inside = letters.slice(2).map((_, place) => letters.slice(place, place + 3).join(''));
  return inside
    .map((piece) => `%${piece}%`)
    .concat(`${letters.slice(0, 2).join('')}%`, `%${letters.slice(-2).join('')}`);
}
