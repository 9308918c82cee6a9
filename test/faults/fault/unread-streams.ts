import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Endpoint, Member } from '../client.ts';
import { type Cluster, withCluster } from '../cluster.ts';
import { type Load, underLoad } from '../load.ts';
import { type Fault, percentile, type Scale } from '../outcome.ts';
import { vitalsOf } from '../vitals.ts';

/** Bytes in the body of a message: enough of them to fill every buffer on the way. */
const bytes = 16 * 1024;
/** MiB that the server may grow by while a hundred readers do not read. */
const flat = 200;
/** Milliseconds below which twice the time says nothing. */
const noise = 30;

const query = 'subscription { messageReceived { cursor message { id subject body } } }';

/** Subscribers that never read: nobody else notices. */
export const unreadStreams: Fault = {
  title: '100 subscribers that never read',
  run: (scale) =>
    withCluster({}, async (cluster) => [
      await underLoad(cluster, { fault: unreadStreams.title, writers: 4, subscribers: 6, pause: 100, bytes }, (load) =>
        withoutReading(cluster, load, scale),
      ),
    ]),
};

async function withoutReading(cluster: Cluster, load: Load, scale: Scale): Promise<void> {
  const [count, milliseconds] = scale === 'long' ? [100, 30_000] : [30, 3_000];
  load.runs = count;
  await sleep(milliseconds / 4);
  const before = { tail: tailSince(load, 0), vitals: vitalsOf(cluster.server(0).pid) };
  const members = await cluster.registerMany(count, 3);
  const streams: { end(): void }[] = [];
  try {
    for (const [n, member] of members.entries()) {
      streams.push(await (n % 2 === 0 ? deafSocket : deafStream)(cluster.endpoint(), member));
    }
    const since = performance.now();
    // The largest it was: garbage comes and goes.
    let largest = 0;
    while (performance.now() < since + milliseconds) {
      await sleep(250);
      largest = Math.max(largest, vitalsOf(cluster.server(0).pid)?.memory ?? 0);
    }
    const tail = tailSince(load, since);
    const grown = largest - (before.vitals?.memory ?? largest);
    load.notes.push(
      `p99 ${before.tail.toFixed()} ms without them, ${tail.toFixed()} with them; memory grew by at most ${grown.toFixed()} MiB`,
    );
    if (grown > flat) load.violations.push(`the server grew by ${grown.toFixed()} MiB`);
    if (scale === 'long' && tail > Math.max(noise, 2 * before.tail)) {
      load.violations.push(`the others' p99 went from ${before.tail.toFixed()} to ${tail.toFixed()} ms`);
    }
  } finally {
    for (const stream of streams) stream.end();
  }
}

function tailSince({ subscribers, ledger }: Load, since: number): number {
  const latencies = subscribers.flatMap(({ received }) =>
    received
      .map(({ subject, at }) => ({ at, begun: ledger.begun.get(subject) ?? at }))
      .filter(({ begun }) => begun >= since)
      .map(({ at, begun }) => at - begun),
  );
  return percentile(latencies, 0.99);
}

async function deafSocket({ port, authority }: Endpoint, { token }: Member): Promise<{ end(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
    headers: { host: authority },
  });
  // Cut by the server in the end, as it should be.
  socket.on('error', () => socket.terminate());
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
  await once(socket, 'message');
  socket.pause();
  return { end: () => socket.terminate() };
}

function deafStream({ port, authority }: Endpoint, { token }: Member): Promise<{ end(): void }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...{ host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent: false },
      headers: {
        host: authority,
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
    });
    outgoing.on('error', reject);
    outgoing.once('response', (incoming) => {
      // Nobody reads it: it stays paused.
      incoming.on('error', () => outgoing.destroy());
      resolve({ end: () => outgoing.destroy() });
    });
    outgoing.end(JSON.stringify({ query }));
  });
}
