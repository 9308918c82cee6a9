import { readConfig } from '../../server/config.ts';
import type { MemoryType } from '../../server/database/generated/enums.ts';
import { globalTypes, projectTypes } from '../../server/memory/scope-types.ts';
import { CliError, ExitCode } from '../exit.ts';
import { quoted } from '../line/again.ts';
import type { Globals, LocalInput } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { json } from '../output/json.ts';
import { report } from '../output/report.ts';
import { complain, print } from '../output/stream.ts';
import { visibleLine } from '../output/visible.ts';
import { Interrupted, listenForSignals } from '../signals.ts';
import { Bar } from './bar.ts';
import { type ForeignScope, isAgreed, notAgreed, planOf, planText, readAll } from './foreign.ts';
import { type Importing, importRecords } from './import-records.ts';
import { importStates, type StateInput } from './import-states.ts';
import { readLines } from './lines.ts';
import { type Found, readMarkdown } from './markdown.ts';
import { ProgressFile } from './progress-file.ts';
import { BadRecord } from './record.ts';
import { Server } from './server.ts';
import { type Format, formatOf, openSource, type Source } from './source.ts';
import { survey } from './survey.ts';

/** What the command line gave. */
interface Given {
  project?: string;
  global?: boolean;
  type?: MemoryType;
  yes?: boolean;
  dryRun?: boolean;
}

/** `clambake import`: reads memories in, in whatever form the file has them. */
export async function importMemories({ globals, values, args: [path = ''] }: LocalInput): Promise<number> {
  const given = values as Given;
  const { signal, release } = listenForSignals();
  const bar = new Bar('Importing');
  let begun = false;
  try {
    const source = await openSource(path, signal);
    const format = formatOf(source);
    refuseForForeign(format, given);
    if (format === 'foreign') return await importForeign({ source, bar, signal, given, globals });
    if (given.dryRun) return await show(source, format, globals);
    const server = await Server.find(format === 'ndjson' ? 'operator' : 'any', globals);
    begun = true;
    const importing: Importing = { source, server, bar, signal, json: globals.json };
    const totals = await (format === 'ndjson'
      ? importRecords(importing, await progressOf(source, server))
      : importStates(importing, statesOf(readMarkdown(readLines(source.read())))));
    bar.clear();
    return await totals.print(path);
  } catch (thrown) {
    bar.clear();
    // A stream that was ended by a signal says only that it was ended.
    const error = signal.aborted ? signal.reason : thrown;
    const exitCode = report(error instanceof BadRecord ? badFile(path, error) : error, globals.json);
    if (begun && !globals.json && (error instanceof Interrupted || exitCode === ExitCode.unreachable)) {
      complain(`clambake: What the server has taken stays. To go on: ${again(path, globals)}\n`);
    }
    return exitCode;
  } finally {
    release();
  }
}

const badFile = (path: string, { message }: BadRecord): CliError =>
  new CliError(ExitCode.failed, 'BAD_FILE', `${path} cannot be read: ${message}`);

function again(path: string, { as, url }: Globals): string {
  const words = ['clambake', 'import', quoted(path)];
  if (as !== undefined) words.push('--as', quoted(as));
  if (url !== undefined) words.push('--url', quoted(url));
  return visibleLine(words.join(' '));
}

async function progressOf(source: Source, { url }: Server): Promise<ProgressFile | undefined> {
  const hash = await source.hash();
  return hash === undefined ? undefined : new ProgressFile(readConfig().home, hash, url);
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
    for (const { line, message } of problems) complain(`clambake: ${visibleLine(`Line ${line}: ${message}`)}\n`);
  }
  return problems.length > 0 ? ExitCode.failed : ExitCode.done;
}

interface Foreign extends Pick<Importing, 'source' | 'bar' | 'signal'> {
  given: Given;
  globals: Globals;
}

/** Shows what would become of foreign Markdown, and stores it where somebody agrees. */
async function importForeign({ source, bar, signal, given, globals }: Foreign): Promise<number> {
  const { path } = source;
  const text = await readAll(source);
  const server = await Server.find('any', globals);
  const scope = scopeOf(given, server.project);
  const plan = planOf(text, path, scope);
  if (plan.length === 0) {
    throw new CliError(ExitCode.failed, 'BAD_FILE', `${path} holds no text to remember.`);
  }
  const asks = !given.dryRun && !given.yes;
  const person = path !== '-' && process.stdin.isTTY === true && process.stderr.isTTY === true && !globals.json;
  const shown = plan.map(({ title, type, content, uid }) => ({ title, type, bytes: Buffer.byteLength(content), uid }));
  // Where it is stored at once, the result of that is the one result.
  if (!globals.json) await print(planText(plan, scope));
  else if (!given.yes || given.dryRun) await print(json({ project: scope.project, plan: shown }, false));
  if (given.dryRun) return ExitCode.done;
  if (asks && !person) throw notAgreed(path, scope);
  if (asks && !(await isAgreed('Store them? [y/N] ', signal))) {
    complain('clambake: Nothing was stored.\n');
    return ExitCode.failed;
  }
  const totals = await importStates({ source, server, bar, signal, json: globals.json }, plan);
  return totals.print(path);
}

function scopeOf({ project, global, type }: Given, own: string | undefined): ForeignScope {
  const place = global ? null : (project ?? own);
  if (place === undefined) throw usageError('Say what it belongs to: --project <name>, or --global.');
  if (place?.trim() === '') throw usageError('--project is empty: give the name of a project.');
  const types = place === null ? globalTypes : projectTypes;
  if (type !== undefined && !types.includes(type)) {
    const list = types.map((name) => name.toLowerCase()).join(', ');
    throw usageError(
      `--type is ${type.toLowerCase()}: ${place === null ? 'global memories are' : "a project's are"} ${list}.`,
    );
  }
  return { project: place, type };
}
