import { readConfig } from '../../server/config.ts';
import { inOneLine, visibleLine } from '../../server/visible.ts';
import { CliError, ExitCode } from '../exit.ts';
import { quoted } from '../line/again.ts';
import type { Globals, LocalInput } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { json } from '../output/json.ts';
import { report } from '../output/report.ts';
import { complain, print } from '../output/stream.ts';
import { Interrupted, listenForSignals } from '../signals.ts';
import { Bar } from './bar.ts';
import type { Given } from './given.ts';
import { type Importing, importRecords } from './import-records.ts';
import { importStates, type StateInput } from './import-states.ts';
import { readLines } from './lines.ts';
import { type Found, readMarkdown } from './markdown.ts';
import { ProgressFile } from './progress-file.ts';
import { BadRecord } from './record.ts';
import { Server } from './server.ts';
import { type Format, formatOf, openSource, type Source } from './source.ts';
import { survey } from './survey.ts';

/** `clambake import`: reads memories in, in whatever form the file has them. */
export async function importMemories({ globals, values, args: [path = ''] }: LocalInput): Promise<number> {
  const given = values as Given;
  const { signal, release } = listenForSignals();
  const bar = new Bar('Importing');
  let begun = false;
  let isFile = true;
  try {
    const source = await openSource(path, signal);
    ({ isFile } = source);
    const format = formatOf(source);
    refuseForForeign(format, given);
    if (format === 'foreign') {
      // Only this needs a parser of Markdown.
      const { importForeign } = await import('./import-foreign.ts');
      return await importForeign({ source, bar, signal, given, globals });
    }
    if (given.dryRun) return await show(source, format, globals);
    const server = await Server.find(format === 'ndjson' ? 'operator' : 'any', globals);
    begun = true;
    const importing: Importing = {
      ...{ source, server, bar, signal, json: globals.json },
      allowSecret: given.allowSecret ?? false,
    };
    const totals = await (format === 'ndjson'
      ? importRecords(importing, await progressOf(importing))
      : importStates(importing, statesOf(readMarkdown(readLines(source.read())))));
    bar.clear();
    return await totals.print(path);
  } catch (thrown) {
    bar.clear();
    // A stream that was ended by a signal says only that it was ended.
    const error = signal.aborted ? signal.reason : thrown;
    const exitCode = report(error instanceof BadRecord ? badFile(path, error) : error, globals.json);
    if (begun && !globals.json && (error instanceof Interrupted || exitCode === ExitCode.unreachable)) {
      complain(
        isFile
          ? `clambake: What the server has taken stays. To go on: ${again(path, given, globals)}\n`
          : 'clambake: What the server has taken stays. From a pipe an import cannot go on: import all of it again, and what is there is skipped.\n',
      );
    }
    return exitCode;
  } finally {
    release();
  }
}

const badFile = (path: string, { message }: BadRecord): CliError =>
  new CliError(ExitCode.failed, 'BAD_FILE', `${path} cannot be read: ${message}`);

function again(path: string, { allowSecret }: Given, { as, url }: Globals): string {
  const words = ['clambake', 'import', quoted(path), ...(allowSecret ? ['--allow-secret'] : [])];
  if (as !== undefined) words.push('--as', quoted(as));
  if (url !== undefined) words.push('--url', quoted(url));
  return visibleLine(words.join(' '));
}

async function progressOf({ source, server, allowSecret }: Importing): Promise<ProgressFile | undefined> {
  const hash = await source.hash();
  return hash === undefined ? undefined : new ProgressFile(readConfig().home, hash, server.url, allowSecret);
}

/** What an export holds says by itself where it belongs. @throws CliError (usage) */
function refuseForForeign(format: Format, { project, global, type }: Given): void {
  if (project !== undefined && global) throw usageError('--project and --global: a memory belongs to one of them.');
  if (format === 'foreign') return;
  const flags = { '--project': project, '--global': global, '--type': type };
  const [first] = Object.entries(flags).filter(([, value]) => value !== undefined);
  if (first) throw usageError(`${first[0]} is for foreign Markdown: this file is an export, which says it by itself.`);
}

async function* statesOf(
  found: AsyncIterable<Found>,
): AsyncGenerator<StateInput | { line: number; problem: string }, void> {
  for await (const one of found) {
    if ('problem' in one) yield one;
    else {
      const { author: _, createdAt: __, updatedAt: ___, ...state } = one.memory;
      yield { ...state, line: one.line };
    }
  }
}

/** Shows what an export holds. */
async function show(source: Source, format: Format, globals: Globals): Promise<number> {
  const { counts, problems } = await survey(source, format);
  await print(
    globals.json
      ? json({ ...counts, problems }, process.stdout.isTTY === true)
      : `${visibleLine(source.path)} holds ${Object.entries(counts)
          .map(([name, number]) => `${number} ${name}`)
          .join(', ')}. Nothing is stored.\n`,
  );
  if (!globals.json) {
    for (const { line, message } of problems)
      complain(`clambake: ${visibleLine(`Line ${line}: ${inOneLine(message)}`)}\n`);
  }
  return problems.length > 0 ? ExitCode.failed : ExitCode.done;
}
