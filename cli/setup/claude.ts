import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CliError, ExitCode } from '../exit.ts';

/** Milliseconds that a command of Claude Code may take. */
const patience = 60_000;

const marketplace = 'clambake';
const plugin = 'clambake@clambake';

/** What Claude Code is asked to do, as words behind `claude`. */
export const toInstall = (folder: string): string[][] => [
  ['plugin', 'marketplace', 'add', folder],
  ['plugin', 'install', plugin],
];
/** For one that has a copy of an earlier plugin; where it reads the folder itself, this does nothing. */
export const toUpdate = ['plugin', 'update', plugin];
/** It takes the plugin along. */
export const toRemove = ['plugin', 'marketplace', 'remove', marketplace];

/** Claude Code's command line on this machine. */
export class Claude {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Finds it on PATH. On Windows that is a program: a `claude.cmd` takes a shell to be run, and none is.
   * @returns undefined where it is not there
   */
  static find(environment: NodeJS.ProcessEnv = process.env): Claude | undefined {
    const name = process.platform === 'win32' ? 'claude.exe' : 'claude';
    const path = (environment.PATH ?? environment.Path ?? '')
      .split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, name))
      .find(isProgram);
    return path === undefined ? undefined : new Claude(path);
  }

  /** Runs a command of it. @throws CliError with what it said, where it fails */
  run(args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(this.path, args, { timeout: patience, windowsHide: true }, (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else reject(failed(args, error, `${stderr}\n${stdout}`));
      });
      // Nobody is there to answer a question of it.
      child.stdin?.end();
    });
  }

  /**
   * Where the marketplace of this name comes from that Claude Code knows.
   * @returns its folder, or whatever else it comes from; undefined where there is none
   * @throws CliError where it does not say
   */
  async source(): Promise<string | undefined> {
    const args = ['plugin', 'marketplace', 'list', '--json'];
    const known = marketplaces(await this.run(args));
    if (!known) {
      throw new CliError(
        ExitCode.failed,
        'CLAUDE_CODE_FAILED',
        `\`${commandLine(args)}\` printed no list: this Claude Code may be too old. Update it (\`claude update\`), and run this again.`,
      );
    }
    const found = known.find(({ name }) => name === marketplace);
    return found && String(found.path ?? found.repo ?? found.url ?? found.source);
  }
}

/** The words as somebody would type them. */
export const commandLine = (args: readonly string[]): string =>
  ['claude', ...args.map((word) => (/^[\w./:\\@=-]+$/.test(word) ? word : JSON.stringify(word)))].join(' ');

/** Whether two paths are of one folder, whichever links lead there. */
export function samePlace(one: string, other: string): boolean {
  return real(one) === real(other);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw error;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not to be run by this user: the next folder of PATH may have it.
    return false;
  }
}

function marketplaces(text: string): Record<string, unknown>[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function failed(args: readonly string[], error: Error & { killed?: boolean; code?: unknown }, said: string): CliError {
  const how = error.killed
    ? `took longer than ${patience / 1000} s`
    : typeof error.code === 'number'
      ? `ended with exit code ${error.code}`
      : `could not be run (${error.code ?? error.message})`;
  return new CliError(
    ExitCode.failed,
    'CLAUDE_CODE_FAILED',
    [`\`${commandLine(args)}\` ${how}.`, ...said.split('\n').filter((line) => line.trim() !== '')].join('\n'),
  );
}
