import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { inForeground } from './foreground.ts';
import type { EndingSignal } from './signals.ts';

/** How a command ended. */
export interface Ended {
  /** What a shell would give for it: its own code, 128 and the number of a signal, 127 not found, 126 not to be run. */
  exitCode: number;
  /** The signal that ended it. */
  signal: NodeJS.Signals | null;
  /** Why it did not run at all, such as `ENOENT`. */
  failure: string | null;
}

/** A command that has been started. */
export interface Started {
  /** Undefined where it could not be started. */
  pid: number | undefined;
  ended: Promise<Ended>;
  /** Passes a signal on that this process got. */
  pass(signal: EndingSignal): void;
}

/** 128 and the number of the signal: what a shell gives for a program that it ended. */
const codeOf = (signal: NodeJS.Signals): number => 128 + (constants.signals[signal] ?? 0);

/**
 * Starts a command with the standard input, output and error of this process, and no shell in between.
 * @param output where its standard output goes: to that of this process, or to its standard error
 */
export function startCommand([file = '', ...args]: readonly string[], output: 'stdout' | 'stderr'): Started {
  let child: ChildProcess;
  try {
    child = spawn(file, args, { stdio: ['inherit', output === 'stdout' ? 'inherit' : 2, 'inherit'] });
  } catch (error) {
    // Some failures come as events, others at once: arguments that are too long, or a script where Windows wants a program.
    return { pid: undefined, ended: Promise.resolve(failed(error)), pass: () => undefined };
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => {
      // A signal that could not be passed on is an error too, and ends nothing.
      if (child.pid === undefined) resolve(failed(error));
    });
    // Not 'close': what it leaves running in the background is its own affair.
    child.once('exit', (code, signal) =>
      resolve({ exitCode: signal ? codeOf(signal) : (code ?? 1), signal, failure: null }),
    );
  });
  return { pid: child.pid, ended, pass: (signal) => pass(child, signal) };
}

function pass(child: ChildProcess, signal: EndingSignal): void {
  // Windows has no signals: what the console tells this process, it tells the command as well.
  if (process.platform === 'win32') return;
  if (signal === 'SIGINT' && inForeground()) return;
  child.kill(signal);
}

function failed(error: unknown): Ended {
  const { code, message } = error as NodeJS.ErrnoException;
  return { exitCode: code === 'ENOENT' ? 127 : 126, signal: null, failure: code ?? message };
}
