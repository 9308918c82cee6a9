import { visible, visibleLine } from '../../server/visible.ts';
import type { Format } from '../line/table.ts';
import type { Paint } from './style.ts';

/**
 * How a result is laid out. Lines of Clambake's own begin in column 0 or 2, and in a section after all text in column 4, under
 * its heading in column 2. Text that somebody else wrote stands at the end of such a line, or indented by four spaces under
 * one: a heading, it can never look like.
 */
export interface Page {
  /** Milliseconds since 1970, for "3 min ago". */
  now: number;
  paint: Paint;
  /** The command line that shows what comes after this cursor. */
  more: (cursor: string) => string;
  /** Whether this page begins at the beginning, so that the rest can be counted. */
  first: boolean;
  /** How long the server was to wait, as it was given. */
  waited?: string;
  /** Tokens that all of it may cost, where that was asked for. */
  budget?: number;
  /** The form other than lines in which a graph is to be printed. */
  format?: Format;
}

/** Lines of text of somebody else, indented by four spaces; none where there is no text. */
export function quote(text: string): string[] {
  const lines = visible(text).replace(/\n+$/, '');
  return lines === '' ? [] : lines.split('\n').map((line) => (line === '' ? '' : `    ${line}`));
}

/** `: text` for the end of a line, or nothing. */
export function ending(text: string | null | undefined): string {
  return text ? `: ${visibleLine(text)}` : '';
}

/** `3 messages`, `1 message`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** An enum value as people write it. */
export function word(value: string): string {
  return visibleLine(value).toLowerCase();
}

/** Names from others, in one line. */
export function list(names: readonly string[]): string {
  return names.map(visibleLine).join(', ');
}
