import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './running.ts';

/**
 * Takes a lock: a file with this process's id. One whose process has died, or that is older than it may get, is taken over.
 * @param oldest milliseconds after which it is left over: longer than what is done under it may take
 * @returns whether this process has it now
 */
export function takeLock(path: string, oldest: number): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  // Removing is all that is done here: the next look takes the lock, if no other process is faster.
  if (isLeftOver(path, oldest)) removeLeftOver(path, oldest);
  return false;
}

/** Gives a lock back, where this process still has it. */
export function releaseLock(path: string): void {
  if (holder(path) === process.pid) rmSync(path, { force: true });
}

/**
 * Does something under a lock, once whoever has it is done.
 * @param oldest as in {@link takeLock}
 * @throws Error where it cannot be had in twice that time, and whatever `action` throws
 */
export async function underLock<Result>(path: string, oldest: number, action: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + 2 * oldest;
  while (!takeLock(path, oldest)) {
    if (Date.now() > deadline) throw new Error(`The lock ${path} is not given back: remove it.`);
    await sleep(20 + 30 * Math.random());
  }
  try {
    return await action();
  } finally {
    releaseLock(path);
  }
}

/** Windows refuses a name whose file is being removed, in these words. */
function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32');
}

function isLeftOver(path: string, oldest: number): boolean {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  const pid = holder(path);
  // An empty file is one whose process is about to write its id.
  return age > oldest || (pid === undefined ? age > 2000 : !isAlive(pid));
}

/**
 * Between the look and the removal somebody may have put a fresh lock there. So the file is moved aside first, looked at
 * again, and put back if it is not the one that was left over.
 */
function removeLeftOver(path: string, oldest: number): void {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
    if (!isLeftOver(aside, oldest)) linkSync(aside, path);
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
