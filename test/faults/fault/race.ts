import { setTimeout as sleep } from 'node:timers/promises';
import { type Member, must, post } from '../client.ts';
import { type Cluster, withCluster } from '../cluster.ts';
import { type Fault, type Outcome, percentile, type Scale } from '../outcome.ts';
import { query } from '../own-postgres.ts';

/** Instances that want the same at the same moment. */
const atOnce = 50;

/** Each of them overlaps with each. */
const wanted = ['race:/', 'race:src/', 'race:src/db/', 'race:src/db/pool.ts', 'RACE:src\\db\\pool.ts'];

const sendBlocker = `mutation ($resources: [String!]!, $wait: Duration) {
  sendMessage(to: "@all", type: BLOCKER, subject: "mine", resources: $resources, wait: $wait) { message { id } }
}`;

const releaseBlocker = 'mutation ($id: ID!) { releaseBlocker(id: $id) { open } }';

interface Blocked {
  message: string;
  extensions: { code: string; blockers?: { heldBy: string }[]; ahead?: number };
}

/** Many instances on two servers want resources that overlap: one holds them at every moment, and the line is served in order. */
export const race: Fault = {
  title: `${atOnce} race for overlapping resources`,
  run: (scale) =>
    withCluster({ replicas: 2 }, async (cluster) => {
      const members = await cluster.registerMany(atOnce, 1);
      return [await raceAll(cluster, members, scale), await lineUp(cluster, members, scale)];
    }),
};

/** @returns the number of the blocker, or why there is none */
async function take(cluster: Cluster, member: Member, n: number, resources: string[], wait?: string) {
  const answer = await post<{ sendMessage: { message: { id: string } } }>(
    cluster.endpoint(n % 2),
    member.token,
    { query: sendBlocker, variables: { resources, wait } },
    120_000,
  );
  return { id: answer.data?.sendMessage?.message.id, error: answer.errors[0] as Blocked | undefined };
}

async function raceAll(cluster: Cluster, members: Member[], scale: Scale): Promise<Outcome> {
  const rounds = scale === 'long' ? 100 : 4;
  const outcome = empty(race.title);
  for (; outcome.runs < rounds; outcome.runs += 1) {
    const begun = performance.now();
    const answers = await Promise.all(
      members.map(async (member, n) => {
        const resource = wanted[Math.floor(Math.random() * wanted.length)] ?? 'race:/';
        const answer = await take(cluster, member, n, [resource]);
        outcome.latencies.push(performance.now() - begun);
        return { member, n, ...answer };
      }),
    );
    const winners = answers.filter(({ id }) => id !== undefined);
    const [winner] = winners;
    outcome.messages += winners.length;
    outcome.duplicated += Math.max(0, winners.length - 1);
    outcome.missed += winner ? 0 : 1;
    for (const { member, id, error } of answers) {
      if (id !== undefined) continue;
      const told = error?.extensions.blockers?.map(({ heldBy }) => heldBy).join();
      if (error?.extensions.code === 'BLOCKED' && told === winner?.member.id) continue;
      outcome.violations.push(`${member.id} was told ${JSON.stringify(error)}, and ${winner?.member.id} had won`);
    }
    for (const { member, n, id } of winners) await must(cluster.endpoint(n % 2), member.token, releaseBlocker, { id });
  }
  return outcome;
}

async function lineUp(cluster: Cluster, members: Member[], scale: Scale): Promise<Outcome> {
  const rounds = scale === 'long' ? 20 : 1;
  const outcome = empty(`${atOnce} wait in line for them`);
  const owner = await cluster.register('race');
  for (; outcome.runs < rounds; outcome.runs += 1) {
    const { id } = await take(cluster, owner, 0, ['race:src/db/pool.ts']);
    let inside = 0;
    const served: string[] = [];
    let released = 0;
    const all = members.map(async (member, n) => {
      const answer = await take(cluster, member, n, [wanted[n % wanted.length] ?? 'race:/'], '2m');
      if (answer.id === undefined) {
        outcome.missed += 1;
        outcome.violations.push(`${member.id} was not served: ${JSON.stringify(answer.error)}`);
        return;
      }
      inside += 1;
      if (inside > 1) outcome.duplicated += 1;
      outcome.messages += 1;
      served.push(member.id);
      outcome.latencies.push(performance.now() - released);
      // Long enough for another one to be seen inside.
      await sleep(5);
      inside -= 1;
      released = performance.now();
      await must(cluster.endpoint(n % 2), member.token, releaseBlocker, { id: answer.id });
    });
    const line = await wholeLine(cluster, members.length);
    released = performance.now();
    await must(cluster.endpoint(0), owner.token, releaseBlocker, { id });
    await Promise.all(all);
    if (served.join() !== line.join()) {
      outcome.violations.push(`they were served as ${served.join()}, and had come as ${line.join()}`);
    }
  }
  outcome.notes.push(`from one release to the next holder: p50 ${percentile(outcome.latencies, 0.5).toFixed(1)} ms`);
  return outcome;
}

/** The instances that wait, in order, once all do. */
async function wholeLine(cluster: Cluster, count: number): Promise<string[]> {
  for (const deadline = performance.now() + 60_000; ; await sleep(20)) {
    const rows = await query<{ instance_id: string }>(
      cluster.databaseUrl,
      'select instance_id from clambake.waiter order by id',
    );
    if (rows.length === count) return rows.map(({ instance_id: id }) => id);
    if (performance.now() > deadline) throw new Error(`${rows.length} of ${count} wait.`);
  }
}

function empty(fault: string): Outcome {
  return { fault, runs: 0, messages: 0, missed: 0, duplicated: 0, latencies: [], violations: [], notes: [] };
}
