import { join } from 'node:path';
import { releaseLock, takeLock } from './lock.ts';

/** Milliseconds after which a lock is left over: longer than a start may take. */
const oldest = 30_000;

const pathOf = (home: string): string => join(home, 'server.starting');

/** Takes the right to start this home's server. @returns whether this process has it */
export const takeStart = (home: string): boolean => takeLock(pathOf(home), oldest);

/** Gives the right back, where this process still has it. */
export const releaseStart = (home: string): void => releaseLock(pathOf(home));
