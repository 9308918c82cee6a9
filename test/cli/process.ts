import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** What a command line said when it ended. */
export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command line that runs. */
export interface Cli {
  process: ChildProcess;
  /** What it has printed so far. */
  said: { stdout: string; stderr: string };
  ended: Promise<Said>;
}

/**
 * Starts the command line as a process of its own.
 * @param environment everything of Clambake's that it sees: nothing of the test's own comes through
 */
export function startCli(args: string[], environment: Record<string, string>, cwd?: string): Cli {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CLAMBAKE_|CLAUDE_|DATABASE_URL$|NO_COLOR$|NODE_OPTIONS$|VITEST)/.test(name),
  );
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...args], {
    env: { ...Object.fromEntries(inherited), CLAMBAKE_AUTOSTART: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Said>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
  return { process: child, said, ended };
}

/** Runs a command line to its end. */
export function cli(args: string[], environment: Record<string, string>, cwd?: string): Promise<Said> {
  return startCli(args, environment, cwd).ended;
}
