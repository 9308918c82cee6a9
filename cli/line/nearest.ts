/**
 * The candidate that was most likely meant: the one that the fewest typing slips (a letter too many, too few, wrong, or
 * swapped with its neighbour) lead to. Case does not count.
 * @returns undefined where nothing is near: more than a third of the letters, or more than three, would have to change; in a
 *   word of up to four letters more than one
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, slips: slipsBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, slips }) => slips <= allowed(Math.max(word.length, candidate.length)))
    .sort((a, b) => a.slips - b.slips);
  return best?.candidate;
}

const allowed = (length: number): number => (length <= 4 ? 1 : Math.min(3, Math.ceil(length / 3)));

/** The optimal string alignment distance. */
function slipsBetween(a: string, b: string): number {
  // What differs by more than three letters in length is not near: hostile lengths cost nothing.
  if (Math.abs(a.length - b.length) > 3) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
