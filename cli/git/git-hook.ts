import { visibleLine } from '../../server/visible.ts';
import { hookTimeout, inTime } from '../deadline.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { Globals, LocalInput } from '../line/table.ts';
import { complain } from '../output/stream.ts';
import { findAsker } from './asker.ts';
import { checkCommit } from './pre-commit.ts';
import { checkPush } from './pre-push.ts';

/**
 * `clambake git-hook pre-push|pre-commit`, which the hooks call. Only what others hold stops anybody; whatever keeps the check from
 * being made is told in a line, and lets pass.
 * @returns the exit code for blocked, or done
 */
export async function gitHook({ args: [hook = ''], globals }: LocalInput): Promise<number> {
  try {
    return await inTime(hookTimeout(), (signal) => check(hook, globals, signal));
  } catch (error) {
    pass(reasonOf(error));
  }
  // A connection that nobody answers would keep this process, and git with it, for half a minute.
  await new Promise((done) => process.stderr.write('', done));
  process.exit(ExitCode.done);
}

async function check(hook: string, globals: Globals, signal: AbortSignal): Promise<ExitCode> {
  const refs = hook === 'pre-push' ? await readRefs() : '';
  const asker = await findAsker(globals, process.cwd(), signal);
  if (!asker) return ExitCode.done;
  const { others, refused } =
    hook === 'pre-push' ? await checkPush(refs, asker) : { others: [], refused: await checkCommit(asker, signal) };
  complain([...others, ...refused].map((line) => `${line}\n`).join(''));
  return refused.length > 0 ? ExitCode.blocked : ExitCode.done;
}

async function readRefs(): Promise<string> {
  // Typed by hand, nothing is pushed.
  if (process.stdin.isTTY) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function pass(reason: string | undefined): void {
  if (reason !== undefined) complain(`clambake: ${visibleLine(reason)} Nothing was checked: git goes on.\n`);
}

/** @returns what is said of it; undefined where it is nothing to speak of */
function reasonOf(error: unknown): string | undefined {
  // The project of this repository is not known there: it is not managed by Clambake.
  if (error instanceof CliError && error.code === 'NOT_FOUND') return undefined;
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
