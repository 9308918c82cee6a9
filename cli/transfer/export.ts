import { visibleLine } from '../../server/visible.ts';
import { ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { json } from '../output/json.ts';
import { count } from '../output/lines.ts';
import { report } from '../output/report.ts';
import { print } from '../output/stream.ts';
import { listenForSignals } from '../signals.ts';
import { Bar } from './bar.ts';
import type { Scope } from './reading.ts';
import { Server } from './server.ts';
import { openTarget } from './target.ts';
import { writeMarkdown } from './write-markdown.ts';
import { type Counts, writeRecords } from './write-records.ts';

/** What the command line gave. */
interface Given {
  project?: string;
  global?: boolean;
  format?: 'NDJSON' | 'MARKDOWN';
  output?: string;
  force?: boolean;
}

/** `clambake export`: writes memories to standard output or a file. */
export async function exportMemories({ globals, values }: LocalInput): Promise<number> {
  const given = values as Given;
  const { output } = given;
  const bar = new Bar('Exporting');
  const { signal, release } = listenForSignals();
  try {
    const isMarkdown = given.format === 'MARKDOWN';
    if (globals.json && output === undefined && isMarkdown) {
      throw usageError('Markdown is no JSON: name a file for it with --output, or leave --json out.');
    }
    const target = await openTarget(output, given.force === true);
    let counts: Counts;
    try {
      const server = await Server.find('any', globals);
      const scope: Scope = { project: given.project ?? null, global: given.global ?? null };
      counts = await (isMarkdown ? writeMarkdown : writeRecords)(server, scope, target.write, bar, signal);
      await target.finish();
    } catch (error) {
      await target.abandon();
      throw error;
    }
    bar.clear();
    // What was asked for stands on standard output already where no file was named.
    if (output !== undefined) {
      await print(
        globals.json ? json({ file: output, ...counts }, process.stdout.isTTY === true) : text(counts, output),
      );
    }
    return ExitCode.done;
  } catch (error) {
    bar.clear();
    return report(error, globals.json);
  } finally {
    release();
  }
}

function text({ memories, revisions, links }: Counts, file: string): string {
  const parts = [count(memories, 'memory', 'memories'), count(revisions, 'version'), count(links, 'link')];
  return `Exported ${parts.join(', ')} to ${visibleLine(file)}.\n`;
}
