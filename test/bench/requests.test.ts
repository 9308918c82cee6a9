import { expect, test } from 'vitest';
import { judge, processorTimes } from '../support/judge.ts';
import { type Measured, measureRequests } from './requests.ts';
import results from './results.json' with { type: 'json' };

// This file runs alone, after all others: vitest.config.ts.

/** What is left of a recorded ratio in a short run on a busy machine; less is a regression. */
const gross = 1 / 3;

/** The cases that something is promised of, as the last full run of the benchmark recorded them. */
const recorded = (results as { key: string; data: unknown }[])
  .filter(({ key }) => key === 'requests')
  .flatMap(({ data }) => data as Measured[])
  .filter(({ promise }) => promise !== undefined);

test('no request has become three times slower, beside its floor, than when it was last measured', {
  timeout: 300_000,
}, async (context) => {
  expect(recorded.length).toBeGreaterThan(3);
  const before = processorTimes();
  const measured = await measureRequests({
    ...{ memories: 200, seconds: 2, profile: undefined },
    wanted: ({ promise }) => promise !== undefined,
  });
  expect(measured.map(({ ours, floor }) => ours.failed + floor.failed)).toEqual(measured.map(() => 0));
  const figures = recorded.map(({ name, ratio }) => ({
    ...{ name, ratio },
    now: measured.find((one) => one.name === name)?.ratio ?? 0,
  }));
  judge(
    context,
    figures
      .map(({ name, ratio, now }) => `${name}: ${now.toFixed(2)} of the floor, recorded ${ratio.toFixed(2)}`)
      .join('; '),
    figures.every(({ ratio, now }) => now > ratio * gross),
    before,
  );
});
