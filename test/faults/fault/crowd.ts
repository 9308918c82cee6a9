import type { Member } from '../client.ts';
import { type Cluster, withCluster } from '../cluster.ts';
import { inspect } from '../invariants.ts';
import { Ledger } from '../ledger.ts';
import { type Fault, type Outcome, percentile, type Scale } from '../outcome.ts';
import { Subscriber } from '../subscriber.ts';
import { Writer } from '../writer.ts';

/** Milliseconds that 95 of 100 sends take at most. */
const promised = 100;

/** No fault but many: everybody writes and everybody follows. */
export const crowd: Fault = {
  title: '200 instances, 50 sends each',
  run: (scale) => withCluster({}, async (cluster) => [await run(cluster, scale)]),
};

async function run(cluster: Cluster, scale: Scale): Promise<Outcome> {
  const [instances, sends, pause] = scale === 'long' ? [200, 50, 1_200] : [30, 6, 400];
  const projects = Math.ceil(instances / 10);
  const ledger = new Ledger();
  const members = await cluster.registerMany(instances, projects);
  const everywhere = () => [cluster.endpoint()];
  const subscribers = members.map((member, n) => new Subscriber(member, n % 2 === 0 ? 'ws' : 'sse', everywhere));
  try {
    for (let n = 0; n < subscribers.length; n += 20) {
      await Promise.all(subscribers.slice(n, n + 20).map((subscriber) => subscriber.start()));
    }
    await Promise.all(
      members.map((member, n) =>
        new Writer(member, ledger, everywhere).run(targets(members, n, sends), new AbortController().signal, {
          ...{ pause, count: sends },
        }),
      ),
    );
    const { databaseUrl } = cluster;
    const findings = await inspect({
      ...{ databaseUrl, endpoint: cluster.endpoint(), ledger, subscribers, readers: [], within: 30_000 },
    });
    const slow = percentile(ledger.sendTimes, 0.95);
    const violations = [...findings.violations, ...cluster.deaths()];
    if (ledger.passed.size > 0) violations.push(`sends failed at first: ${[...ledger.passed.keys()].join()}`);
    if (scale === 'long' && slow > promised) {
      violations.push(`95 of 100 sends took up to ${slow.toFixed()} ms, ${promised} are promised`);
    }
    const notes = [`sends: p50 ${percentile(ledger.sendTimes, 0.5).toFixed(1)} ms, p95 ${slow.toFixed(1)} ms`];
    return { fault: crowd.title, runs: 1, ...findings, violations, notes };
  } finally {
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
  }
}

/** Of fifty sends one to everybody, nine to the projects, forty to single instances. */
function targets(members: Member[], n: number, sends: number): string[] {
  return Array.from({ length: sends }, (_, i) => {
    const other = members[(n * 7 + i * 13 + 1) % members.length];
    if (i === n % sends) return '@all';
    return (i % 5 === 0 ? other?.project : other?.id) ?? '@all';
  });
}
