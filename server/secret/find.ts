import { findAssigned } from './assigned.ts';
import { findBlocks } from './block.ts';
import { findInHeaders, findInUrls } from './carried.ts';
import type { Finding } from './finding.ts';
import { findShapes } from './shapes.ts';

/**
 * Finds secrets in a text (issue: no secrets in memories, messages and logs): private keys, keys of known shapes, passwords in URLs
 * and headers, values that the text calls a password, token or key. Placeholders and references to variables are none.
 *
 * Its time grows with the text and no faster, whatever stands in it.
 * @returns what was found, in the order of the text; no two overlap
 */
export function findSecrets(text: string): Finding[] {
  return merge([
    ...findBlocks(text),
    ...findShapes(text),
    ...findInUrls(text),
    ...findInHeaders(text),
    ...findAssigned(text),
  ]);
}

/** Makes one of those that overlap, of the kind that comes first in the list. @returns them in the order of the text */
export function merge(findings: readonly Finding[]): Finding[] {
  const ranked = findings.map((finding, rank) => ({ finding, rank }));
  ranked.sort((a, b) => a.finding.start - b.finding.start || a.rank - b.rank);
  const merged: typeof ranked = [];
  for (const next of ranked) {
    const last = merged.at(-1);
    if (last === undefined || next.finding.start >= last.finding.end) {
      merged.push({ ...next });
      continue;
    }
    const better = next.rank < last.rank ? next : last;
    const end = Math.max(last.finding.end, next.finding.end);
    // Only what lies at the very start may be shown.
    const kept = better.finding.start === last.finding.start ? better.finding.kept : 0;
    last.finding = { kind: better.finding.kind, start: last.finding.start, end, kept };
    last.rank = better.rank;
  }
  return merged.map(({ finding }) => finding);
}
