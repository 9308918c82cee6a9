import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../server/config.ts';
import { isAlive } from '../../server/database/process.ts';
import { CliError, ExitCode } from '../exit.ts';
import { parseObject } from '../reach/running.ts';
import { beating } from './beating.ts';
import { connect } from './connect.ts';
import type { News } from './keeper.ts';
import { patiently } from './patience.ts';
import { Requests } from './requests.ts';

/** Milliseconds for which a server that is away is waited for. */
const longest = 10 * 60_000;

/** Milliseconds after which a request that had been on its way when its sender died has had its effect. */
const settled = 2000;

/** Milliseconds between two looks whether the command still runs. */
const lookEvery = 250;

/**
 * `clambake during-watcher`: waits for the end of its standard input, which is the end of the `during` that started it. Where that had
 * not finished, waits for the command, whose hold it keeps alive, and sends the `done`.
 */
export async function watcher(): Promise<number> {
  const { order, held, child, ended, finished } = await readNews(process.stdin);
  if (finished || !order) return ExitCode.done;
  const config = readConfig();
  const { plan, as, url, pid } = order;
  const requests = new Requests(plan, () => connect({ config, as, url: url ?? undefined }));
  const until = Date.now() + longest;
  try {
    const blocker = held ?? (await patiently(() => findAfter(requests), until));
    if (!blocker) return ExitCode.done;
    const expiry = blocker.until ?? Number.POSITIVE_INFINITY;
    const runs = child !== undefined && ended === undefined;
    // Its time is over and the command runs on: then the blocker has ended by itself, and there is no done to be told.
    if (runs && !(await isGone(child, expiry, requests, config.staleAfter))) return ExitCode.done;
    const text = ended ?? orphaned(plan.program, pid, child !== undefined);
    await patiently(() => requests.done(blocker.id, text, false), Math.min(Date.now() + longest, expiry));
    return ExitCode.done;
  } catch (error) {
    // Nobody is there to be told. What is left lapses: with its time, or once the instance gives no more signs of life.
    if (error instanceof CliError) return error.exitCode;
    throw error;
  }
}

/** Everything that was told, once nobody is there any more to tell. */
async function readNews(input: AsyncIterable<Buffer | string>): Promise<News> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  return Object.assign({}, ...lines.map((line) => parseObject(line) ?? {})) as News;
}

/** Looks twice: the request may just have been on its way. */
async function findAfter(requests: Requests) {
  const found = await requests.find();
  if (!found) await sleep(settled);
  const held = found ?? (await requests.find());
  return held && { id: held.id, until: held.lasts === null ? null : Date.now() + held.lasts };
}

/** Waits until a process has ended, or until a time, in milliseconds since 1970. @returns whether it has ended */
async function isGone(pid: number, until: number, requests: Requests, staleAfter: number): Promise<boolean> {
  const stop = beating(requests, staleAfter, () => undefined);
  try {
    while (isAlive(pid) && Date.now() < until) await sleep(lookEvery);
    return !isAlive(pid);
  } finally {
    stop();
  }
}

function orphaned(program: string, pid: number, ran: boolean): string {
  return ran
    ? `clambake during (process ${pid}), which held this, has died. ${program} ran on and has ended; how is not known.`
    : `clambake during (process ${pid}), which held this, has died before ${program} began.`;
}
