import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { hangUp } from '../faults/client.ts';
import { measureDelivery } from './delivery.ts';
import { type OwnServer, withServer } from './own-server.ts';

/** One for all parts: starting one takes longer than they do. */
let server: OwnServer;
const serve = <Value>(work: (server: OwnServer) => Promise<Value>): Promise<Value> => work(server);
let done: () => void;
let served: Promise<void>;

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await new Promise<void>((started, failed) => {
    served = withServer(async (own) => {
      server = own;
      started();
      await new Promise<void>((resolve) => {
        done = resolve;
      });
    });
    served.catch(failed);
  });
});

afterAll(async () => {
  hangUp();
  done();
  await served;
  vi.restoreAllMocks();
});

/** What does not hold but for figures that depend on what else the machine does. */
const counts = (broken: string[]): string[] => broken.filter((what) => !/ (ms|us|×|MB|MB\/min), promised /.test(what));

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
    pace: { data: { sent: number; received: number } };
    senders: { data: { latency: { calls: number } } };
  };
  expect(pace.data.sent).toBeGreaterThan(3);
  expect(pace.data.received).toBe(pace.data.sent * 4);
  expect(senders.data.latency.calls).toBe(16);
});
