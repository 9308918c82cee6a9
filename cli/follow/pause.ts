import { setTimeout as sleep } from 'node:timers/promises';

/** Waits so many milliseconds, or until it is told to stop, whichever comes first. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
