import { clambakeHome } from '../../server/config.ts';
import { hookTimeout, inTime } from '../deadline.ts';
import { ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { complain, print } from '../output/stream.ts';
import { answerOf } from './answer.ts';
import { type HookRecord, writeHookRecord } from './record.ts';

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
  try {
    const asked = await inTime(hookTimeout(), async (signal) => {
      const { line, asked, keep } = await answerOf(event, await readInput(), globals, signal);
      if (line !== undefined) await print(`${line}\n`);
      await keep();
      return asked;
    });
    if (asked) note({ lastSuccess: here(event) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    note({ lastFailure: { ...here(event), reason: reason.slice(0, 500) } });
  }
  // A connection that nobody answers would keep this process, and the session with it.
  process.exit(ExitCode.done);
}

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

const here = (event: string) => ({ event: event.slice(0, 50), at: new Date().toISOString() });

function note(change: HookRecord): void {
  try {
    writeHookRecord(clambakeHome(), change);
  } catch {
    // The home cannot be written to: there is nowhere to say so, and the session goes on.
  }
}
