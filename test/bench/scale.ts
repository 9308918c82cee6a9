import { randomBytes } from 'node:crypto';
import { query, ServersPostgres } from '../faults/own-postgres.ts';
import { ServerProcess } from '../faults/server-process.ts';
import { ask } from './asking.ts';
import type { Bench, Figures, Result } from './bench.ts';
import { startFloor } from './floor.ts';
import { type Latency, takeTime } from './latency.ts';
import { type Case, casesOf } from './scale/cases.ts';
import { type Built, filledHome } from './scale/home.ts';

/** Milliseconds within which 95 of 100 answers are promised, by how many memories there are at most. */
const promises: { upTo: number; within: Record<NonNullable<Case['promise']>, number> }[] = [
  { upTo: 100_000, within: { search: 20, recall: 10, graph: 20 } },
  { upTo: 1_000_000, within: { search: 60, recall: 60, graph: 60 } },
];

/** Milliseconds for which one case is measured at most, and for which it is warmed up. */
const [longest, warming] = [60_000, 5_000];

interface Measured {
  name: string;
  limit: number | undefined;
  alone: Latency;
  eight: Latency;
  /** Of 100 planted answers. */
  found: number | undefined;
}

/** The server, a process of its own with its embedded Postgres as it comes, asked over HTTP beside a bare one. */
export const scale: Bench = {
  name: 'scale',
  about:
    'recall, search, graph and remember on 100,000 memories, or --memories N; 4 minutes, at 1,000,000 half an hour',
  async run({ memories, keep, only = '' }) {
    const home = await filledHome(memories, keep);
    try {
      const token = randomBytes(24).toString('hex');
      const server = new ServerProcess({ CLAMBAKE_HOME: home.path, CLAMBAKE_TOKEN: token });
      try {
        await server.start();
        const url = await new ServersPostgres(home.path).url();
        const measured = await measure(server, token, url, { memories, only });
        if (server.deaths > 0) throw new Error(`The server ended: ${server.log.slice(-500)}`);
        return result(memories, measured, await sizes(url), home.built);
      } finally {
        await server.stop();
      }
    } finally {
      await home.close();
    }
  },
};

async function measure(
  server: ServerProcess,
  token: string,
  url: string,
  { memories, only }: { memories: number; only: string },
): Promise<Measured[]> {
  const floor = await startFloor(url);
  try {
    const bare = Array.from(
      { length: 1000 },
      (_, number) => () => ask({ endpoint: floor.endpoint, token }, '', { number }),
    );
    const endpoint = { port: server.port, authority: `127.0.0.1:${server.port}` };
    const limits = promises.find(({ upTo }) => memories <= upTo)?.within;
    const measured: Measured[] = [];
    for (const each of [
      { name: 'floor: node:http and one prepared statement', calls: bare } satisfies Case as Case,
      ...casesOf({ endpoint, token }, memories).filter(({ name }) => name.includes(only)),
    ]) {
      measured.push(await measureCase(each, each.promise && limits?.[each.promise]));
    }
    return measured;
  } finally {
    // What was stored to see how long it takes: a kept database stays as it was made.
    await query(url, 'delete from clambake.memory where id > $1', [memories]);
    await floor.close();
  }
}

async function measureCase({ name, calls, found }: Case, limit: number | undefined): Promise<Measured> {
  const reasons = new Set<string>();
  const onFailure = (error: unknown): void => void reasons.add(String(error));
  await takeTime(calls, { inFlight: 4, within: warming, onFailure });
  if (found) [found.hits, found.of] = [0, 0];
  const alone = await takeTime(calls, { inFlight: 1, within: longest, onFailure });
  const eight = await takeTime(calls, { inFlight: 8, within: longest, onFailure });
  console.log(
    `  ${name}: p50/p95/p99 ${[alone.p50, alone.p95, alone.p99].map(ms).join('/')} ms, 8 in flight ${[eight.p50, eight.p95, eight.p99].map(ms).join('/')} ms`,
  );
  for (const reason of [...reasons].slice(0, 3)) console.log(`    failed: ${reason}`);
  return { name, limit, alone, eight, found: found && (found.hits / Math.max(found.of, 1)) * 100 };
}

/** Bytes of the database, and of the tables and indexes of memories. */
async function sizes(url: string): Promise<{ name: string; bytes: number }[]> {
  const rows = await query<{ name: string; bytes: string }>(
    url,
    `select 'database' as name, pg_database_size(current_database()) as bytes
     union all (
       select relname, case when relkind = 'i' then pg_relation_size(oid) else pg_table_size(oid) end from pg_class
       where relnamespace = 'clambake'::regnamespace and relkind in ('r', 'i') and relname ~ '^(memory|citation|message)'
       order by 2 desc)`,
  );
  return rows.map(({ name, bytes }) => ({ name, bytes: Number(bytes) })).filter(({ bytes }) => bytes > 2 ** 20);
}

function result(
  memories: number,
  measured: Measured[],
  stored: { name: string; bytes: number }[],
  built: Built,
): Result {
  const count = memories.toLocaleString('en');
  const speed: Figures = {
    title: `Speed at ${count} memories`,
    heading: ['milliseconds', 'p50', 'p95', 'promised', 'p99', '8 at once: p50', 'p95', 'p99', 'a second', 'found'],
    rows: measured.map(({ name, limit, alone, eight, found }) => [
      name,
      ...[alone.p50, alone.p95].map(ms),
      limit === undefined ? '–' : `< ${limit}`,
      ms(alone.p99),
      ...[eight.p50, eight.p95, eight.p99].map(ms),
      eight.perSecond.toFixed(),
      found === undefined ? '–' : `${found.toFixed(0)} %`,
    ]),
    notes: [
      'Round trips over HTTP of the operations that the command line sends, to a server in a process of its own with its embedded Postgres as it comes; whoever asks runs on the same machine. Warm: calls were made for five seconds before, so that the counts of many words are known. `found`: the memory that the question was made from is among the first five. Where a promise is missed, `test/bench/scale/profile.md` says where the time goes.',
    ],
  };
  const steps = Object.entries(built.seconds);
  const space: Figures = {
    title: `Space at ${count} memories`,
    heading: ['MiB', ''],
    rows: stored.map(({ name, bytes }) => [name, (bytes / 2 ** 20).toFixed()]),
    notes: [
      `Built in ${steps.reduce((sum, [, seconds]) => sum + seconds, 0).toFixed()} s: ${steps
        .filter(([, seconds]) => seconds >= 1)
        .map(([step, seconds]) => `${step} ${seconds.toFixed()} s`)
        .join(', ')}.`,
    ],
  };
  const broken = measured.flatMap(({ name, limit, alone, eight }) => [
    ...(limit !== undefined && !(alone.p95 < limit && alone.calls > 0)
      ? [`${name}: p95 ${ms(alone.p95)} ms, promised ${limit}`]
      : []),
    ...(alone.failed + eight.failed > 0 ? [`${name}: ${alone.failed + eight.failed} failed`] : []),
  ]);
  return { key: `scale ${memories}`, figures: [speed, space], data: { memories, measured, stored, built }, broken };
}

const ms = (time: number): string => (time < 100 ? time.toFixed(1) : time.toFixed());
