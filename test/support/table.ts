import { readFile, writeFile } from 'node:fs/promises';

/** A table of Markdown, laid out as the formatter does: the first column to the left, all others to the right. */
export function layOut(heading: readonly string[], rows: readonly string[][]): string {
  const widths = heading.map((_, column) => Math.max(4, ...[heading, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  return [
    line(heading),
    line(widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))),
    ...rows.map(line),
  ].join('\n');
}

/**
 * Writes a text between two markers of a file: `<!-- name:begin -->` and `<!-- name:end -->`.
 * @throws Error where it has no markers
 */
export async function writeBetweenMarkers(file: string, name: string, text: string): Promise<void> {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const before = await readFile(file, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no ${begin} … ${end} to write between.`);
  await writeFile(file, `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`);
}
