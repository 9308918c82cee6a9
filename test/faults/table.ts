import { cpus } from 'node:os';
import { layOut } from '../support/table.ts';
import { type Outcome, percentile } from './outcome.ts';

const heading = ['fault', 'runs', 'messages', 'missed', 'duplicated', 'p50 ms', 'p99 ms', 'max ms'];

/** The outcomes as a table of the README. */
export function table(outcomes: Outcome[]): string {
  const rows = outcomes.map(({ fault, runs, messages, missed, duplicated, latencies }) => [
    ...[fault, ...[runs, messages, missed, duplicated].map(String)],
    ...[0.5, 0.99, 1].map((share) => (latencies.length > 0 ? percentile(latencies, share).toFixed() : '–')),
  ]);
  return [
    layOut(heading, rows),
    '',
    'Milliseconds run from the first attempt to send to each delivery, the fault and every repetition included. ' +
      `Written by \`npm run test:faults\` on ${new Date().toISOString().slice(0, 10)}, ` +
      `Node ${process.versions.node}, ${process.platform}, ${cpus().length} cores.`,
  ].join('\n');
}
