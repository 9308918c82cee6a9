import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, withCluster } from '../cluster.ts';
import { type Load, underLoad } from '../load.ts';
import { type Fault, type Outcome, patience, percentile, type Scale } from '../outcome.ts';

/** Milliseconds that 99 of 100 deliveries take at most while backends die. */
const promisedTail = 50;
/** Milliseconds until deliveries go on after Postgres was restarted. */
const promisedRecovery = 3_000;

/** pg_terminate_backend on a random connection of the servers, and on a listener's, every 250 ms. */
export const endedBackends: Fault = {
  title: 'pg_terminate_backend every 250 ms',
  run: (scale) =>
    withCluster({ replicas: 2 }, async (cluster) => {
      const options = { fault: endedBackends.title, writers: 12, subscribers: 20, pause: 150 };
      const outcome = await underLoad(cluster, options, (load) => endBackends(cluster, load, scale));
      const tail = percentile(outcome.latencies, 0.99);
      // What else this machine does decides on a short run.
      if (scale === 'long' && tail > promisedTail) {
        outcome.violations.push(`99 of 100 deliveries took up to ${tail.toFixed()} ms, ${promisedTail} are promised`);
      }
      return [outcome];
    }),
};

async function endBackends(cluster: Cluster, load: Load, scale: Scale): Promise<void> {
  const admin = new pg.Client({ connectionString: cluster.databaseUrl, application_name: 'fault' });
  await admin.connect();
  let listeners = 0;
  try {
    for (const end = performance.now() + (scale === 'long' ? 60_000 : 3_000); performance.now() < end; ) {
      // Two at once: one of the listeners', where there are any, and one of all the others.
      const { rows } = await admin.query<{ listener: boolean }>(
        `select pg_terminate_backend(pid), listener from (
           (select pid, true as listener from pg_stat_activity where datname = current_database() and application_name = 'clambake listener'
             order by random() limit 1)
           union all
           (select pid, false from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'clambake listener'
             order by random() limit 1)
         ) as victim`,
      );
      load.runs += rows.length;
      listeners += rows.filter(({ listener }) => listener).length;
      await sleep(250);
    }
  } finally {
    await admin.end();
  }
  load.notes.push(`${listeners} of them were listeners`);
}

/** Postgres dies as a whole and recovers: one of its own that somebody restarts, and the embedded one, which the server starts. */
export const restartedPostgres: Fault = {
  title: 'Postgres restarted (-m immediate)',
  async run(scale) {
    const outcomes: Outcome[] = [];
    for (const [kind, options] of [
      ['given', { replicas: 2 }],
      ['embedded', { embedded: true }],
    ] as const) {
      outcomes.push(
        await withCluster(options, (cluster) =>
          underLoad(
            cluster,
            { fault: `${restartedPostgres.title}, ${kind}`, writers: 6, subscribers: 10, pause: 40 },
            (load) => crashRepeatedly(cluster, load, scale),
          ),
        ),
      );
    }
    return outcomes;
  },
};

async function crashRepeatedly(cluster: Cluster, load: Load, scale: Scale): Promise<void> {
  let slowest = 0;
  const times = scale === 'long' ? 10 : 1;
  for (; load.runs < times; load.runs += 1) {
    const begun = performance.now();
    await cluster.postgres.crash();
    const sentBefore = load.ledger.acknowledged.size;
    // Recovered is: something new was acknowledged, and everybody got something new.
    const before = load.subscribers.map(({ received }) => received.length);
    const recovered = (): boolean =>
      load.ledger.acknowledged.size > sentBefore &&
      load.subscribers.every(({ received }, n) => received.length > (before[n] ?? 0));
    while (!recovered() && performance.now() < begun + 30_000) await sleep(20);
    slowest = Math.max(slowest, performance.now() - begun);
    await sleep(500);
  }
  load.notes.push(`deliveries went on after at most ${slowest.toFixed()} ms`);
  if (slowest > promisedRecovery * patience(scale)) {
    load.violations.push(`recovery took ${slowest.toFixed()} ms, ${promisedRecovery} are promised`);
  }
}
