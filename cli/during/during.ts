import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { type Config, parseDuration, readConfig } from '../../server/config.ts';
import { resourceName } from '../../server/place/resource-name.ts';
import { lasting } from '../../server/relative-time.ts';
import { visibleLine } from '../../server/visible.ts';
import { CliError, ExitCode, isPassing } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { json } from '../output/json.ts';
import { report } from '../output/report.ts';
import { complain, print } from '../output/stream.ts';
import { Interrupted } from '../signals.ts';
import { beating } from './beating.ts';
import { type Ended, startCommand } from './child.ts';
import { connect } from './connect.ts';
import { type Keeper, startKeeper } from './keeper.ts';
import { patiently } from './patience.ts';
import { type Plan, resourcesOf } from './plan.ts';
import { type Held, type Objection, Requests } from './requests.ts';
import { Signals } from './signals.ts';

/** Milliseconds for which a server that is away is waited for once the command has ended. */
const longestDone = 30_000;

/** Milliseconds that a `done` on its way has left when somebody wants this to end. */
const lastCall = 1000;

/** Milliseconds after which it is said that this waits in line. */
const quiet = 1000;

/** What the command line gave. */
interface Given {
  resource: string[];
  subject: string;
  body?: string;
  to?: string;
  notice?: string;
  wait?: string;
  for?: string;
}

/** A `during` on its way. */
interface Run {
  config: Config;
  plan: Plan;
  requests: Requests;
  signals: Signals;
  /** Who it acts as. */
  as: string;
  command: readonly string[];
  given: Given;
  globals: LocalInput['globals'];
}

/** The same once the resources are held. */
interface Begun extends Run {
  /** The number of the warning; null where none was sent. */
  warning: string | null;
  held: Held;
  keeper: Keeper;
}

/**
 * `clambake during`: rules 1 to 3 of the protocol in one line. Warns, holds, runs a command, and says that it is done.
 * @returns the command's exit code; 3 where somebody objects or holds the resources, 128 and the signal where one came before
 */
export async function during({ globals, values, rest }: LocalInput): Promise<number> {
  const signals = new Signals();
  const stopping = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    signals.mean((signal) => {
      const reason = new Interrupted(signal);
      stopping.abort(reason);
      reject(reason);
    });
  });
  const beginning = prepare(values as unknown as Given, globals, rest, signals).then((run) =>
    begin(run, stopping.signal),
  );
  try {
    const begun = await Promise.race([beginning, interrupted]);
    return await carryOut(begun);
  } catch (error) {
    const exitCode = report(error, globals.json);
    return error instanceof Interrupted ? leave(exitCode) : exitCode;
  }
}

/** Ends this process at once. What it asked for may still be on its way: the watcher looks after that. */
async function leave(exitCode: number): Promise<never> {
  await new Promise((resolve) => process.stderr.write('', resolve));
  process.exit(exitCode);
}

async function prepare(
  given: Given,
  globals: LocalInput['globals'],
  command: readonly string[],
  signals: Signals,
): Promise<Run> {
  const [file = ''] = command;
  if (file.trim() === '') throw usageError('The command after -- is empty: give a program and its arguments.');
  const config = readConfig();
  const actor = await connect({ config, url: globals.url, as: globals.as });
  const as = actor.instance ?? 'human';
  const standpoint = { cwd: process.cwd(), session: actor.session };
  const plan: Plan = {
    run: randomUUID(),
    program: visibleLine(basename(file)),
    to: given.to ?? '@all',
    subject: given.subject,
    body: given.body ?? '',
    resources: given.resource.map((text) => resourceName(text, standpoint)),
    lasts: given.for ?? null,
  };
  const requests = new Requests(plan, () => connect({ config, url: globals.url, as }));
  return { config, plan, requests, signals, as, command, given, globals };
}

/** Everything before the command. Whatever ends it leaves nothing held: where an answer was lost, the watcher looks. */
async function begin(run: Run, signal: AbortSignal): Promise<Begun> {
  const { requests, plan, given, globals } = run;
  const warning = await warn(run, signal);
  signal.throwIfAborted();
  const keeper = await startKeeper(run.config.home, { plan, as: run.as, url: globals.url ?? null, pid: process.pid });
  signal.throwIfAborted();
  const wait = parseDuration(given.wait ?? '0s') ?? 0;
  const waiting =
    wait > 0 && setTimeout(() => say(run, `Waiting up to ${given.wait} for ${resourcesOf(plan)}.`), quiet);
  try {
    const held = await requests.open(wait, signal);
    keeper.tell({ held: { id: held.id, until: held.lasts === null ? null : Date.now() + held.lasts } });
    return { ...run, warning, held, keeper };
  } catch (error) {
    // Refused for certain: there is nothing to look for.
    if (error instanceof CliError && !isPassing(error)) keeper.tell({ finished: true });
    throw error;
  } finally {
    if (waiting) clearTimeout(waiting);
  }
}

