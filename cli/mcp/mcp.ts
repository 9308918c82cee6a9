import { ConfigError } from '../../server/config.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { Globals, LocalInput } from '../line/table.ts';
import { onReaderGone, print } from '../output/stream.ts';
import { commandOf, forward, patienceOf } from './forward.ts';
import { findActor } from './identity.ts';
import { readLines } from './lines.ts';
import { ErrorCode, failure, isFailure, type Message, readMessage } from './message.ts';

/** Most bytes of a line that are read. The server takes far less of a request, and says so. */
const longestLine = 16 * 1024 * 1024;

/**
 * `clambake mcp`: hands the messages of a client on standard input to the server's /mcp, each as whoever this session is, and its answers
 * back. It ends when standard input does, once what was asked is answered; what waits for others is given up.
 * @returns the exit code
 */
export async function mcp({ globals, values }: LocalInput): Promise<number> {
  const hatch = new Hatch(globals, values.tools === 'ALL', process.cwd());
  onReaderGone(() => process.stdin.destroy());
  await readLines(process.stdin, longestLine, (line) => hatch.take(line));
  await hatch.end();
  return ExitCode.done;
}

type Id = string | number;

/** Hands messages through, several at a time. */
class Hatch {
  readonly #globals: Globals;
  readonly #all: boolean;
  readonly #cwd: string;
  readonly #running = new Map<Id, { message: Message; abandoned: AbortController; done: Promise<void> }>();

  constructor(globals: Globals, all: boolean, cwd: string) {
    this.#globals = globals;
    this.#all = all;
    this.#cwd = cwd;
  }

  /** Takes a line; undefined stands for one that is too long. What it leads to is printed when it is there. */
  take(line: string | undefined): void {
    const message =
      line === undefined
        ? failure(null, ErrorCode.parse, `The line is longer than ${longestLine} bytes.`)
        : readMessage(line);
    if (!message) return;
    if (isFailure(message)) void write(message);
    // Of what a client tells, the server, which keeps nothing between requests, has to hear nothing.
    else if (message.id === undefined) this.#hear(message);
    else this.#ask(message, message.id);
  }

  /** Waits for what is being answered. */
  async end(): Promise<void> {
    for (const { message, abandoned } of this.#running.values()) {
      if (patienceOf(message) !== undefined) abandoned.abort();
    }
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #hear({ method, params }: Message): void {
    if (method === 'notifications/cancelled') this.#running.get(params.requestId as Id)?.abandoned.abort();
  }

  #ask(message: Message, id: Id): void {
    if (this.#running.has(id)) {
      void write(failure(id, ErrorCode.invalid, 'A request of this id is being answered: give each its own.'));
      return;
    }
    const abandoned = new AbortController();
    const done = this.#answer(message, id, abandoned.signal).finally(() => this.#running.delete(id));
    this.#running.set(id, { message, abandoned, done });
  }

  async #answer(message: Message, id: Id, signal: AbortSignal): Promise<void> {
    let answer: object;
    try {
      const need = commandOf(message)?.identity === 'instance' ? 'instance' : 'any';
      const actor = await findActor(need, this.#globals, this.#cwd);
      answer = await forward(actor, { message, all: this.#all, cwd: this.#cwd, signal });
    } catch (error) {
      answer = failureOf(error, id);
    }
    // Nobody waits for an answer to what was cancelled.
    if (!signal.aborted) await write(answer);
  }
}

function failureOf(error: unknown, id: Id): object {
  if (error instanceof CliError) return failure(id, ErrorCode.server, error.message, { code: error.code });
  if (error instanceof ConfigError) return failure(id, ErrorCode.server, error.message, { code: 'CONFIG' });
  const message = error instanceof Error ? error.message : String(error);
  return failure(id, ErrorCode.server, `clambake mcp failed: ${message}`, { code: 'FAILED' });
}

const write = (answer: object): Promise<boolean> => print(`${JSON.stringify(answer)}\n`);
