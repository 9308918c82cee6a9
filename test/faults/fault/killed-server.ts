import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, withCluster } from '../cluster.ts';
import { type Load, underLoad } from '../load.ts';
import type { Fault } from '../outcome.ts';

/** kill -9 on the only server while it sends, again and again, on one home with its embedded Postgres. */
export const killedServer: Fault = {
  title: 'server killed with -9 mid-send',
  run: (scale) =>
    withCluster({ embedded: true }, async (cluster) => [
      await underLoad(cluster, { fault: killedServer.title, writers: 6, subscribers: 6, pause: 20 }, (load) =>
        killRepeatedly(cluster, load, scale === 'long' ? 100 : 3),
      ),
    ]),
};

async function killRepeatedly(cluster: Cluster, load: Load, times: number): Promise<void> {
  const server = cluster.server(0);
  let slowest = 0;
  for (; load.runs < times; load.runs += 1) {
    await sendsGoOn(load, 5);
    await sleep(50 * Math.random());
    await server.kill();
    const killedAt = performance.now();
    await server.start();
    slowest = Math.max(slowest, server.readyAt - killedAt);
  }
  load.notes.push(`it was up again after at most ${slowest.toFixed()} ms`);
  await sleep(300);
}

/** Waits until some more messages were acknowledged: else it would be the restarts that are tested, not the sends. */
async function sendsGoOn({ ledger }: Load, count: number): Promise<void> {
  const until = ledger.acknowledged.size + count;
  for (const deadline = performance.now() + 60_000; ledger.acknowledged.size < until; await sleep(5)) {
    if (performance.now() > deadline) throw new Error(`${count} sends took longer than 60 s.`);
  }
}

/** One of two replicas is killed: who followed it goes on at the other, behind its cursor. */
export const killedReplica: Fault = {
  title: 'one of two replicas killed',
  run: (scale) =>
    withCluster({ replicas: 2 }, async (cluster) => [
      await underLoad(cluster, { fault: killedReplica.title, writers: 6, subscribers: 10, pause: 40 }, async (load) => {
        for (; load.runs < (scale === 'long' ? 30 : 2); load.runs += 1) {
          const server = cluster.server(load.runs % 2);
          await sendsGoOn(load, 5);
          await server.kill();
          // The other one has everybody for a while.
          await sleep(500);
          await server.start();
          await sleep(200);
        }
      }),
    ]),
};
