import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { hangUp } from '../faults/client.ts';
import { measureBacklog } from './backlog.ts';
import { measureDelivery } from './delivery.ts';
import { type OwnServer, startServer } from './own-server.ts';

/** The same for all: starting one takes longer than they do. */
let servers: OwnServer[];

const serve = <Value>(work: (server: OwnServer) => Promise<Value>): Promise<Value> => work(servers[0] as OwnServer);

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
  expect(figures[0]?.rows.map(([name]) => name)).toContain('inbox of 20, 900 expired messages: p50, ratio');
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
