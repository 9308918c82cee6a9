import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config.ts';
import { makeHome } from './home.ts';

/** What a running server says about itself in its home, for `clambake stop` and for whoever would start a second one. */
export interface RunningFile {
  pid: number;
  /** Its address for programs on the same machine. */
  url: string;
}

/** Where it stands. */
export const runningPath = (home: string): string => join(home, 'server.json');

/**
 * Writes the file, at once: nobody reads half of it.
 * @throws ConfigError where the home is no folder that can be written
 */
export function writeRunningFile(home: string, running: RunningFile): void {
  const path = runningPath(home);
  const draft = `${path}.${process.pid}`;
  try {
    makeHome(home);
    writeFileSync(draft, `${JSON.stringify(running)}\n`);
    renameSync(draft, path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `CLAMBAKE_HOME is ${home}, which cannot be used (${code ?? message}): give a folder that can be written, or made.`,
    );
  }
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
