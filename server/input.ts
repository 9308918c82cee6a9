import { badInput } from './errors.ts';
import { masked } from './secret/mask.ts';

/** Limits of what a caller may give, in bytes of UTF-8 (texts) or pieces (lists). */
export const limits = {
  project: 100,
  directory: 4096,
  model: 200,
  sessionKey: 200,
  clientKey: 200,
  task: 500,
  subject: 300,
  body: 65_536,
  title: 300,
  content: 65_536,
  summary: 4096,
  reason: 1000,
  search: 10_240,
  filter: 4096,
  tag: 100,
  tags: 50,
  file: 1024,
  files: 500,
  ids: 500,
} as const;

type TextLimit = Exclude<keyof typeof limits, 'tags' | 'files' | 'ids'>;

/**
 * Checks a text before it is stored.
 * @param argument the name of the argument, for the error
 * @param kind which limit holds
 * @param multiline whether it may have line breaks; a one-line text is also trimmed
 * @returns the text as it will be stored
 * @throws ClambakeError BAD_INPUT: empty, too long, a NUL, a lone surrogate (PostgreSQL stores neither), a line break in a line
 */
export function checkText(argument: string, kind: TextLimit, text: string, multiline = false): string {
  const stored = multiline ? text : text.trim();
  if (stored.trim() === '') throw badInput(argument, `${argument} is empty: give some text.`);
  const bytes = Buffer.byteLength(stored);
  if (bytes > limits[kind]) {
    throw badInput(argument, `${argument} has ${bytes} bytes: at most ${limits[kind]} are stored.`);
  }
  if (stored.includes('\0')) throw badInput(argument, `${argument} holds a NUL character: remove it.`);
  if (!stored.isWellFormed())
    throw badInput(argument, `${argument} holds half a surrogate pair: it is no valid Unicode.`);
  if (!multiline && /[\r\n]/.test(stored)) throw badInput(argument, `${argument} has more than one line: give one.`);
  return stored;
}

/** As {@link checkText} for a text that may be left out: null stays null. */
export function checkOptional(argument: string, kind: TextLimit, text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : checkText(argument, kind, text);
}

/**
 * Checks a text that something is looked up by.
 * @returns it trimmed; undefined where it was left out
 * @throws ClambakeError BAD_INPUT: empty, over 4096 bytes, or what PostgreSQL cannot take. An empty text is not one left out:
 *   it comes from a variable that somebody forgot to set
 */
export function checkFilter(argument: string, text: string | null | undefined): string | undefined {
  return text === null || text === undefined ? undefined : checkText(argument, 'filter', text);
}

/**
 * Checks a list of tags or files: each as a one-line text, without repetition.
 * @throws ClambakeError BAD_INPUT
 */
export function checkList(argument: 'tags' | 'files', kind: 'tag' | 'file', list: readonly string[]): string[] {
  if (list.length > limits[argument]) {
    throw badInput(argument, `${argument} has ${list.length} entries: at most ${limits[argument]} are stored.`);
  }
  return [...new Set(list.map((text) => checkText(argument, kind, text)))];
}

/**
 * Reads the short number that names a message, a memory or a log entry.
 * @param what the kind of thing, for the error
 * @throws ClambakeError BAD_INPUT
 */
export function parseId(argument: string, what: string, id: string): number {
  const number = /^#?\d{1,10}$/.test(id) ? Number(id.replace('#', '')) : 0;
  // The columns are four bytes wide.
  if (number < 1 || number > 2_147_483_647) {
    throw badInput(argument, `"${excerpt(id)}" is no ${what}: the id of a ${what} is a number, like 42.`);
  }
  return number;
}

/** Characters of a value that are looked through for secrets before its beginning is repeated. */
const looked = 2048;

/** At most 60 characters of a value, to repeat it in an error. A secret in it is masked first: of one that was cut none is seen. */
export function excerpt(value: string): string {
  const characters = [...masked(value.slice(0, looked))];
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : characters.join('');
}
