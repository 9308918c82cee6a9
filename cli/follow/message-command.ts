import { spawn } from 'node:child_process';
import { visibleLine } from '../../server/visible.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { PlainMessage } from '../generated/results.ts';
import { json } from '../output/json.ts';
import { complain } from '../output/stream.ts';
import { pauseFor } from './pause.ts';

/** Pauses before a command that failed is run again, in milliseconds. */
const pauses = [250, 1000, 3000];

/** A command that messages are handed to. */
export interface MessageCommand {
  /** What the system's shell runs: `sh -c`, on Windows `cmd /c`. Nothing of a message ever becomes part of it. */
  command: string;
  environment: NodeJS.ProcessEnv;
  /** Where its standard output goes: to that of this process, or to its standard error. */
  output: 'stdout' | 'stderr';
  /** Once it is aborted a command is waited for, but not run again. */
  signal: AbortSignal;
}

/**
 * Runs a command for a message, which it gets as one line of JSON on its standard input and in short in its environment.
 * One that fails is run again, up to three times.
 * @returns whether it succeeded; false where it failed and this process has been told to stop
 * @throws CliError COMMAND_FAILED where it failed every time, or could not be run at all
 */
export async function handTo(target: MessageCommand, message: PlainMessage): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    const failure = await runOnce(target, message);
    if (failure === undefined) return true;
    if (target.signal.aborted) return false;
    const pause = pauses[attempt];
    const problem = `The command for message #${message.id} ended with ${failure}`;
    if (pause === undefined) {
      throw new CliError(ExitCode.failed, 'COMMAND_FAILED', `${problem}, ${attempt + 1} times in a row.`);
    }
    complain(`clambake: ${problem}. It is run again in ${pause / 1000} s.\n`);
    await pauseFor(pause, target.signal);
    if (target.signal.aborted) return false;
  }
}

/** @returns how it failed; undefined where it succeeded */
function runOnce(target: MessageCommand, message: PlainMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(target.command, {
      shell: true,
      env: environmentFor(message, target.environment),
      stdio: ['pipe', target.output === 'stdout' ? 'inherit' : 2, 'inherit'],
      windowsHide: true,
    });
    child.once('error', (error) =>
      reject(new CliError(ExitCode.failed, 'COMMAND_FAILED', `No command can be run: ${error.message}.`)),
    );
    // Not 'close': what it may have left running in the background is its own affair.
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
    // Whether it reads the message is its own affair as well: its exit code says whether it succeeded.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(json(message, false));
  });
}

/** The environment of a command for a message: the usual one, and the message in short. */
export function environmentFor(message: PlainMessage, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    CLAMBAKE_MESSAGE_ID: inert(message.id),
    CLAMBAKE_MESSAGE_TYPE: inert(message.type.toLowerCase()),
    CLAMBAKE_MESSAGE_FROM: inert(message.from),
    CLAMBAKE_MESSAGE_TO: inert(message.to),
    CLAMBAKE_MESSAGE_SUBJECT: inert(message.subject),
  };
}

/**
 * A text of others for an environment, with nothing in it that a shell obeys: cmd puts a variable's value into the command
 * before it reads it, and so does any shell under `sh -c "… $SUBJECT …"` or `ssh`. Nor does it begin like an option.
 * What takes its place is plain ASCII: Windows may turn a look-alike of a quote back into a quote.
 */
function inert(text: string): string {
  return visibleLine(text)
    .replace(/[|&;<>()$`\\"'*?[\]{}!%^~]/g, '_')
    .replace(/^-/, '_');
}
