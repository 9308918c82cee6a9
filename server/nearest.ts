import { distance } from 'fastest-levenshtein';

/**
 * The names that somebody may have meant: up to three, the nearest first, by edits or because they contain what was given.
 * @param fold how names are compared
 */
export function nearest(given: string, known: readonly string[], fold: (name: string) => string): string[] {
  const wanted = fold(given).slice(0, 200);
  return known
    .map((name) => ({ name, key: fold(name) }))
    .map(({ name, key }) => ({ name, key, far: distance(wanted, key) }))
    .filter(({ key, far }) => far <= Math.max(2, key.length / 2) || (wanted.length >= 3 && key.includes(wanted)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `Did you mean a, b?` and a space behind it; nothing where there is nothing near. */
export function didYouMean(suggestions: readonly string[]): string {
  return suggestions.length > 0 ? `Did you mean ${suggestions.join(', ')}? ` : '';
}
