import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, hangUp, type Member } from './client.ts';
import type { Cluster } from './cluster.ts';
import { type Findings, inspect } from './invariants.ts';
import { Ledger } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import { Reader } from './reader.ts';
import { Subscriber } from './subscriber.ts';
import { type Vitals, vitalsOf } from './vitals.ts';
import { Writer } from './writer.ts';

/** Who is there while something goes wrong. */
export interface LoadOptions {
  fault: string;
  writers: number;
  /** Half of them over WebSocket, half over SSE, unless one transport is named. */
  subscribers: number;
  transport?: 'ws' | 'sse';
  /** Milliseconds between two messages of one writer, on average. */
  pause: number;
  /** Bytes in the body of a message. */
  bytes?: number;
  projects?: number;
  /** Where the writer of this number sends. All servers unless given. */
  writeTo?: (n: number) => Endpoint[];
  /** Where the subscriber of this number follows. All servers, beginning with one after the other, unless given. */
  follow?: (n: number) => Endpoint[];
  /** Milliseconds that the last deliveries may take once the fault is over. */
  within?: number;
}

/** A load that runs. */
export interface Load {
  ledger: Ledger;
  subscribers: Subscriber[];
  writers: Writer[];
  members: Member[];
  /** How often the fault has been done: for the outcome. */
  runs: number;
  notes: string[];
  violations: string[];
}

/** Has instances write and follow while `fault` does its worst, then checks everything that was promised. */
export async function underLoad(
  cluster: Cluster,
  options: LoadOptions,
  fault: (load: Load) => Promise<void>,
): Promise<Outcome> {
  const { writers: writerCount, subscribers: subscriberCount, projects = 3, transport, pause, bytes = 10 } = options;
  const writeTo = options.writeTo ?? ((n) => cluster.endpoints(n));
  const follow = options.follow ?? ((n) => cluster.endpoints(n));
  const ledger = new Ledger();
  const authors = await cluster.registerMany(writerCount, projects);
  const members = await cluster.registerMany(subscriberCount, projects);
  const baseline = cluster.servers.map(({ pid }) => ({ pid, vitals: vitalsOf(pid) }));
  const subscribers = members.map((member, n) => {
    return new Subscriber(member, transport ?? (n % 2 === 0 ? 'ws' : 'sse'), () => follow(n));
  });
  const readers = subscribers.filter((_, n) => n % 3 === 0).map((each) => new Reader(each, () => cluster.endpoints()));
  const writers = authors.map((author, n) => new Writer(author, ledger, () => writeTo(n)));
  const load: Load = { ledger, subscribers, writers, members, runs: 0, notes: [], violations: [] };
  const stopWriting = new AbortController();
  setMaxListeners(writerCount * 2 + 10, stopWriting.signal);
  let writing: Promise<unknown> = Promise.resolve();
  try {
    await Promise.all(subscribers.map((subscriber) => subscriber.start()));
    writing = Promise.all(
      writers.map((writer, n) => writer.run(targetsFor(n, projects, members), stopWriting.signal, { pause, bytes })),
    );
    await sleep(200);
    await fault(load);
    stopWriting.abort();
    await writing;
    const findings = await inspect({
      ...{ databaseUrl: cluster.databaseUrl, endpoint: cluster.endpoint(), ledger, subscribers, readers },
      within: options.within ?? 15_000,
    });
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
    hangUp();
    const grown = await checkVitals(baseline);
    return outcomeOf(options.fault, load, findings, [...grown, ...cluster.deaths()], cluster.internalErrors());
  } finally {
    stopWriting.abort();
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
    await writing;
  }
}

function outcomeOf(fault: string, load: Load, findings: Findings, more: string[], logged: string[]): Outcome {
  const reconnections = load.subscribers.reduce((sum, { connections }) => sum + connections - 1, 0);
  const seen = [...load.ledger.passed].map(([code, count]) => `${code} ${count}`).join(', ');
  const ends = new Map<string, number>();
  for (const { ended } of load.subscribers) for (const [why, n] of ended) ends.set(why, (ends.get(why) ?? 0) + n);
  const ended = [...ends].map(([why, count]) => `${why} ${count}`).join(', ');
  return {
    fault,
    runs: load.runs,
    ...findings,
    violations: [...findings.violations, ...load.violations, ...more],
    notes: [
      ...load.notes,
      `${reconnections} reconnections`,
      ...(seen ? [`sends repeated after: ${seen}`] : []),
      ...(ended ? [`subscriptions ended by: ${ended}`] : []),
      ...logged,
    ],
  };
}

/** A mix of addresses: everybody, projects, single instances. */
function targetsFor(n: number, projects: number, members: Member[]): string[] {
  const one = (offset: number): string => members[(n * 3 + offset) % members.length]?.id ?? '@all';
  return [`project-${n % projects}`, one(0), '@all', one(1), `project-${(n + 1) % projects}`, one(2)].map(
    (_, index, all) => all[(index + n) % all.length] ?? '@all',
  );
}

/** Growth in MiB of resident memory that is no leak: what the runtime keeps once it has been busy. */
const memorySlack = 160;
/** Descriptors that may stay open a while: the pool's connections to Postgres. */
const descriptorSlack = 30;

/** Whether the servers that lived through the load hold about what they held before. */
export async function checkVitals(
  baseline: { pid: number | undefined; vitals: Vitals | undefined }[],
): Promise<string[]> {
  const grown: string[] = [];
  for (const { pid, vitals: before } of baseline) {
    let after = vitalsOf(pid);
    for (let tries = 0; tries < 20 && isGrown(before, after); tries += 1) {
      await sleep(250);
      after = vitalsOf(pid);
    }
    if (!isGrown(before, after)) continue;
    grown.push(
      `a server held ${before?.memory.toFixed()} MiB and ${before?.descriptors} descriptors before, ${after?.memory.toFixed()} and ${after?.descriptors} after`,
    );
  }
  return grown;
}

function isGrown(before: Vitals | undefined, after: Vitals | undefined): boolean {
  if (!before || !after) return false;
  return after.memory > before.memory + memorySlack || after.descriptors > before.descriptors + descriptorSlack;
}
