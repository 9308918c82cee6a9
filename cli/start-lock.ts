import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './running.ts';

/** Milliseconds after which a lock is left over: longer than a start may take. */
const leftOverAfter = 30_000;

const pathOf = (home: string): string => join(home, 'server.starting');

/**
 * Takes the right to start this home's server. The lock is a file with this process's id. One whose process has died, or
 * that is older than any start may take, is taken over.
 * @returns whether this process has the right
 */
export function takeStart(home: string): boolean {
  const path = pathOf(home);
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // Removing is all that is done here: the next look takes the lock, if no other process is faster.
  if (isLeftOver(path)) removeLeftOver(path);
  return false;
}

/** Gives the right back, where this process still has it. */
export function releaseStart(home: string): void {
  if (holder(pathOf(home)) === process.pid) rmSync(pathOf(home), { force: true });
}

function isLeftOver(path: string): boolean {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  const pid = holder(path);
  // An empty file is one whose process is about to write its id.
  return age > leftOverAfter || (pid === undefined ? age > 2000 : !isAlive(pid));
}

/**
 * Between the look and the removal somebody may have put a fresh lock there. So the file is moved aside first, looked at
 * again, and put back if it is not the one that was left over.
 */
function removeLeftOver(path: string): void {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
    if (!isLeftOver(aside)) linkSync(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else has removed it, or has taken the lock meanwhile: both are as good.
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** @returns undefined where there is no lock, or no process id in it yet */
function holder(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
