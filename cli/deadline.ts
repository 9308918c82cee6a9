import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, formatDuration, parseDuration } from '../server/config.ts';

/** Milliseconds that a hook may take, where CLAMBAKE_HOOK_TIMEOUT does not say it (issues: git and Claude Code, 2 s in all). */
const usual = 2000;
/** The longest that is taken: beyond some weeks there would be no limit at all. */
const longest = 3_600_000;
/** Of these, what ending the process takes. */
const overhead = 300;

/** How long a hook may take, in milliseconds. @throws ConfigError where CLAMBAKE_HOOK_TIMEOUT is no length of time */
export function hookTimeout(text = process.env.CLAMBAKE_HOOK_TIMEOUT): number {
  const timeout = text ? parseDuration(text) : usual;
  if (timeout) return Math.min(timeout, longest);
  throw new ConfigError(`CLAMBAKE_HOOK_TIMEOUT is "${text}": give a length of time such as 2s.`);
}

/**
 * Does something so that this process can end within a time that began with it.
 * @param timeout milliseconds
 * @param work is given a signal that aborts once nobody waits for it any more
 * @throws Error that says so where time ran out, and whatever `work` throws
 */
export async function inTime<Result>(timeout: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const ending = new AbortController();
  const left = Math.max(overhead, timeout - overhead - performance.now());
  const late = sleep(left, undefined, { signal: ending.signal }).then(
    (): never => {
      throw new Error(`there was no answer within ${formatDuration(timeout)}.`);
    },
    // Ended before: the work has settled first.
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work(ending.signal), late]);
  } finally {
    ending.abort();
  }
}