/** @returns the number of the warning; null where none was to be sent @throws CliError where somebody objects */
async function warn({ requests, plan, given, ...run }: Run, signal: AbortSignal): Promise<string | null> {
  const notice = given.notice ?? '10s';
  const milliseconds = parseDuration(notice) ?? 0;
  if (milliseconds === 0) return null;
  say(run, `Warning ${visibleLine(plan.to)}, and waiting ${notice} for objections.`);
  const { id, objection } = await requests.warn(notice, milliseconds, signal);
  if (objection) throw objected(id, objection);
  return id;
}

function objected(warning: string, objection: Objection): CliError {
  const { id, from, type, subject, body } = objection;
  const text = `${from} objects to warning #${warning} with ${type.toLowerCase()} #${id}: ${subject.replaceAll('\n', ' ')}`;
  return new CliError(ExitCode.blocked, 'OBJECTION', [text, ...(body === '' ? [] : [body])].join('\n'), { objection });
}

async function carryOut(run: Begun): Promise<number> {
  const { requests, signals, command, plan, globals, warning, held, keeper } = run;
  say(run, `Holding ${resourcesOf(held)} (blocker #${held.id}).`);
  const begun = Date.now();
  const child = startCommand(command, globals.json ? 'stderr' : 'stdout');
  if (child.pid !== undefined) keeper.tell({ child: child.pid });
  signals.mean((signal) => child.pass(signal));
  let told = false;
  const stop = beating(requests, run.config.staleAfter, (error) => {
    if (!told) complain(`clambake: No sign of life could be given: ${visibleLine(String((error as Error).message))}\n`);
    told = true;
  });
  const ended = await child.ended;
  stop();
  const milliseconds = Date.now() - begun;
  const text = endingText(plan.program, ended, begun);
  keeper.tell({ ended: text });
  if (ended.failure !== null) complain(`clambake: ${text}\n`);
  const { done, settled } = await sendDone(run, text, held.lasts !== null && milliseconds > held.lasts);
  if (settled) keeper.tell({ finished: true });
  if (done !== null) say(run, `Done (#${done}): ${text}`);
  if (globals.json) {
    const { exitCode, signal, failure } = ended;
    const result = { warning, blocker: held.id, done, exitCode, signal, failure, milliseconds };
    await print(json(result, process.stdout.isTTY === true));
  }
  return settled ? ended.exitCode : leave(ended.exitCode);
}

/** What became of the `done`: its number, and whether anything is left to be done for it, by the watcher. */
interface Outcome {
  done: string | null;
  settled: boolean;
}

function sendDone({ requests, signals, held }: Begun, text: string, lapsed: boolean): Promise<Outcome> {
  const sending = patiently(
    () => requests.done(held.id, text, true),
    Date.now() + longestDone,
    ({ message }) => complain(`clambake: The done could not be sent yet: ${visibleLine(message)} Trying again.\n`),
  ).then(
    ({ id, ended }): Outcome => {
      if (!ended || lapsed) complain(`clambake: Blocker #${held.id} had ended before the command did.\n`);
      return { done: id, settled: true };
    },
    (error: unknown): Outcome => {
      if (!(error instanceof CliError)) throw error;
      const settled = !isPassing(error);
      const later = settled ? '' : ' It is tried further in the background; else the blocker ends with its time.';
      complain(`clambake: The done was not sent: ${visibleLine(error.message)}${later}\n`);
      return { done: null, settled };
    },
  );
  const hurried = new Promise<Outcome>((resolve) => {
    // What was pressed once more to end the command must not end this; whoever waits for a server that is away may go.
    signals.mean(() => setTimeout(() => resolve({ done: null, settled: false }), lastCall));
  });
  return Promise.race([sending, hurried]);
}

function endingText(program: string, { exitCode, signal, failure }: Ended, begun: number): string {
  if (failure === 'ENOENT') return `${program} cannot be found.`;
  if (failure !== null) return `${program} cannot be run: ${failure}.`;
  const after = `after ${lasting(new Date(begun).toISOString(), Date.now())}`;
  if (signal !== null) return `${program} was ended by ${signal} ${after}.`;
  return exitCode === 0 ? `${program} succeeded ${after}.` : `${program} failed with exit code ${exitCode} ${after}.`;
}

/** Tells people how it goes. Standard output is the command's. */
function say({ globals }: Pick<Run, 'globals'>, text: string): void {
  if (!globals.json) complain(`clambake: ${text}\n`);
}
