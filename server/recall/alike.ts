/** Chinese, Japanese and Korean, which put no space between words. */
const unspaced = /([⺀-鿿가-힯豈-﫿]+)/u;

/** The words of a text, without regard to case and punctuation; of Chinese, Japanese and Korean each two neighbouring characters. */
export function wordSet(text: string): ReadonlySet<string> {
  const runs = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}_]+/gu);
  return new Set(runs?.flatMap((run) => run.split(unspaced).flatMap(piecesOf)));
}

function piecesOf(run: string): string[] {
  if (!unspaced.test(run) || run.length === 1) return run === '' ? [] : [run];
  return Array.from({ length: run.length - 1 }, (_, place) => run.slice(place, place + 2));
}

/** What part of the words of two texts they have in common: the Jaccard index, 1 for equal ones and 0 for strangers. */
export function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size === 0 && other.size === 0) return 1;
  let shared = 0;
  for (const word of one) if (other.has(word)) shared += 1;
  return shared / (one.size + other.size - shared);
}

/** The words with a digit in them, in one line. */
export const numbersOf = (words: ReadonlySet<string>): string =>
  [...words]
    .filter((word) => /\p{N}/u.test(word))
    .sort()
    .join(' ');

/** Of two texts that say the same, at least so many of the words are the same. */
const sameFrom = 0.7;

/** Whether two texts say the same. A number makes the difference: what is true of port 5432 is not of 5433. */
export const alike = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  likeness(one, other) >= sameFrom && numbersOf(one) === numbersOf(other);
