import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countProgress, listProgress } from '../../server/message/audience.ts';
import { type Agent, type Caller, startTestServer, type TestServer } from '../support/server.ts';
import { subscribe } from '../support/subscribe.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Receipts {
  message: {
    receiptCounts: { stored: number; delivered: number; read: number };
    receipts: {
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
      nodes: {
        state: string;
        deliveredAt: string | null;
        readAt: string | null;
        instance: { id: string; live: boolean; project: { name: string } };
      }[];
    };
  };
}
const query = `query ($id: ID!, $first: Int, $after: String) { message(id: $id) {
  receiptCounts { stored delivered read }
  receipts(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { state deliveredAt readAt instance { id live project { name } } }
  } } }`;

const receiptsOf = async (caller: Caller, id: string, page: Record<string, unknown> = {}) =>
  (await caller.do<Receipts>(query, { id, ...page })).message;

/** How far a message has come with each of them. */
async function statesOf(caller: Caller, id: string): Promise<Record<string, string>> {
  const { receipts } = await receiptsOf(caller, id);
  return Object.fromEntries(receipts.nodes.map(({ instance, state }) => [instance.id, state]));
}

const team = (project: string, size: number): Promise<Agent[]> =>
  Promise.all(Array.from({ length: size }, () => server.register(project)));

describe('the receipts of a message', () => {
  it('say for everybody it is for whether it is stored, delivered or read, and leave its sender out', async () => {
    const [ann, ben, cat, dan] = (await team('states', 4)) as [Agent, Agent, Agent, Agent];
    const id = await ann.send('states', 'how far');
    expect(await statesOf(ann, id)).toEqual({ [ben.id]: 'STORED', [cat.id]: 'STORED', [dan.id]: 'STORED' });
    await ben.inbox();
    await cat.read(id);
    expect(await statesOf(ann, id)).toEqual({ [ben.id]: 'DELIVERED', [cat.id]: 'READ', [dan.id]: 'STORED' });

    const { receipts, receiptCounts } = await receiptsOf(ann, id);
    expect(receiptCounts).toEqual({ stored: 1, delivered: 1, read: 1 });
    expect(receipts.totalCount).toBe(3);
    const of = (agent: Agent) => receipts.nodes.find(({ instance }) => instance.id === agent.id);
    expect(of(dan)).toMatchObject({ deliveredAt: null, readAt: null });
    expect(of(ben)).toMatchObject({ deliveredAt: expect.any(String), readAt: null });
    expect(of(cat)).toMatchObject({ deliveredAt: expect.any(String), readAt: expect.any(String) });
    expect(of(ben)?.instance).toEqual({ id: ben.id, live: true, project: { name: 'states' } });
  });

  it('call a message delivered that a subscription has handed over', async () => {
    const [ann, ben] = (await team('followed', 2)) as [Agent, Agent];
    const subscription = subscribe(ben, 'subscription { messageReceived { message { id } } }');
    await subscription.next();
    const id = await ann.send(ben.id, 'live');
    await subscription.next();
    await expect.poll(() => statesOf(ann, id)).toEqual({ [ben.id]: 'DELIVERED' });
    await subscription.end();
  });

  it('go on counting whoever received it and left, and forget whoever left without it', async () => {
    const [ann, ben, cat] = (await team('leaving', 3)) as [Agent, Agent, Agent];
    const id = await ann.send('leaving', 'to those who stay');
    await ben.inbox();
    await ben.leave();
    await cat.leave();
    expect(await statesOf(ann, id)).toEqual({ [ben.id]: 'DELIVERED' });
  });

  it('show the one instance that a message was addressed to, though it left without it', async () => {
    const [ann, ben] = (await team('direct', 2)) as [Agent, Agent];
    const id = await ann.send(ben.id, 'too late');
    await ben.leave();
    const { receipts } = await receiptsOf(ann, id);
    expect(receipts.nodes).toMatchObject([{ state: 'STORED', instance: { id: ben.id, live: false } }]);
  });

  it('count whoever comes later, unless the message has expired by then', async () => {
    const [ann, ben] = (await team('late', 2)) as [Agent, Agent];
    const lasting = await ann.send('late', 'lasting');
    const brief = await ann.send('late', 'brief', { expiresIn: '1s' });
    await expect.poll(() => ben.inbox(), { timeout: 5000 }).toEqual(['lasting']);
    const [cat] = (await team('late', 1)) as [Agent];
    expect(await statesOf(ann, lasting)).toEqual({ [ben.id]: 'DELIVERED', [cat.id]: 'STORED' });
    expect(Object.keys(await statesOf(ann, brief))).toEqual([ben.id]);
  });

  it('leave out who does not listen to the address', async () => {
    const [ann, ben] = (await team('here', 2)) as [Agent, Agent];
    const [other] = (await team('elsewhere', 1)) as [Agent];
    expect(await statesOf(ann, await ann.send('here', 'to the project'))).toEqual({ [ben.id]: 'STORED' });
    expect(await statesOf(ann, await ann.send(other.id, 'to one'))).toEqual({ [other.id]: 'STORED' });
    const all = await receiptsOf(ann, await ann.send('@all', 'to all'), { first: 100 });
    const ids = all.receipts.nodes.map(({ instance }) => instance.id);
    expect(ids).toEqual(expect.arrayContaining([ben.id, other.id]));
    expect(ids).not.toContain(ann.id);
    expect(all.receipts.totalCount).toBe(all.receiptCounts.stored);
  });

  it('come in pages, without a gap or a repetition', async () => {
    const agents = await team('pages', 8);
    const [ann, ...others] = agents as [Agent, ...Agent[]];
    const id = await ann.send('pages', 'paged');
    await others[3]?.read(id);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { receipts }: Receipts['message'] = await receiptsOf(ann, id, { first: 3, after });
      expect(receipts.totalCount).toBe(7);
      seen.push(...receipts.nodes.map(({ instance }) => instance.id));
      after = receipts.pageInfo.hasNextPage ? receipts.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual([...new Set(seen)]);
    expect([...seen].sort()).toEqual(others.map((agent) => agent.id).sort());

    const { message } = await ann.do<{ message: { receipts: { edges: { node: { instance: { id: string } } }[] } } }>(
      'query ($id: ID!) { message(id: $id) { receipts(last: 2) { edges { node { instance { id } } } } } }',
      { id },
    );
    expect(message.receipts.edges.map(({ node }) => node.instance.id)).toEqual(seen.slice(-2));
  });

  it('are for the sender and the operator: a recipient is told so', async () => {
    const [ann, ben] = (await team('private', 2)) as [Agent, Agent];
    const id = await ann.send(ben.id, 'who sees');
    for (const fields of ['receipts { totalCount }', 'receiptCounts { read }']) {
      expect(await ben.fail(`query ($id: ID!) { message(id: $id) { ${fields} } }`, { id })).toMatchObject({
        code: 'FORBIDDEN',
        message: `Message #${id} is from ${ann.id}: only its sender sees who received it, and ${ben.id} is not.`,
      });
    }
    expect(await statesOf(server.operator, id)).toEqual({ [ben.id]: 'STORED' });
    const fromHuman = await server.operator.do<{ sendMessage: { message: { id: string } } }>(
      'mutation ($to: String!) { sendMessage(to: $to, subject: "from the human") { message { id } } }',
      { to: ben.id },
    );
    const number = fromHuman.sendMessage.message.id;
    expect(await statesOf(server.operator, number)).toEqual({ [ben.id]: 'STORED' });
    expect((await ben.fail(query, { id: number })).message).toContain('is from human');
  });
});

