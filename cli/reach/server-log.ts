import { closeSync, openSync, readSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../server/config.ts';
import { makeHome } from '../../server/home.ts';

/** Where a server logs that has no standard error of its own: one in the background, and one on a terminal. */
export const serverLog = (home: string): string => join(home, 'server.log');

/** A file that lines are added to, open as long as this process lives. */
export interface LogFile {
  write(line: string): void;
}

/**
 * Opens the log of a server to add to it.
 * @throws ConfigError where the home is no folder that can be written
 */
export function openServerLog(home: string): LogFile {
  try {
    makeHome(home);
    trimLog(serverLog(home));
    const file = openSync(serverLog(home), 'a', 0o600);
    return { write: (line) => void writeSync(file, line) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `CLAMBAKE_HOME is ${home}, which cannot be used (${code ?? message}): give a folder that can be written, or made.`,
    );
  }
}

/** Before a start, moves the end of a log that has grown beyond 16 MB to `server.log.1` and begins anew, as with the log of Postgres. */
export function trimLog(log: string): void {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size < 16 * 2 ** 20) return;
  const end = Buffer.alloc(2 ** 20);
  const file = openSync(log, 'r');
  try {
    readSync(file, end, 0, end.length, size - end.length);
  } finally {
    closeSync(file);
  }
  writeFileSync(`${log}.1`, end, { mode: 0o600 });
  // A server that still runs appends: it goes on at the new end.
  truncateSync(log);
}
