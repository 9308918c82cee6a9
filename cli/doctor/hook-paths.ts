import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The programs and files that a plugin's hooks and MCP servers name and that are not there: absolute paths, those below the plugin's own
 * folder, and a program that is looked for in PATH.
 * @param entries what `hooks/hooks.json` and `.mcp.json` hold
 * @param root the plugin's folder
 */
export function missingPaths(entries: unknown, root: string, environment: Environment): string[] {
  const missing = commandsIn(entries).flatMap(([program = '', ...words]) =>
    [program, ...words]
      .map((word) => word.replace(/\$\{CLAUDE_PLUGIN_ROOT\}|\$CLAUDE_PLUGIN_ROOT\b/g, () => root))
      .filter((word, index) => isMissing(word, index === 0, environment)),
  );
  return [...new Set(missing)];
}

/** The words of each command: as its shell parts them, or as they are given one by one in `args`. */
function commandsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  const { command, args } = value as Record<string, unknown>;
  if (typeof command !== 'string') return Object.values(value).flatMap(commandsIn);
  return [Array.isArray(args) ? [command, ...args.filter((arg) => typeof arg === 'string')] : wordsOf(command)];
}

/** Parts a command line as far as paths need it: quotes keep a word together, and are taken away. */
const wordsOf = (line: string): string[] =>
  (line.match(/(?:"[^"]*"|'[^']*'|[^\s"';|&<>()])+/g) ?? []).map((word) => word.replace(/["']/g, ''));

function isMissing(word: string, first: boolean, environment: Environment): boolean {
  // What else a shell puts in is not known here.
  if (/[$`*?]/.test(word) || word === '/dev/null') return false;
  if (isAbsolute(word)) return !existsSync(word) && !(process.platform === 'win32' && existsSync(`${word}.exe`));
  // Any other word may be the shell's own.
  return first && (word === 'clambake' || word === 'node') && !isOnPath(word, environment);
}

function isOnPath(program: string, environment: Environment): boolean {
  const endings = process.platform === 'win32' ? (environment.PATHEXT || '.EXE;.CMD').split(';') : [''];
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter(Boolean);
  return folders.some((folder) => endings.some((ending) => existsSync(join(folder, program + ending))));
}
