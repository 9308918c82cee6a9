import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { percentile } from '../faults/outcome.ts';
import { query, ServersPostgres } from '../faults/own-postgres.ts';
import { ServerProcess } from '../faults/server-process.ts';
import type { Bench, Figures, Options, Result } from './bench.ts';
import { startFloor } from './floor.ts';
import { processorTime } from './processor.ts';
import { type Asker, type Case, casesOf } from './requests/cases.ts';
import { type Loaded, load } from './requests/load.ts';
import { registerMembers, sendToAll } from './requests/members.ts';
import { filledHome } from './scale/home.ts';
import { projectName } from './scale/memory.ts';

const connections = 16;

/** Both sides are asked by turns, so that a machine that is faster at one time than at another is it for both. */
const rounds = 5;

/** With the microseconds of processor time that a request took of the server. */
type Timed = Loaded & { processor: number };

/** One case, beside its floor. */
export interface Measured {
  name: string;
  promise: number | undefined;
  ours: Timed;
  floor: Timed;
  ratio: number;
}

/** The environment of a server that writes a CPU profile into a file when it ends. */
const profiling = (file: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${new URL('profile.js', import.meta.url).href}`,
  BENCH_PROFILE: resolve(file),
});

/** The server, a process of its own with its embedded Postgres as it comes, beside a bare one on the same Postgres. */
export const requests: Bench = {
  name: 'requests',
  about: 'what agents ask all day, requests a second, beside bare node:http and one prepared statement; 3 minutes',
  async run({ only = '', seconds, profile }) {
    return result(
      await measureRequests({ memories: 5000, wanted: ({ name }) => name.includes(only), seconds, profile }),
    );
  },
};

export interface Extent extends Pick<Options, 'seconds' | 'profile'> {
  /** How many memories the database has. */
  memories: number;
  wanted(each: Case): boolean;
}

/** Takes the figures on a database of its own. */
export async function measureRequests(extent: Extent): Promise<Measured[]> {
  const home = await filledHome(extent.memories, undefined);
  try {
    const token = randomBytes(24).toString('hex');
    const server = new ServerProcess({
      CLAMBAKE_HOME: home.path,
      CLAMBAKE_TOKEN: token,
      ...(extent.profile === undefined ? {} : profiling(extent.profile)),
    });
    try {
      await server.start();
      const measured = await measure(server, token, await new ServersPostgres(home.path).url(), extent);
      if (server.deaths > 0) throw new Error(`The server ended: ${server.log.slice(-500)}`);
      return measured;
    } finally {
      await server.stop();
    }
  } finally {
    await home.close();
  }
}

async function measure(
  { port, pid }: ServerProcess,
  token: string,
  url: string,
  { wanted, seconds }: Pick<Extent, 'wanted' | 'seconds'>,
): Promise<Measured[]> {
  const endpoint = { port, authority: `127.0.0.1:${port}` };
  const members = await registerMembers(endpoint, token, projectName(1), connections);
  const [first] = members;
  if (!first) throw new Error('There is nobody to ask.');
  await sendToAll(endpoint, first, 60);
  const askers = await query<Asker & { allChannelId: number }>(
    url,
    `select i.id, i.project_id as "projectId", own.id as "ownChannelId", everybody.id as "allChannelId",
       array[own.id, everybody.id, of_project.id] as "channelIds"
     from clambake.instance i join clambake.channel own on own.instance_id = i.id
     join clambake.channel of_project on of_project.project_id = i.project_id, clambake.channel everybody
     where everybody.kind = 'ALL' and i.id <> $1 and i.ended_at is null`,
    [first.id],
  );
  const [asker] = askers;
  if (!asker) throw new Error('Nobody else is registered.');
  const tokens = members.map((member) => member.token);
  const cases = casesOf(askers, asker.allChannelId).filter(wanted);
  const floor = await startFloor(url, Object.fromEntries(cases.map((each, index) => [`/${index}`, [each.floor]])));
  try {
    const measured: Measured[] = [];
    for (const [index, each] of cases.entries()) {
      const of = (target: { port: number; path: string }, seconds: number): Promise<Loaded> =>
        load({ ...target, tokens, body: bodyOf(each), connections, seconds });
      const [ours, bare] = [
        { port, path: '/graphql' },
        { port: floor.endpoint.port, path: `/${index}` },
      ];
      const slice = Math.ceil(seconds / rounds);
      for (const target of [ours, bare]) await of(target, slice);
      const taken: Round[] = [];
      for (let round = 0; round < rounds; round += 1) {
        taken.push({
          ours: await timed(pid, () => of(ours, slice)),
          floor: await timed(floor.pid, () => of(bare, slice)),
        });
      }
      measured.push(judge(each, taken));
    }
    return measured;
  } finally {
    await floor.close();
  }
}

const bodyOf = ({ document, variables }: Case): string => JSON.stringify({ query: document, variables });

/** Also says what processor time each request took of a process; 0 where the system does not tell. */
async function timed(pid: number | undefined, run: () => Promise<Loaded>): Promise<Timed> {
  const before = processorTime(pid);
  const loaded = await run();
  const after = processorTime(pid);
  const total = before === undefined || after === undefined ? 0 : after - before;
  return { ...loaded, processor: (total / Math.max(loaded.answered, 1)) * 1000 };
}

/** What ran one after the other, on a machine that is as fast for the one as for the other. */
interface Round {
  ours: Timed;
  floor: Timed;
}

function judge({ name, promise }: Case, rounds: readonly Round[]): Measured {
  const [ours, floor] = [middleOf(rounds.map((round) => round.ours)), middleOf(rounds.map((round) => round.floor))];
  const ratio = percentile(
    rounds.map((round) => round.ours.perSecond / round.floor.perSecond),
    0.5,
  );
  console.log(
    `  ${name}: ${ours.perSecond.toFixed()} a second, floor ${floor.perSecond.toFixed()}, ratio ${ratio.toFixed(2)}, us ${ours.processor.toFixed()} and ${floor.processor.toFixed()}${ours.failed + floor.failed > 0 ? `, failed ${ours.failed} and ${floor.failed}` : ''}`,
  );
  return { name, promise, ours, floor, ratio };
}

/** The figures in the middle, each by itself; failures of all. */
function middleOf(all: readonly Timed[]): Timed {
  const middle = (figure: (one: Timed) => number): number => percentile(all.map(figure), 0.5);
  return {
    answered: all.reduce((sum, { answered }) => sum + answered, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    perSecond: middle(({ perSecond }) => perSecond),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    processor: middle(({ processor }) => processor),
  };
}

function result(measured: Measured[]): Result {
  const figures: Figures = {
    title: 'Requests a second',
    heading: ['16 connections', 'a second', 'of the floor', 'promised', 'floor', 'CPU us', 'floor', 'p50 ms', 'p99 ms'],
    rows: measured.map(({ name, promise, ours, floor, ratio }) => [
      name,
      ours.perSecond.toFixed(),
      ratio.toFixed(2),
      promise === undefined ? '–' : `≥ ${promise}`,
      floor.perSecond.toFixed(),
      ours.processor.toFixed(),
      floor.processor.toFixed(),
      ours.p50.toFixed(1),
      ours.p99.toFixed(1),
    ]),
    notes: [
      `Autocannon in a process of its own, on the same machine: ${rounds} rounds, the server and the floor by turns, and of each figure the one in the middle. The floor is bare \`node:http\` with one prepared statement that reads or writes the same rows: it looks up nobody’s token, parses no GraphQL and checks nothing. \`clambake …\` are the operations of the command line.`,
      'Where a promise is missed, `test/bench/requests/profile.md` says where the time goes, and what was tried.',
    ],
  };
  const broken = measured.flatMap(({ name, promise, ours, floor, ratio }) => [
    ...(promise !== undefined && !(ratio >= promise)
      ? [`${name}: ${ratio.toFixed(2)} of the floor, promised ${promise}`]
      : []),
    ...(ours.failed + floor.failed > 0 ? [`${name}: ${ours.failed + floor.failed} requests failed`] : []),
  ]);
  return { key: 'requests', figures: [figures], data: measured, broken };
}
