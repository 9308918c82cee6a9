import { percentile } from '../faults/outcome.ts';

/** Milliseconds that calls took. */
export interface Latency {
  calls: number;
  /** Calls that came to nothing: they count for no time. */
  failed: number;
  p50: number;
  p95: number;
  p99: number;
  /** Calls that were answered in a second, all together. */
  perSecond: number;
}

/**
 * Makes calls and takes the time of each.
 * @param calls what to call, each once, in this order
 * @param inFlight how many at a time
 * @param within milliseconds after which no further call is made: what is slow is measured by fewer
 * @param onFailure is told why a call failed
 */
export async function takeTime(
  calls: readonly (() => Promise<unknown>)[],
  { inFlight, within, onFailure }: { inFlight: number; within: number; onFailure: (error: unknown) => void },
): Promise<Latency> {
  const times: number[] = [];
  let failed = 0;
  let next = 0;
  const begun = performance.now();
  const work = async (): Promise<void> => {
    while (next < calls.length && performance.now() - begun < within) {
      const call = calls[next];
      next += 1;
      const sent = performance.now();
      try {
        await call?.();
        times.push(performance.now() - sent);
      } catch (error) {
        failed += 1;
        onFailure(error);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const perSecond = (times.length / (performance.now() - begun)) * 1000;
  return { calls: times.length, failed, ...summary(times), perSecond };
}

/** The usual figures of some times. */
export const summary = (times: readonly number[]): Pick<Latency, 'p50' | 'p95' | 'p99'> => ({
  p50: percentile(times, 0.5),
  p95: percentile(times, 0.95),
  p99: percentile(times, 0.99),
});
