import { percentile } from '../faults/outcome.ts';

/** What is compared with others, by name. */
export type Compared = Record<string, () => Promise<unknown>>;

/**
 * Makes calls one at a time and by turns, so that what else happens on the machine happens to all of them.
 * @param rounds how often each is called
 * @returns the median milliseconds of each
 * @throws what a call throws
 */
export async function interleave(calls: Compared, rounds: number): Promise<Record<string, number>> {
  const taken = Object.entries(calls).map(([name, call]) => ({ name, call, times: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    // Each begins as often as every other: what one leaves to do is not always the same one's to wait for.
    for (let turn = 0; turn < taken.length; turn += 1) {
      const each = taken[(round + turn) % taken.length];
      const begun = performance.now();
      await each?.call();
      each?.times.push(performance.now() - begun);
    }
  }
  return Object.fromEntries(taken.map(({ name, times }) => [name, percentile(times, 0.5)]));
}
