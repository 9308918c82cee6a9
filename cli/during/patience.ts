import { setTimeout as sleep } from 'node:timers/promises';
import { type CliError, isPassing } from '../exit.ts';

/** Longest pause before the next attempt, in milliseconds. */
const longestPause = 3000;

/**
 * Tries until it succeeds, or fails for good.
 * @param until milliseconds since 1970 after which a failure is the last
 * @param told is told of the first failure
 * @param signal ends the waiting
 * @throws whatever `action` throws at last; the reason of the signal
 */
export async function patiently<Result>(
  action: () => Promise<Result>,
  until: number,
  told: (error: CliError) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Result> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await action();
    } catch (error) {
      if (!isPassing(error) || Date.now() >= until) throw error;
      if (failures === 0) told(error);
    }
    const pause = Math.min(longestPause, 250 * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);
    await sleep(Math.min(pause, Math.max(0, until - Date.now())), undefined, signal && { signal }).catch(
      (reason: unknown) => {
        signal?.throwIfAborted();
        throw reason;
      },
    );
  }
}
