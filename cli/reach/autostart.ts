import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeHome } from '../../server/home.ts';
import { Unreachable } from '../client/client.ts';
import { complain } from '../output/stream.ts';
import { healthOf } from './health.ts';
import { isAlive, readRunning } from './running.ts';
import { serverLog, trimLog } from './server-log.ts';
import { releaseStart, takeStart } from './start-lock.ts';

/** Milliseconds that a server has to start. The first start makes the database, too. */
const startTimeout = 20_000;

/** Milliseconds between two looks at a server that is starting. */
const lookEvery = 50;

export interface Start {
  /** Absolute. */
  home: string;
  /** Where the server is expected. */
  url: string;
  environment: NodeJS.ProcessEnv;
  /** The program that is run with `serve`, and its arguments; this one itself where it is not given. */
  program?: string[];
}

/** A server process of this command's own making. */
interface Child {
  pid: number | undefined;
  /** Why it is no more, once it is. */
  ended: string | undefined;
}

/**
 * Makes sure that this home's server runs: starts one in the background where none does. Of commands that come at the
 * same time one starts it and the others wait; were two to start one, the second server itself gives way, so that nothing
 * but speed depends on the lock.
 * @returns the server's address, once it is well
 * @throws Unreachable where it does not become well in time, with the end of its log
 */
export async function ensureServer(start: Start): Promise<string> {
  const log = serverLog(start.home);
  makeHome(start.home);
  const deadline = Date.now() + startTimeout;
  let child: (Child & { logFrom: number }) | undefined;
  try {
    for (;;) {
      const url = await findWell(start);
      if (url !== undefined) {
        // Only the command whose server it is says so.
        if (child && child.ended === undefined && (readRunning(start.home)?.pid ?? child.pid) === child.pid)
          complain(`clambake: started a server on ${url} (log: ${log})\n`);
        return url;
      }
      if (child?.ended !== undefined && !othersServer(start.home)) {
        throw new Unreachable(
          `The server could not be started: it ${child.ended}. ${tailOf(log, child.logFrom)}`,
          false,
        );
      }
      if (Date.now() > deadline) {
        const tail = child ? ` ${tailOf(log, child.logFrom)}` : ` Its log is ${log}.`;
        throw new Unreachable(
          `The server at ${start.url} did not get ready within ${startTimeout / 1000} seconds.${tail}`,
          false,
        );
      }
      if (!child && takeStart(start.home)) child = launch(start, log);
      await sleep(lookEvery);
    }
  } finally {
    if (child) releaseStart(start.home);
  }
}

/** The address of a server that is well: where it is expected, or where this home's own says that it is. */
async function findWell({ home, url }: Start): Promise<string | undefined> {
  const running = readRunning(home);
  const places = new Set(running && isAlive(running.pid) ? [running.url, url] : [url]);
  for (const place of places) {
    if (new URL(place).port !== '0' && (await healthOf(place)) === 'well') return place;
  }
  return undefined;
}

/** Whether some other process says that it is this home's server: ours has given way to it. */
function othersServer(home: string): boolean {
  const running = readRunning(home);
  return running !== undefined && isAlive(running.pid);
}

function launch({ home, environment, program }: Start, log: string): Child & { logFrom: number } {
  trimLog(log);
  const [file = process.execPath, ...args] = program ?? thisProgram();
  const output = openSync(log, 'a', 0o600);
  try {
    const logFrom = fstatSync(output).size;
    const started = spawn(file, [...args, 'serve'], {
      // The folder a command runs in may be removed while the server lives.
      cwd: home,
      env: withoutIdentity({ ...environment, CLAMBAKE_HOME: home }),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', output, output],
    });
    const child: Child & { logFrom: number } = { pid: started.pid, ended: undefined, logFrom };
    started.on('error', (error) => {
      child.ended = `could not be run (${error.message})`;
    });
    started.on('exit', (code, signal) => {
      child.ended = `ended at once (${signal ?? `exit code ${code}`})`;
    });
    started.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

/** How this very program was called, without what was meant for a debugger. */
export function thisProgram(): string[] {
  const options = process.execArgv.filter((option) => !option.startsWith('--inspect'));
  return [process.execPath, ...options, process.argv[1] ?? ''];
}

/** A server belongs to nobody's session. */
function withoutIdentity(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CLAMBAKE_INSTANCE, CLAMBAKE_SESSION, CLAUDE_CODE_SESSION_ID, CLAMBAKE_URL, ...rest } = environment;
  return rest;
}

/** The last lines that a server wrote, for people. */
function tailOf(log: string, from: number): string {
  const lines = readFileSync(log).subarray(from).toString('utf8').trimEnd().split('\n').filter(Boolean);
  return lines.length === 0 ? `It wrote nothing to ${log}.` : `The end of ${log}:\n${lines.slice(-8).join('\n')}`;
}
