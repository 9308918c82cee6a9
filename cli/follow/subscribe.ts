import { resolve } from 'node:path';
import { CliError } from '../exit.ts';
import type { WatchResult } from '../generated/results.ts';
import type { Actor } from '../identity/acting.ts';
import type { Command, Globals, LocalOptions } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { resultOf } from '../output/json.ts';
import { onReaderGone } from '../output/stream.ts';
import { listenForSignals } from '../signals.ts';
import { readCursor, writeCursor } from './cursor-file.ts';
import { follow } from './follow.ts';
import { handTo } from './message-command.ts';

/** A subscription as the command line asks for it. */
export interface Subscribing {
  command: Command;
  variables: Record<string, unknown>;
  options: LocalOptions;
  globals: Globals;
  actor: Actor;
  cwd: string;
  environment: NodeJS.ProcessEnv;
  /** Prints one event. @returns whether somebody still reads */
  show: (data: Record<string, unknown>) => Promise<boolean>;
}

/**
 * Follows a subscription until Ctrl-C, or until nobody reads what it prints any more. Each event is printed, or handed to
 * the command in `--exec`; the file in `--cursor-file` says how far that has come.
 * @throws CliError, also where a command fails: then the message says where to go on from
 */
export async function subscribe(asked: Subscribing): Promise<void> {
  const { command, actor, options } = asked;
  const file = options.cursorFile === undefined ? undefined : resolve(asked.cwd, options.cursorFile);
  const variables = { ...asked.variables };
  if (file !== undefined) {
    if (variables.after !== undefined) {
      throw usageError('--after and --cursor-file both say where to go on from: give one of them.');
    }
    variables.after = readCursor(file);
  }

  let cursor = typeof variables.after === 'string' ? variables.after : undefined;
  const advance = (next: string): void => {
    if (file !== undefined) writeCursor(file, next);
    cursor = next;
  };
  const gone = new AbortController();
  onReaderGone(() => gone.abort());
  const signals = listenForSignals();
  const signal = AbortSignal.any([signals.signal, gone.signal]);
  try {
    await follow({ command, variables, actor, handle: handler(asked, signal), advance, signal });
  } catch (error) {
    throw error instanceof CliError ? withRemedy(error, cursor, file) : error;
  } finally {
    signals.release();
  }
}

function handler({ options, globals, environment, show }: Subscribing, signal: AbortSignal) {
  const { exec } = options;
  if (exec === undefined) return show;
  const output = globals.json ? 'stderr' : 'stdout';
  return async (data: Record<string, unknown>): Promise<boolean> => {
    const { message } = resultOf(data) as WatchResult['messageReceived'];
    if (message && !(await handTo({ command: exec, environment, output, signal }, message))) return false;
    if (globals.json) await show(data);
    return true;
  };
}

/** The same error with what to do about it. */
function withRemedy(error: CliError, cursor: string | undefined, file: string | undefined): CliError {
  const remedy = remedyFor(error.code, cursor, file);
  if (remedy === undefined) return error;
  const details = { ...error.details, ...(cursor === undefined ? {} : { cursor }) };
  return new CliError(error.exitCode, error.code, `${error.message} ${remedy}`, details);
}

function remedyFor(code: string, cursor: string | undefined, file: string | undefined): string | undefined {
  if (code === 'COMMAND_FAILED') {
    if (file !== undefined) return `Start watch again with --cursor-file ${file} to go on with this message.`;
    return cursor === undefined ? undefined : `Start watch again with --after ${cursor} to go on with this message.`;
  }
  const stale = code === 'CURSOR_UNKNOWN' || code === 'CURSOR_EXPIRED';
  return stale && file !== undefined ? `The cursor is kept in ${file}: remove that to begin now.` : undefined;
}
