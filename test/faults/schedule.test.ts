import { afterAll, describe, it } from 'vitest';
import { hangUp } from './client.ts';
import { schedule } from './fault/schedule.ts';
import { assertHeld } from './outcome.ts';

afterAll(hangUp);

describe('any schedule of send, subscribe, disconnect, resume, read and expire', () => {
  it('shows everybody what a simple model says', { timeout: 120_000 }, async () => {
    for (const outcome of await schedule.run('short')) assertHeld(outcome);
  });
});
