import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, formatDuration, parseDuration } from '../../server/config.ts';
import { visibleLine } from '../../server/visible.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { Globals, LocalInput } from '../line/table.ts';
import { complain } from '../output/stream.ts';
import { findAsker } from './asker.ts';
import { checkCommit } from './pre-commit.ts';
import { checkPush } from './pre-push.ts';

/** Milliseconds that a hook may take, where CLAMBAKE_HOOK_TIMEOUT does not say it (issue: 2 s in all), and of these what is not the check's. */
const usualTimeout = 2000;
const overhead = 100;

/**
 * `clambake git-hook pre-push|pre-commit`, which the hooks call. Only what others hold stops anybody; whatever keeps the check from
 * being made is told in a line, and lets pass.
 * @returns the exit code for blocked, or done
 */
export async function gitHook({ args: [hook = ''], globals }: LocalInput): Promise<number> {
  const ending = new AbortController();
  try {
    const timeout = readTimeout(process.env.CLAMBAKE_HOOK_TIMEOUT);
    // From the start of this process on.
    const left = Math.max(overhead, timeout - overhead - performance.now());
    const late = sleep(left, 'late' as const, { signal: ending.signal }).catch((error: unknown) => {
      if (ending.signal.aborted) return 'late' as const;
      throw error;
    });
    const outcome = await Promise.race([check(hook, globals, ending.signal), late]);
    if (outcome !== 'late') return outcome;
    pass(`there was no answer within ${formatDuration(timeout)}.`);
  } catch (error) {
    pass(reasonOf(error));
  } finally {
    ending.abort();
  }
  // A connection that nobody answers would keep this process, and git with it, for half a minute.
  await new Promise((done) => process.stderr.write('', done));
  process.exit(ExitCode.done);
}

function readTimeout(text: string | undefined): number {
  const timeout = text ? parseDuration(text) : usualTimeout;
  if (timeout) return timeout;
  throw new ConfigError(`CLAMBAKE_HOOK_TIMEOUT is "${text}": give a length of time such as 2s.`);
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
