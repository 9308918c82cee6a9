import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { type Outcome, percentile } from './outcome.ts';

const begin = '<!-- faults:begin -->';
const end = '<!-- faults:end -->';

/** The outcomes as a table of the README. */
export function table(outcomes: Outcome[]): string {
  const rows = outcomes.map(({ fault, runs, messages, missed, duplicated, latencies }) => {
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) =>
      latencies.length > 0 ? percentile(latencies, share).toFixed() : '–',
    );
    return `| ${fault} | ${runs} | ${messages} | ${missed} | ${duplicated} | ${p50} | ${p99} | ${max} |`;
  });
  return [
    '| fault | runs | messages | missed | duplicated | p50 ms | p99 ms | max ms |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
    '',
    'Milliseconds run from the first attempt to send to each delivery, the fault and every repetition included. ' +
      `Written by \`npm run test:faults\` on ${new Date().toISOString().slice(0, 10)}, ` +
      `Node ${process.versions.node}, ${process.platform}, ${cpus().length} cores.`,
  ].join('\n');
}

/**
 * Writes a text between the two markers of a file.
 * @throws Error where it has no markers
 */
export async function writeBetweenMarkers(file: string, text: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no ${begin} … ${end} to write between.`);
  await writeFile(file, `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`);
}
