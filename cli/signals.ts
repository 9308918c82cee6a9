import { constants } from 'node:os';
import { ExitCode } from './exit.ts';
import { complain } from './output/stream.ts';

/** A signal ended what was going on. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
    // As shells count it: 130 for Ctrl-C.
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Milliseconds in which a second signal counts as the first one again: npm passes Ctrl-C on that the terminal sent too. */
const sameSignal = 2000;

/**
 * Takes the signals that end a program, from now on.
 * @returns `signal`, aborted by the first of them, with {@link Interrupted} as its reason; one that comes later ends the process at once
 */
export function listenForSignals(): { signal: AbortSignal; release(): void } {
  const stopping = new AbortController();
  let firstAt = 0;
  const stop = (signal: NodeJS.Signals): void => {
    if (!stopping.signal.aborted) {
      firstAt = Date.now();
      stopping.abort(new Interrupted(signal));
    } else if (Date.now() - firstAt > sameSignal) {
      complain(`clambake: ${signal} again: stopped without waiting for what was running.\n`);
      process.exit(ExitCode.failed);
    }
  };
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: stopping.signal,
    release() {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
