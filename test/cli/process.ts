import { fileURLToPath } from 'node:url';
import { type Said, type Started, start } from '../support/program.ts';

export type { Said, Started as Cli };

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** What starts the command line, unbuilt. */
export const commandLine = (args: string[]): string[] => [
  ...[process.execPath, '--import', import.meta.resolve('tsx'), main],
  ...args,
];

/**
 * Starts the command line, unbuilt, as a process of its own.
 * @param env everything of Clambake's that it sees: nothing of the test's own comes through
 */
export function startCli(args: string[], env: Record<string, string>, cwd?: string): Started {
  return start(commandLine(args), {
    env: { CLAMBAKE_AUTOSTART: '0', ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs a command line to its end. */
export function cli(args: string[], env: Record<string, string>, cwd?: string): Promise<Said> {
  return startCli(args, env, cwd).ended;
}
