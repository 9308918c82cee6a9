import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Member, must, post } from '../client.ts';
import { type Cluster, withCluster } from '../cluster.ts';
import { type Load, underLoad } from '../load.ts';
import { type Fault, patience, percentile, type Scale } from '../outcome.ts';
import { Subscriber } from '../subscriber.ts';

/** Instances register, follow and leave while others write to them: the audience rule holds for each of them. */
export const comingAndGoing: Fault = {
  title: 'sends racing register and deregister',
  run: (scale) =>
    withCluster({ replicas: 2 }, async (cluster) => [
      await underLoad(cluster, { fault: comingAndGoing.title, writers: 6, subscribers: 6, pause: 100 }, (load) =>
        // Six have each project, server and transport together once.
        comeAndGo(cluster, load, scale === 'long' ? 100 : 6),
      ),
    ]),
};

/** A transaction elsewhere stays open, with a number of its own and locks on rows that no message needs. */
export const openTransaction: Fault = {
  title: 'a long open write transaction elsewhere',
  run: (scale) =>
    withCluster({ replicas: 2 }, async (cluster) => [
      await underLoad(cluster, { fault: openTransaction.title, writers: 6, subscribers: 6, pause: 80 }, (load) =>
        holdOpen(cluster, load, scale),
      ),
    ]),
};

async function comeAndGo(cluster: Cluster, load: Load, times: number): Promise<void> {
  const [writer] = load.members;
  if (!writer) throw new Error('Nobody is there.');
  for (; load.runs < times; load.runs += 1) {
    const guest = await cluster.register(`project-${load.runs % 3}`, cluster.endpoint(load.runs % 2));
    await checkInbox(cluster, load, guest);
    const subscriber = new Subscriber(guest, load.runs % 2 === 0 ? 'ws' : 'sse', () => [cluster.endpoint()]);
    try {
      await subscriber.start();
      await sleep(200);
      await checkReceived(load, guest, subscriber);
      await leave(cluster, load, writer, guest);
      await checkEnded(load, guest, subscriber);
    } finally {
      await subscriber.stop();
    }
  }
}

/** Messages acknowledged so far that are for this instance, by the address they were sent to. */
function acknowledgedFor({ ledger }: Load, { id, project }: Member, since = 0): number[] {
  return [...ledger.acknowledged]
    .filter(([subject, { to }]) => ['@all', project, id].includes(to) && (ledger.begun.get(subject) ?? 0) > since)
    .map(([, message]) => message.id);
}

/** Whoever comes finds what was sent to everybody and to its project before (design: delivery), and nothing else. */
async function checkInbox(cluster: Cluster, load: Load, guest: Member): Promise<void> {
  const expected = acknowledgedFor(load, guest);
  const found = new Set<number>();
  for (let after: string | null = null; ; ) {
    const { inbox }: Inbox = await must<Inbox>(
      cluster.endpoint(1),
      guest.token,
      'query ($after: String) { inbox(first: 100, after: $after) { nodes { id to } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    for (const { id, to } of inbox.nodes) {
      found.add(Number(id));
      if (!['@all', guest.project, guest.id].includes(to)) load.violations.push(`the inbox holds #${id} to ${to}`);
    }
    if (!inbox.pageInfo.hasNextPage) break;
    after = inbox.pageInfo.endCursor;
  }
  const lacking = expected.filter((id) => !found.has(id));
  if (lacking.length > 0) load.violations.push(`a new inbox lacks ${lacking.length} of ${expected.length} messages`);
}

interface Inbox {
  inbox: { nodes: { id: string; to: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

async function checkReceived(load: Load, guest: Member, subscriber: Subscriber): Promise<void> {
  const expected = acknowledgedFor(load, guest, subscriber.connectedAt);
  const lacking = (): number[] => {
    const received = new Set(subscriber.received.map(({ id }) => id));
    return expected.filter((id) => !received.has(id));
  };
  for (const deadline = performance.now() + 5_000; lacking().length > 0 && performance.now() < deadline; ) {
    await sleep(20);
  }
  if (lacking().length > 0) load.violations.push(`a newcomer was not given ${lacking().join()}`);
}

/** Leaves while messages to it are on their way: each is taken or refused, and none is taken afterwards. */
async function leave(cluster: Cluster, load: Load, writer: Member, guest: Member): Promise<void> {
  const send = async (): Promise<string> => {
    const { data, errors } = await post<object>(cluster.endpoint(1), writer.token, {
      query: 'mutation ($to: String!) { sendMessage(to: $to, subject: "to a guest") { message { id } } }',
      variables: { to: guest.id },
    });
    return data ? 'taken' : (errors[0]?.extensions.code ?? 'nothing');
  };
  const racing = Array.from({ length: 4 }, send);
  await must(cluster.endpoint(0), guest.token, 'mutation { deregister { id } }');
  const late = await send();
  if (late !== 'UNKNOWN_RECIPIENT') load.violations.push(`a message to somebody who had left was ${late}`);
  for (const answer of await Promise.all(racing)) {
    if (!['taken', 'UNKNOWN_RECIPIENT'].includes(answer)) load.violations.push(`a message to a leaver was ${answer}`);
  }
}

/** A revoked token ends its live subscription. */
async function checkEnded(load: Load, guest: Member, { refused, received }: Subscriber): Promise<void> {
  for (const deadline = performance.now() + 3_000; refused.length === 0 && performance.now() < deadline; ) {
    await sleep(20);
  }
  if (!refused[0]?.includes('UNAUTHENTICATED')) {
    load.violations.push(`${guest.id} left, and its subscription ended with ${refused[0] ?? 'nothing'}`);
  }
  const ids = received.map(({ id }) => id);
  if (new Set(ids).size < ids.length) load.violations.push(`${guest.id} was given a message twice`);
}

async function holdOpen(cluster: Cluster, load: Load, scale: Scale): Promise<void> {
  await cluster.register('unrelated');
  const client = new pg.Client({ connectionString: cluster.databaseUrl, application_name: 'elsewhere' });
  await client.connect();
  load.runs = 1;
  try {
    await client.query('create table public.elsewhere (n int)');
    await client.query('begin');
    await client.query('insert into public.elsewhere select generate_series(1, 1000)');
    await client.query("select pg_current_xact_id(), id from clambake.project where key = 'unrelated' for update");
    await client.query("insert into clambake.project (name, key) values ('not yet', 'not yet')");
    const since = performance.now();
    await sleep(scale === 'long' ? 30_000 : 2_500);
    const meanwhile = load.subscribers.flatMap(({ received }) =>
      received.filter(({ at }) => at > since).map(({ subject, at }) => at - (load.ledger.begun.get(subject) ?? at)),
    );
    const slowest = percentile(meanwhile, 1);
    load.notes.push(`meanwhile ${meanwhile.length} deliveries, the slowest in ${slowest.toFixed()} ms`);
    if (meanwhile.length === 0) load.violations.push('nothing was delivered while the transaction was open');
    // Far below what a wait for the transaction would take, and above what another program on this machine can cause.
    if (slowest > 1_000 * patience(scale))
      load.violations.push(`a delivery took ${slowest.toFixed()} ms beside the transaction`);
    await client.query('rollback');
  } finally {
    await client.end();
  }
}