it('receipts cost the same however many instances have left before', async () => {
  const [ann, ben] = (await team('crowded', 2)) as [Agent, Agent];
  const messages = [await ann.send('crowded', 'to the project'), await ann.send('@all', 'to all')];
  const client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  try {
    await client.query(`INSERT INTO clambake.instance (id, project_id, directory, started_at, last_seen_at, ended_at)
      SELECT 'gone-' || n, (SELECT project_id FROM clambake.instance WHERE id = '${ben.id}'), '/gone',
        now() - interval '2 days', now() - interval '1 day', CASE WHEN n % 2 = 0 THEN now() - interval '1 day' END
      FROM generate_series(1, 50000) AS n`);
    await client.query('ANALYZE clambake.instance');
    // With the values known, and with a plan made for any values: Postgres takes the one or the other.
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      await client.query(`SET plan_cache_mode = ${mode}`);
      for (const id of messages) {
        const before = await rowsRead(client);
        const page = { after: undefined, before: undefined, limit: 50, inverted: false };
        const listed = await listProgress(client, Number(id), server.config.staleAfter, page);
        expect(listed.map(({ instanceId }) => instanceId)).toContain(ben.id);
        await countProgress(client, Number(id), server.config.staleAfter);
        expect((await rowsRead(client)) - before).toBeLessThan(500);
      }
    }
  } finally {
    await client.end();
  }
});

/** How many rows and entries this connection has read of the table of instances and its indexes. */
async function rowsRead(client: pg.Client): Promise<number> {
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query<{ read: string }>(
    `SELECT t.seq_tup_read + sum(i.idx_tup_read) AS read
     FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid)
     WHERE t.schemaname = 'clambake' AND t.relname = 'instance' GROUP BY t.seq_tup_read`,
  );
  return Number(rows[0]?.read ?? 0);
}
