import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { type Outcome, percentile } from './outcome.ts';

const begin = '<!-- faults:begin -->';
const end = '<!-- faults:end -->';

const heading = ['fault', 'runs', 'messages', 'missed', 'duplicated', 'p50 ms', 'p99 ms', 'max ms'];

/** The outcomes as a table of the README, laid out as the formatter does. */
export function table(outcomes: Outcome[]): string {
  const rows = outcomes.map(({ fault, runs, messages, missed, duplicated, latencies }) => [
    ...[fault, ...[runs, messages, missed, duplicated].map(String)],
    ...[0.5, 0.99, 1].map((share) => (latencies.length > 0 ? percentile(latencies, share).toFixed() : '–')),
  ]);
  const widths = heading.map((_, column) => Math.max(4, ...[heading, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  return [
    line(heading),
    line(widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))),
    ...rows.map(line),
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
  await writeFile(file, `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`);
}
