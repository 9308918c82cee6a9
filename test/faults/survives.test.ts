import { afterAll, describe, it } from 'vitest';
import { faults } from './all.ts';
import { hangUp } from './client.ts';
import { schedule } from './fault/schedule.ts';
import { assertHeld } from './outcome.ts';

// The short form. `npm run test:faults` does the same at length and writes the table in the README.

afterAll(hangUp);

describe('every acknowledged message reaches everybody it is for, once, in order', () => {
  for (const fault of faults.filter((each) => each !== schedule)) {
    it.skipIf(fault.unavailable?.() !== undefined)(fault.title, { timeout: 120_000 }, async () => {
      for (const outcome of await fault.run('short')) assertHeld(outcome);
    });
  }
});
