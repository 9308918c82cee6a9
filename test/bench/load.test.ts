import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { hangUp } from '../faults/client.ts';
import { measureBacklog } from './backlog.ts';
import { measureDelivery } from './delivery.ts';
import { type OwnServer, startServer } from './own-server.ts';
import { slopeOf } from './resident/slope.ts';
import { measureResident } from './resident.ts';
import { measureStart } from './start.ts';

/** The same for all: starting one takes longer than they do. */
let servers: OwnServer[];

const serve = <Value>(work: (server: OwnServer) => Promise<Value>): Promise<Value> => work(servers[0] as OwnServer);

// They start servers, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  servers = await Promise.all([startServer(), startServer()]);
});

afterAll(async () => {
  hangUp();
  await Promise.all(servers.map(({ close }) => close()));
  vi.restoreAllMocks();
});

/** What does not hold but for figures that depend on what else the machine does. */
const counts = (broken: string[]): string[] => broken.filter((what) => !/ (ms|us|×|MB|MB\/min), promised /.test(what));

it('has the same inbox beside expired messages, and sends to all however many they are', async () => {
  const { figures, broken } = await measureBacklog(
    { reading: { messages: 900, rounds: 4 }, sending: { audiences: [2, 6], rounds: 4 } },
    (_, work) => work(servers),
  );
  expect(counts(broken)).toEqual([]);
  expect(figures[0]?.rows.map(([name]) => name)).toContain(
    'inbox of 20 beside 900 expired messages: p50, against none',
  );
});

it('delivers every message once', async () => {
  const { data, broken } = await measureDelivery(
    {
      pace: { writers: 3, subscribers: 4, seconds: 1 },
      crowd: { some: 5, messages: 2, many: 8 },
      senders: { instances: 4, sends: 4 },
    },
    serve,
  );
  expect(counts(broken)).toEqual([]);
  const { pace, senders } = data as {
    pace: { sent: number; received: number };
    senders: { latency: { calls: number } };
  };
  expect(pace.sent).toBeGreaterThan(3);
  expect(pace.received).toBe(pace.sent * 4);
  expect(senders.latency.calls).toBe(16);
});

it('starts servers and runs every command', async () => {
  const { figures, broken } = await measureStart({ starts: { first: 1, later: 1 }, rounds: 1 }, serve);
  expect(counts(broken)).toEqual([]);
  expect(figures[0]?.rows).toHaveLength(2 + 1 + 5 * 2);
});

it('keeps a server busy, and looks at its memory', async () => {
  const { data, broken } = await measureResident(
    { idle: { subscribers: 3, seconds: 1 }, busy: { instances: 2, minutes: 0.05 } },
    serve,
  );
  expect(counts(broken)).toEqual([]);
  const { done, points } = (data as { busy: { done: Record<string, number>; points: number[][] } }).busy;
  expect(done).toEqual({ sends: done.inboxes, inboxes: expect.any(Number), failed: 0 });
  expect(done.sends).toBeGreaterThan(0);
  expect(points.length).toBeGreaterThan(1);
});

it('takes for growth what a line through the figures rises', () => {
  const rising = [0, 1, 2, 3, 4].map((minute) => [minute, 100 + 2.5 * minute + (minute % 2)] as const);
  expect(slopeOf(rising)).toBeCloseTo(2.5);
  expect(slopeOf([[1, 100]])).toBeNaN();
});
