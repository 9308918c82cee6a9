import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeBetweenMarkers } from '../support/table.ts';
import { faults } from './all.ts';
import { hangUp } from './client.ts';
import { assertHeld, type Outcome, percentile } from './outcome.ts';
import { table } from './table.ts';

// The long form: `npm run test:faults`. With --only, faults whose title holds the text, and no table is written.

const { values } = parseArgs({ options: { only: { type: 'string' }, short: { type: 'boolean', default: false } } });
const scale = values.short ? 'short' : 'long';
const outcomes: Outcome[] = [];
let failed = 0;
let broken = 0;

for (const fault of faults.filter(({ title }) => title.includes(values.only ?? ''))) {
  const unavailable = fault.unavailable?.();
  if (unavailable !== undefined) {
    console.log(`skipped  ${fault.title}: ${unavailable}`);
    continue;
  }
  const begun = performance.now();
  try {
    for (const outcome of await fault.run(scale)) {
      outcomes.push(outcome);
      report(outcome);
    }
  } catch (error) {
    broken += 1;
    console.log(`broken   ${fault.title}:`, error);
  }
  console.log(`         ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
hangUp();
console.log(`\n${table(outcomes)}`);
if (values.only === undefined && scale === 'long' && broken === 0) {
  await writeBetweenMarkers(fileURLToPath(new URL('../../README.md', import.meta.url)), 'faults', table(outcomes));
}
process.exitCode = failed + broken > 0 ? 1 : 0;

function report(outcome: Outcome): void {
  const { fault, runs, messages, missed, duplicated, latencies, notes } = outcome;
  const times = [0.5, 0.99, 1].map((share) => percentile(latencies, share).toFixed()).join('/');
  let verdict = 'held';
  let why = '';
  try {
    assertHeld(outcome);
  } catch (error) {
    verdict = 'FAILED';
    why = `\n         ${String(error)}`;
    failed += 1;
  }
  console.log(
    `${verdict.padEnd(8)} ${fault}: ${runs} runs, ${messages} messages, ${latencies.length} deliveries, ${missed} missed, ` +
      `${duplicated} duplicated, p50/p99/max ${times} ms${notes.map((note) => `\n         ${note}`).join('')}${why}`,
  );
}
