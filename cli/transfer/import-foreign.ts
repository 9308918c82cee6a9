import { globalTypes, projectTypes } from '../../server/memory/scope-types.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { Globals } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { json } from '../output/json.ts';
import { complain, print } from '../output/stream.ts';
import { type ForeignScope, isAgreed, notAgreed, planOf, readAll } from './foreign.ts';
import type { Given } from './given.ts';
import type { Importing } from './import-records.ts';
import { importStates } from './import-states.ts';
import { planText, planWith } from './plan.ts';
import { Server } from './server.ts';

interface Foreign extends Pick<Importing, 'source' | 'bar' | 'signal'> {
  given: Given;
  globals: Globals;
}

/** Shows what would become of foreign Markdown, and stores it where somebody agrees. */
export async function importForeign({ source, bar, signal, given, globals }: Foreign): Promise<number> {
  const { path } = source;
  const text = await readAll(source);
  const server = await Server.find('any', globals);
  const scope = scopeOf(given, server.project);
  const states = planOf(text, source, scope);
  if (states.length === 0) {
    throw new CliError(ExitCode.failed, 'BAD_FILE', `${path} holds no text to remember.`);
  }
  const asks = !given.dryRun && !given.yes;
  const plan = await planWith({ server, signal, allowSecret: scope.allowSecret }, states);
  const person = path !== '-' && process.stdin.isTTY === true && process.stderr.isTTY === true && !globals.json;
  const shown = plan.map(({ title, type, content, uid, fate, reason }) => ({
    ...{ title, type, bytes: Buffer.byteLength(content), uid, fate, reason },
  }));
  // Where it is stored at once, the result of that is the one result.
  if (!globals.json) await print(planText(plan, scope));
  else if (!given.yes || given.dryRun) await print(json({ project: scope.project, plan: shown }, false));
  if (given.dryRun) return ExitCode.done;
  if (asks && !person) throw notAgreed(source, scope);
  if (asks && !(await isAgreed('Store them? [y/N] ', signal))) {
    complain('clambake: Nothing was stored.\n');
    return ExitCode.failed;
  }
  const totals = await importStates(
    { source, server, bar, signal, json: globals.json, allowSecret: scope.allowSecret },
    states,
  );
  return totals.print(path);
}

function scopeOf({ project, global, type, allowSecret = false }: Given, own: string | undefined): ForeignScope {
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
  return { project: place, type, allowSecret };
}
