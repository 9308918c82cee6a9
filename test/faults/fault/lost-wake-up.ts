import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, withCluster } from '../cluster.ts';
import { inspect } from '../invariants.ts';
import { Ledger } from '../ledger.ts';
import { type Fault, type Outcome, patience, type Scale } from '../outcome.ts';
import { query } from '../own-postgres.ts';
import { Subscriber } from '../subscriber.ts';
import { Writer } from '../writer.ts';

/** Milliseconds within which a message that nobody was told of has to arrive: the backstop, and a little for the work. */
const backstop = 1_000 + 150;

/**
 * The server that commits dies before it can wake anybody. Its subscribers get the message once it is back, those of
 * another replica without it.
 */
export const lostWakeUp: Fault = {
  title: 'killed between commit and wake-up',
  run: (scale) => withCluster({ replicas: 2 }, async (cluster) => [await run(cluster, scale)]),
};

async function run(cluster: Cluster, scale: Scale): Promise<Outcome> {
  const times = scale === 'long' ? 40 : 3;
  const ledger = new Ledger();
  const [author, near, far] = await cluster.registerMany(3, 1);
  if (!author || !near || !far) throw new Error('Three instances were wanted.');
  const committing = cluster.server(0);
  const subscribers = [
    // One that follows the server that dies, and one that follows the other.
    new Subscriber(near, 'ws', () => [cluster.endpoint(0)]),
    new Subscriber(far, 'sse', () => [cluster.endpoint(1)]),
  ];
  const writer = new Writer(author, ledger, () => [cluster.endpoint(0)]);
  const late: string[] = [];
  let between = 0;
  try {
    await Promise.all(subscribers.map((subscriber) => subscriber.start()));
    for (let n = 0; n < times; n += 1) {
      // Killed at the acknowledgement, or somewhere on the way to it.
      await writer.send('@all');
      const usual = ledger.sendTimes.at(-1) ?? 10;
      const sending = writer.send('@all');
      const subject = [...ledger.begun.keys()].at(-1) ?? '';
      await (n % 2 === 0 ? Promise.race([sending, sleep(2_000)]) : sleep(usual * (0.5 + Math.random())));
      await committing.kill();
      const killedAt = performance.now();
      const stored = await query(cluster.databaseUrl, 'select from clambake.message where subject = $1', [subject]);
      await committing.start();
      const readyAt = committing.readyAt;
      await sending;
      if (stored.length === 0) continue;
      between += 1;
      for (const [subscriber, since] of [
        [subscribers[0], readyAt],
        [subscribers[1], killedAt],
      ] as const) {
        const at = await arrival(subscriber, subject, since + 10_000);
        if (at === undefined || at - since > backstop * patience(scale)) {
          late.push(`a committed message took ${at === undefined ? 'for ever' : `${(at - since).toFixed()} ms`}`);
        }
      }
    }
    const { databaseUrl } = cluster;
    const findings = await inspect({
      ...{ databaseUrl, endpoint: cluster.endpoint(), ledger, subscribers, readers: [], within: 5_000 },
    });
    return {
      fault: lostWakeUp.title,
      runs: times,
      ...findings,
      violations: [...findings.violations, ...late, ...cluster.deaths()],
      notes: [`${between} of ${times} died after the commit`],
    };
  } finally {
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
  }
}

async function arrival(
  subscriber: Subscriber | undefined,
  subject: string,
  until: number,
): Promise<number | undefined> {
  for (;;) {
    const found = subscriber?.received.find((message) => message.subject === subject);
    if (found || performance.now() > until) return found?.at;
    await sleep(10);
  }
}
