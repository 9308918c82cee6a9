import type { Command, Globals } from './table.ts';

/** The command line that asks for the next page: what was given, with another cursor. */
export function nextPage(
  command: Pick<Command, 'name' | 'variables'>,
  given: Readonly<Record<string, unknown>>,
  globals: Globals,
  cursor: string,
): string {
  const words = ['clambake', command.name];
  for (const { name, flag, kind, positional, choices } of command.variables) {
    const value = given[name];
    if (value === undefined || value === null || name === 'after') continue;
    if (kind === 'boolean') {
      words.push(value === true ? `--${flag}` : `--no-${flag}`);
      continue;
    }
    const values = (Array.isArray(value) ? value : [value]).map((one) =>
      choices ? String(one).toLowerCase() : String(one),
    );
    if (positional) words.push(...values.map(quoted));
    else if (values.some((one) => one.includes(',')))
      words.push(...values.flatMap((one) => [`--${flag}`, quoted(one)]));
    else words.push(`--${flag}`, quoted(values.join(',')));
  }
  if (globals.as !== undefined) words.push('--as', quoted(globals.as));
  if (globals.url !== undefined) words.push('--url', quoted(globals.url));
  return [...words, '--after', quoted(cursor)].join(' ');
}

/** A word as shells take it: in double quotes where that is enough, which every shell reads alike. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
