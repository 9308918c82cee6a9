import { setTimeout as sleep } from 'node:timers/promises';
import { type Proxy as NetworkProxy, startProxy } from '../../support/proxy.ts';
import type { Endpoint } from '../client.ts';
import { withCluster } from '../cluster.ts';
import { type Load, underLoad } from '../load.ts';
import { type Fault, type Outcome, patience, percentile, type Scale } from '../outcome.ts';
import type { OwnPostgres } from '../own-postgres.ts';
import { StartupSwitch } from '../startup-switch.ts';

/** The backstop, and a little for the work, in milliseconds. */
const backstop = 1_000 + 150;
/** Milliseconds within which a server notices that its listener is cut off. */
const noticeWithin = 15_000;

/** The listener's connection goes silent without a reset: deliveries across replicas take the backstop second at most. */
export const silentListener: Fault = {
  title: "the listener's connection black-holed",
  async run(scale) {
    let listeners: NetworkProxy | undefined;
    let way: StartupSwitch | undefined;
    const reach = async (postgres: OwnPostgres, server: number): Promise<string> => {
      if (server === 0) return postgres.url;
      const proxy = await startProxy({ host: '127.0.0.1', port: postgres.port });
      listeners = proxy;
      way = new StartupSwitch((startup) => (startup.includes('clambake listener') ? proxy.port : postgres.port));
      await way.listen();
      return throughPort(postgres.url, way.port);
    };
    try {
      return await withCluster({ replicas: 2, reach }, async (cluster) => {
        const outcome = await underLoad(
          cluster,
          {
            ...{ fault: silentListener.title, writers: 4, subscribers: 6, pause: 100 },
            writeTo: () => [cluster.endpoint(0)],
            follow: () => [cluster.endpoint(1)],
          },
          (load) => silence(load, listeners, cluster.endpoint(1), scale),
        );
        return [outcome];
      });
    } finally {
      await way?.close();
      await listeners?.close();
    }
  },
};

async function silence(
  load: Load,
  listeners: NetworkProxy | undefined,
  endpoint: Endpoint,
  scale: Scale,
): Promise<void> {
  if (!listeners) throw new Error('There is no proxy.');
  load.runs = 1;
  const accepted = listeners.accepted;
  load.notes.push(accepted > 0 ? 'a listener listened' : 'no listener: every delivery took the backstop');
  const marks = load.subscribers.map(({ received }) => received.length);
  listeners.mode = 'blackhole';
  if (scale === 'long') await checkNotice(load, endpoint);
  await sleep(scale === 'long' ? 3_000 : 2_500);
  const meanwhile = load.subscribers.flatMap(({ received }, n) =>
    received.slice(marks[n]).map(({ subject, at }) => at - (load.ledger.acknowledged.get(subject)?.at ?? at)),
  );
  listeners.mode = 'pass';
  await sleep(1_000);
  const slowest = percentile(meanwhile, 1);
  load.notes.push(`meanwhile ${meanwhile.length} deliveries, the slowest in ${slowest.toFixed()} ms`);
  if (meanwhile.length === 0) load.violations.push('nothing was delivered while the listener was silent');
  if (slowest > backstop * patience(scale))
    load.violations.push(`a delivery took ${slowest.toFixed()} ms while the listener was silent`);
}

/** The server finds out by itself that nothing comes any more, and says so in its health. */
async function checkNotice(load: Load, { port }: Endpoint): Promise<void> {
  const begun = performance.now();
  const isListening = async (): Promise<boolean> => {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    return ((await response.json()) as { notifications?: string }).notifications === 'listening';
  };
  while ((await isListening()) && performance.now() < begun + 2 * noticeWithin) await sleep(100);
  const took = performance.now() - begun;
  load.notes.push(`noticed after ${took.toFixed()} ms`);
  if (took > noticeWithin) load.violations.push(`the silence was noticed after ${took.toFixed()} ms only`);
}

const spoils = {
  stall: async (proxy: NetworkProxy, milliseconds: number) => {
    proxy.mode = 'blackhole';
    await sleep(milliseconds);
    proxy.mode = 'pass';
    await sleep(300);
  },
  reset: async (proxy: NetworkProxy) => {
    proxy.reset();
    await sleep(300);
  },
  'one-byte chunks': async (proxy: NetworkProxy, milliseconds: number) => {
    proxy.mode = 'trickle';
    await sleep(milliseconds);
    proxy.mode = 'pass';
    await sleep(100);
  },
};

/** Stalls, resets and one-byte chunks between subscribers and their server, and between server and database. */
export const spoiledNetwork: Fault = {
  title: 'stall, reset, one-byte chunks',
  async run(scale) {
    const outcomes: Outcome[] = [];
    for (const where of ['database', 'ws', 'sse'] as const) outcomes.push(await spoil(where, scale));
    return outcomes;
  },
};

async function spoil(where: 'database' | 'ws' | 'sse', scale: Scale): Promise<Outcome> {
  const proxies: NetworkProxy[] = [];
  const open = async (port: number): Promise<NetworkProxy> => {
    const proxy = await startProxy({ host: '127.0.0.1', port });
    proxies.push(proxy);
    return proxy;
  };
  const reach = async ({ url, port }: OwnPostgres): Promise<string> => throughPort(url, (await open(port)).port);
  try {
    return await withCluster(where === 'database' ? { reach } : {}, async (cluster) => {
      const endpoint = cluster.endpoint();
      const proxy = proxies[0] ?? (await open(endpoint.port));
      const through: Endpoint = where === 'database' ? endpoint : { ...endpoint, port: proxy.port };
      const names = { database: 'the database', ws: 'WebSocket', sse: 'SSE' };
      return underLoad(
        cluster,
        {
          ...{ fault: `${spoiledNetwork.title} on ${names[where]}`, writers: 4, subscribers: 6, pause: 50 },
          ...(where === 'database' ? {} : { transport: where }),
          follow: () => [through],
        },
        async (load) => {
          for (let round = 0; round < (scale === 'long' ? 10 : 1); round += 1) {
            for (const spoilOnce of Object.values(spoils)) {
              await spoilOnce(proxy, scale === 'long' ? 2_000 : 500);
              load.runs += 1;
            }
          }
        },
      );
    });
  } finally {
    for (const proxy of proxies) await proxy.close();
  }
}

function throughPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
