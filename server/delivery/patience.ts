import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '../database/away.ts';

/** Milliseconds of an absent database that a follower sits out; then it is told, and may come back to another server. */
const longestWait = 10_000;

/**
 * Milliseconds between two attempts, doubling up to the longest. None before the second: of a pool's connections mostly one has
 * ended, and the next is good.
 */
const shortestPause = 10;
const longestPause = 500;

/**
 * Runs something that may run twice, again and again while the database is out of reach.
 * @returns what it returned in the end
 * @throws what it throws otherwise, and where the database stays away for 10 seconds or the signal aborts meanwhile
 */
export async function patiently<Result>(run: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  const deadline = performance.now() + longestWait;
  for (let pause = 0; ; pause = Math.min(longestPause, Math.max(shortestPause, pause * 2))) {
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted || performance.now() > deadline || !isDatabaseAway(error)) throw error;
    }
    // Half to all of it, so that not all followers come at once. An abort ends the pause; the attempt after it is the last.
    // A process that ends is not kept by it.
    await sleep(pause * (0.5 + Math.random() / 2), undefined, { ref: false, ...(signal && { signal }) }).catch(
      () => undefined,
    );
  }
}
