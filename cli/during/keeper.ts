import { spawn } from 'node:child_process';
import { parse } from 'node:path';
import type { Writable } from 'node:stream';
import { CliError, ExitCode } from '../exit.ts';
import { thisProgram } from '../reach/autostart.ts';
import type { Plan } from './plan.ts';

/** What the watcher is told, in one line of JSON each. The last word on each counts. */
export interface News {
  /** What it is about, in the first line. */
  order?: { plan: Plan; as: string; url: string | null; pid: number };
  /** The blocker that was opened, and when it ends by itself, in milliseconds since 1970 by this machine's clock. */
  held?: { id: string; until: number | null };
  /** The process id of the command. */
  child?: number;
  /** How the command ended: the text of the `done`. */
  ended?: string;
  /** Nothing is left to be done. */
  finished?: true;
}

/** The process that finishes what a `during` has begun, should that die. */
export interface Keeper {
  tell(news: News): void;
}

/**
 * Starts the watcher: a process in a session of its own that has nothing of this one but a pipe. What the pipe brought when it
 * ends tells it what is left to be done. It gets no token but what this process's
 * own environment has: it reads the registration of the instance as every command does.
 * @throws CliError where no process can be started
 */
export async function startKeeper(home: string, order: NonNullable<News['order']>): Promise<Keeper> {
  const [file = process.execPath, ...args] = thisProgram();
  const child = spawn(file, [...args, 'during-watcher'], {
    // The folder this runs in may be removed, and should not be kept from it.
    cwd: parse(process.execPath).root,
    env: { ...process.env, CLAMBAKE_HOME: home },
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', ({ message }) =>
      reject(
        new CliError(ExitCode.failed, 'NO_WATCHER', `No process can be started to watch over the hold: ${message}.`),
      ),
    );
  });
  const pipe: Writable = child.stdin;
  // Where it has died, this process still does all by itself.
  pipe.on('error', () => pipe.destroy());
  const tell = (news: News): void => {
    if (!pipe.destroyed) pipe.write(`${JSON.stringify(news)}\n`);
  };
  tell({ order });
  child.unref();
  (pipe as Writable & { unref?: () => void }).unref?.();
  return { tell };
}
