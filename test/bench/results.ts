import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { layOut, writeBetweenMarkers } from '../support/table.ts';
import { benches } from './all.ts';
import type { Result, Taken } from './bench.ts';
import { type Machine, machineLine } from './machine.ts';

const store = fileURLToPath(new URL('results.json', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

/** Results as Markdown: a table under each heading, and below it what to know and where and when it was taken. */
export function print(results: readonly Taken[]): string {
  return results
    .flatMap(({ figures, at, machine }) =>
      figures.map(({ title, heading, rows, notes }) =>
        [
          `### ${title}`,
          layOut(heading, rows),
          ...notes,
          `Taken on ${at.slice(0, 10)} on ${machineLine(machine)}.`,
        ].join('\n\n'),
      ),
    )
    .join('\n\n');
}

/** Stores results beside those of other benchmarks, and prints all of them in the README. */
export async function keep(results: readonly Result[], machine: Machine): Promise<void> {
  const kept = new Map<string, Taken>();
  if (existsSync(store))
    for (const taken of JSON.parse(await readFile(store, 'utf8')) as Taken[]) kept.set(taken.key, taken);
  for (const result of results) kept.set(result.key, { ...result, at: new Date().toISOString(), machine });
  const place = ({ key }: Taken): number => benches.findIndex(({ name }) => name === key.split(' ')[0]);
  const all = [...kept.values()].sort(
    (a, b) => place(a) - place(b) || a.key.localeCompare(b.key, 'en', { numeric: true }),
  );
  await writeFile(store, `${JSON.stringify(all, null, 2)}\n`);
  await writeBetweenMarkers(readme, 'bench', print(all));
}
