import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What `holder.ts` says. */
export interface Holding {
  url?: string;
  description?: string;
  refused?: string;
}

/** A process that holds, or was refused, the embedded Postgres of a home. */
export interface Holder {
  process: ChildProcess;
  said: Holding;
  /** Lets it stop in good order, and waits for its end. */
  end(): Promise<void>;
  /** Kills it with -9, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts a process that holds the embedded Postgres of a home, and waits until it has it or is refused. */
export async function hold(home: string, account?: { uid: number; gid: number }): Promise<Holder> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('holder.ts', import.meta.url)), home],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      ...account,
    },
  );
  const exited = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8');
  });
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    exited.then(() => undefined),
  ]);
  if (line === undefined) throw new Error(`The process ended without a word: ${complaint}`);
  return {
    process: child,
    said: JSON.parse(line) as Holding,
    async end() {
      child.stdin.end();
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
