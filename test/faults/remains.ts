import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';

/**
 * What would be left behind by a test that is killed: a process, a home with a Postgres in it, a mounted folder; `postgres` is a
 * home whose Postgres is ended, and which stays.
 */
export type Remain = 'process' | 'home' | 'postgres' | 'mount';

let watchman: ChildProcess | undefined;

/** Notes something that has been started: it is ended with this process, however that ends. */
export function remember(kind: Remain, what: string | number): void {
  tell(`+${kind} ${what}`);
}

/** Notes that it has been ended. */
export function forget(kind: Remain, what: string | number): void {
  tell(`-${kind} ${what}`);
}

function tell(line: string): void {
  watchman ??= start();
  watchman.stdin?.write(`${line}\n`);
}

function start(): ChildProcess {
  // In a session of its own: Ctrl-C in the terminal must not reach it.
  const child = spawn(process.execPath, [join(import.meta.dirname, 'watchman.js')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
