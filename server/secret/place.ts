import type { Finding } from './finding.ts';

/** Where something is in a text, both from 1; the column in characters. */
export interface Place {
  line: number;
  column: number;
}

/** The place of a code unit. A line ends with CR LF, LF or CR. */
export function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at).split(/\r\n|[\r\n]/);
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

const hidden = '***';

/** How much is shown before a value and after it, in characters. */
const around = 32;

/**
 * The words about a secret, so that its author knows it again: of its value no more than its public beginning, of others on the line
 * nothing more either.
 * @param all everything that was found in the text, in its order
 */
export function maskedExcerpt(text: string, all: readonly Finding[], finding: Finding): string {
  const from = Math.max(text.lastIndexOf('\n', finding.start - 1), text.lastIndexOf('\r', finding.start - 1)) + 1;
  const earlier = all.filter(({ start, end }) => end > from && start < finding.start);
  let before = '';
  let at = from;
  for (const { start, end, kept } of earlier) {
    // One that began on a line above ends here.
    if (start >= at) before += text.slice(at, start) + text.slice(start, start + kept);
    before += hidden;
    at = Math.min(end, finding.start);
  }
  before += text.slice(at, finding.start);
  const value = text.slice(finding.start, finding.start + finding.kept) + hidden;
  return `${last(before, around)}${value}${after(text, all, finding)}`;
}

/** The host after a password in a URL. After anything else may be what belongs to it, and was not seen to. */
function after(text: string, all: readonly Finding[], { end }: Finding): string {
  const next = all.find(({ start }) => start >= end)?.start ?? text.length;
  const [, host] = /^(@[^\s@]*)(?![^\s]*@)/.exec(text.slice(end, Math.min(next, end + 200))) ?? [];
  if (host === undefined) return '';
  const characters = [...host];
  return characters.length > around ? `${characters.slice(0, around).join('')}…` : host;
}

function last(text: string, count: number): string {
  const characters = [...text.trimStart()];
  return characters.length > count ? `…${characters.slice(-count).join('')}` : characters.join('');
}
