import { afterAll, describe, it } from 'vitest';
import { hangUp } from './client.ts';
import { closeClusters, keepClusters } from './cluster.ts';
import { assertHeld, type Fault } from './outcome.ts';

/** Does some faults in their short form. `npm run test:faults` does all of them at length and writes the table in the README. */
export function survives(what: string, faults: Fault[]): void {
  keepClusters();
  afterAll(async () => {
    hangUp();
    await closeClusters();
  });
  describe(`every acknowledged message reaches everybody it is for, once and in order, ${what}`, () => {
    for (const fault of faults) {
      it.skipIf(fault.unavailable?.() !== undefined)(fault.title, async () => {
        for (const outcome of await fault.run('short')) assertHeld(outcome);
      });
    }
  });
}
