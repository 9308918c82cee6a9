import { findSecrets } from './find.ts';
import type { Finding } from './finding.ts';

/**
 * A text without the values of secrets in it, to be repeated in an error: of each stays what its makers put before every value.
 * @param find what tells secrets
 */
export function masked(text: string, find: (text: string) => readonly Finding[] = findSecrets): string {
  let shown = '';
  let at = 0;
  for (const { start, end, kept } of find(text)) {
    shown += `${text.slice(at, start + kept)}***`;
    at = end;
  }
  return shown + text.slice(at);
}
