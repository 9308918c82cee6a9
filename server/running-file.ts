import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeHome } from './home.ts';

/** What a running server says about itself in its home, for `clambake stop` and for whoever would start a second one. */
export interface RunningFile {
  pid: number;
  /** Its address for programs on the same machine. */
  url: string;
}

/** Where it stands. */
export const runningPath = (home: string): string => join(home, 'server.json');

/** Writes the file, at once: nobody reads half of it. */
export function writeRunningFile(home: string, running: RunningFile): void {
  const path = runningPath(home);
  const draft = `${path}.${process.pid}`;
  makeHome(home);
  writeFileSync(draft, `${JSON.stringify(running)}\n`);
  renameSync(draft, path);
}

/** Removes the file, unless another server has written its own meanwhile. */
export function removeRunningFile(home: string, { pid }: RunningFile): void {
  const path = runningPath(home);
  try {
    if ((JSON.parse(readFileSync(path, 'utf8')) as RunningFile).pid === pid) rmSync(path, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
