import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { clambakeHome, formatDuration, parseDuration } from '../../server/config.ts';
import { ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { complain, print } from '../output/stream.ts';
import { answerOf } from './answer.ts';
import { writeHookRecord } from './record.ts';

/** Milliseconds that a hook may take, where CLAMBAKE_HOOK_TIMEOUT does not say it (issue: 2 s), and of these what is not the question's. */
const usualTimeout = 2000;
const longestTimeout = 60_000;
const overhead = 300;

/** Most bytes of a hook's input: what a tool is given can be a file. */
const mostBytes = 64 * 1024 * 1024;

/**
 * `clambake hook <event>`: answers a hook of Claude Code, whose input comes on standard input. Whatever goes wrong, it says nothing and
 * exits 0, so that the session goes on as if it were not there; `clambake doctor` tells of it. The names of events are not checked as
 * arguments are: exit code 2 would stop what the session is about to do.
 * @returns the exit code for done, always
 */
export async function hook({ args: [event = ''], globals }: LocalInput): Promise<number> {
  if (process.stdin.isTTY) {
    complain('clambake: hook reads what Claude Code gives a hook, as JSON on standard input.\n');
    return ExitCode.done;
  }
  const ending = new AbortController();
  let failure: string | undefined;
  try {
    const given = parseDuration(process.env.CLAMBAKE_HOOK_TIMEOUT ?? '') || usualTimeout;
    const timeout = Math.min(given, longestTimeout);
    // From the start of this process on.
    const left = Math.max(overhead, timeout - overhead - performance.now());
    const late = sleep(left, undefined, { signal: ending.signal }).then(
      () => Promise.reject(new Error(`There was no answer within ${formatDuration(timeout)}.`)),
      () => undefined,
    );
    const input = await within(late, readInput());
    const { line, keep } = await within(late, answerOf(event, input, globals, ending.signal));
    if (line !== undefined) await print(`${line}\n`);
    await within(late, keep());
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  } finally {
    ending.abort();
  }
  note(event, failure);
  // A connection that nobody answers would keep this process, and the session with it.
  process.exit(ExitCode.done);
}

const within = <Result>(late: Promise<undefined>, work: Promise<Result>): Promise<Result> =>
  Promise.race([work, late as Promise<never>]);

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`The input of the hook is longer than ${mostBytes / 1024 / 1024} MiB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function note(event: string, failure: string | undefined): void {
  const at = new Date().toISOString();
  const named = event.slice(0, 50);
  try {
    writeHookRecord(
      clambakeHome(),
      failure === undefined
        ? { lastSuccess: { event: named, at } }
        : { lastFailure: { event: named, at, reason: failure.slice(0, 500) } },
    );
  } catch {
    // The home cannot be written to: there is nowhere to say so, and the session goes on.
  }
}
