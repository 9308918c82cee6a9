import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Agent, startReplica, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
let ben: Agent;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('doc-db');
  ben = await server.register('website');
});
afterAll(() => server.close());

const rememberMutation = `mutation ($type: MemoryType! = FIX, $title: String!, $content: String! = "c", $project: String, $global: Boolean! = false,
    $fixes: [String!], $supersedes: [String!], $relatesTo: [String!], $dependsOn: [String!], $contradicts: [String!], $resolve: Boolean,
    $source: ID, $clientKey: String) {
  remember(force: true, type: $type, title: $title, content: $content, project: $project, global: $global, fixes: $fixes, supersedes: $supersedes,
    relatesTo: $relatesTo, dependsOn: $dependsOn, contradicts: $contradicts, resolve: $resolve, source: $source, clientKey: $clientKey) { id }
}`;
const store = async (agent: Agent, memory: Record<string, unknown>): Promise<string> =>
  (await agent.do<{ remember: { id: string } }>(rememberMutation, memory)).remember.id;

interface Known {
  status: string;
  version: number;
  linkCount: number;
  links: { kind: string; direction: string; memory: { id: string } }[];
  revisions: { nodes: { version: number; status: string; from: string }[] };
}
const look = async (id: string): Promise<Known> =>
  (
    await ann.do<{ memory: Known }>(
      `query ($id: ID!) { memory(id: $id) { status version linkCount links { kind direction memory { id } }
        revisions { nodes { version status from } } } }`,
      { id },
    )
  ).memory;

const linkMutation =
  'mutation ($from: ID!, $kind: MemoryLinkKind!, $to: ID!) { linkMemories(from: $from, kind: $kind, to: $to) { from { id } to { id } } }';
const unlinkMutation =
  'mutation ($from: ID!, $kind: MemoryLinkKind!, $to: ID!) { unlinkMemories(from: $from, kind: $kind, to: $to) { removed } }';
const countMemories = async (): Promise<number> =>
  (
    await server.operator.do<{ recall: { totalCount: number } }>(
      '{ recall(status: [ACTIVE, RESOLVED, DEPRECATED, SUPERSEDED]) { totalCount } }',
    )
  ).recall.totalCount;

describe('a memory that is remembered with links', () => {
  it('bears on others by number and by title, of whatever case and with white space around it', async () => {
    const issue = await ann.remember('ISSUE', 'Pool exhausted after restarts');
    const decision = await ann.remember('DECISION', 'Chose pgbouncer, not pgpool');
    const lesson = await ben.remember('LESSON', 'Read the logs first', { global: true });
    const id = await store(ann, {
      title: 'Pool of 20',
      fixes: [issue],
      relatesTo: [`#${issue}`, '  read THE logs first '],
      dependsOn: ['chose PGBOUNCER, not pgpool', decision],
      contradicts: [decision],
    });
    const { links, linkCount } = await look(id);
    expect(links).toHaveLength(5);
    expect(linkCount).toBe(5);
    expect(links).toEqual(
      expect.arrayContaining([
        { kind: 'FIXES', direction: 'OUTGOING', memory: { id: issue } },
        { kind: 'RELATES_TO', direction: 'OUTGOING', memory: { id: issue } },
        { kind: 'RELATES_TO', direction: 'OUTGOING', memory: { id: lesson } },
        { kind: 'DEPENDS_ON', direction: 'OUTGOING', memory: { id: decision } },
        { kind: 'CONTRADICTS', direction: 'OUTGOING', memory: { id: decision } },
      ]),
    );
    expect((await look(issue)).status).toBe('ACTIVE');
  });

  it('is not stored at all where one of them cannot be found, nor is anything else changed', async () => {
    const issue = await ann.remember('ISSUE', 'stays as it is');
    const before = await countMemories();
    for (const wrong of [{ dependsOn: ['nothing of this name'] }, { relatesTo: ['999999'] }, { source: '999999' }]) {
      const memory = { title: 'never stored', fixes: [issue], supersedes: [issue], resolve: true, ...wrong };
      expect(await ann.fail(rememberMutation, memory)).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await countMemories()).toBe(before);
    expect(await look(issue)).toMatchObject({ status: 'ACTIVE', version: 1, links: [] });
  });

  it('resolves the issues that it fixes, each with a version by whoever fixed it', async () => {
    const issue = await ann.remember('ISSUE', 'to be resolved');
    const gotcha = await ann.remember('GOTCHA', 'no issue');
    await store(ben, { title: 'resolves', fixes: [issue, gotcha], resolve: true });
    expect(await look(issue)).toMatchObject({
      status: 'RESOLVED',
      revisions: {
        nodes: [
          { version: 2, status: 'RESOLVED', from: ben.id },
          { version: 1, status: 'ACTIVE', from: ann.id },
        ],
      },
    });
    expect((await look(gotcha)).version).toBe(1);
    for (const memory of [{ fixes: [gotcha] }, {}])
      expect(await ben.fail(rememberMutation, { title: 'x', resolve: true, ...memory })).toMatchObject({
        code: 'BAD_INPUT',
      });
  });

  it('takes the place of what it supersedes', async () => {
    const old = await ann.remember('ARCHITECTURE', 'Overview');
    await store(ben, { type: 'ARCHITECTURE', title: 'Overview', project: 'doc-db', supersedes: ['overview'] });
    expect(await look(old)).toMatchObject({ status: 'SUPERSEDED', version: 2 });
    expect((await look(old)).revisions.nodes[0]).toEqual({ version: 2, status: 'SUPERSEDED', from: ben.id });
  });

  it('takes at most 50 names of a kind', async () => {
    const relatesTo = Array.from({ length: 51 }, (_, n) => String(n + 1));
    expect(await ann.fail(rememberMutation, { title: 'x', relatesTo })).toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('a title', () => {
  it('is looked for in the project first, then among what is global, and nowhere else', async () => {
    const own = await ann.remember('GOTCHA', 'Same name');
    const global = await ann.remember('LESSON', 'Same name', { global: true });
    const other = await ben.remember('GOTCHA', 'Only on the website');
    const first = await store(ann, { title: 'a', relatesTo: ['same name'] });
    const second = await store(ben, { title: 'b', relatesTo: ['same name'] });
    const third = await store(ben, { title: 'c', type: 'LESSON', global: true, relatesTo: ['same name'] });
    expect((await look(first)).links).toMatchObject([{ memory: { id: own } }]);
    expect((await look(second)).links).toMatchObject([{ memory: { id: global } }]);
    expect((await look(third)).links).toMatchObject([{ memory: { id: global } }]);
    expect(await ann.fail(rememberMutation, { title: 'd', relatesTo: ['only on the website'] })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await ann.do(rememberMutation, { title: 'e', relatesTo: [other] })).toBeTruthy();
  });

  it('that several have names them all; an issue comes first where something fixes it', async () => {
    const issue = await ann.remember('ISSUE', 'Twice there');
    const feature = await ann.remember('FEATURE', 'twice there');
    expect(await ann.fail(rememberMutation, { title: 'x', relatesTo: ['TWICE THERE'] })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(`#${feature} (feature) "twice there", #${issue} (issue) "Twice there"`),
      extensions: {
        argument: 'relatesTo',
        suggestions: [
          { id: feature, type: 'FEATURE', title: 'twice there' },
          { id: issue, type: 'ISSUE', title: 'Twice there' },
        ],
      },
    });
    const fix = await store(ann, { title: 'fixes the issue', fixes: ['twice there'] });
    expect((await look(fix)).links).toMatchObject([{ kind: 'FIXES', memory: { id: issue } }]);
  });

  it('that none has lists the nearest, by edits and by shared words', async () => {
    const typed = await ann.remember('ISSUE', 'Zookeeper quorum lost');
    expect(await ann.fail(rememberMutation, { title: 'x', fixes: ['Zokeeper quorum lost'] })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(`#${typed} (issue) "Zookeeper quorum lost"`),
      extensions: { suggestions: [{ id: typed, type: 'ISSUE', title: 'Zookeeper quorum lost' }] },
    });
    const { extensions } = await ann.fail(rememberMutation, { title: 'x', fixes: ['why was the quorum gone today'] });
    expect(extensions.suggestions).toEqual([{ id: typed, type: 'ISSUE', title: 'Zookeeper quorum lost' }]);
  });

  it.each(['???', 'the', 'nullFilter', 'Ünïcode ÄÖ', '日本語のメモ', "it's 100% (a|b) & !c:*"])(
    'may be %j',
    async (title) => {
      const id = await ann.remember('PATTERN', title);
      const from = await store(ann, { title: `of ${title}`, relatesTo: [title.toLowerCase()] });
      expect((await look(from)).links).toMatchObject([{ memory: { id } }]);
    },
  );

  it('names both ends of a link, also where it is taken back', async () => {
    const from = await ann.remember('FIX', 'one end');
    const to = await ann.remember('ISSUE', 'other end');
    const ends = { from: 'One End', kind: 'FIXES', to: 'other end ' };
    expect(await ann.do(linkMutation, ends)).toEqual({ linkMemories: { from: { id: from }, to: { id: to } } });
    expect(await server.operator.do(unlinkMutation, ends)).toEqual({ unlinkMemories: { removed: true } });
    expect(await ben.fail(linkMutation, ends)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a request that is repeated', () => {
  it('gives the same memory, though its own title is that of what it superseded', async () => {
    const old = await ann.remember('DECISION', 'Repeated');
    const memory = { type: 'DECISION', title: 'Repeated', supersedes: ['repeated'], clientKey: 'l-1' };
    const ids = await Promise.all(Array.from({ length: 10 }, () => store(ann, memory)));
    expect(new Set(ids).size).toBe(1);
    expect(await store(ann, { ...memory, supersedes: [old] })).toBe(ids[0]);
    expect((await look(old)).version).toBe(2);
  });

  it('with other links, another source, or resolving other than before is a conflict', async () => {
    const issue = await ann.remember('ISSUE', 'of a repeated request');
    const message = await ann.send('@all', 'a source');
    const memory = { title: 'once', fixes: [issue], clientKey: 'l-2' };
    const id = await store(ann, memory);
    const others = [{ fixes: [] }, { supersedes: [issue] }, { fixes: [issue, id] }, { resolve: true }];
    for (const other of [...others, { source: message }])
      expect(await ann.fail(rememberMutation, { ...memory, ...other })).toMatchObject({ code: 'CONFLICT' });
    await ann.do(linkMutation, { from: id, kind: 'RELATES_TO', to: '1' });
    expect(await store(ann, memory)).toBe(id);
    const resolved = { title: 'resolved once', fixes: [issue], resolve: true, clientKey: 'l-3' };
    expect(await store(ann, resolved)).toBe(await store(ann, resolved));
    expect(await ann.fail(rememberMutation, { ...resolved, resolve: false })).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('superseding', () => {
  it('by a link changes the status, and taking back the last such link brings the one before it back', async () => {
    const old = await ann.remember('ISSUE', 'old');
    await ann.do('mutation ($id: ID!) { updateMemory(id: $id, status: RESOLVED) { id } }', { id: old });
    const [one, two] = [await ann.remember('ISSUE', 'new one'), await ann.remember('ISSUE', 'new two')];
    for (const from of [one, one, two]) await ben.do(linkMutation, { from, kind: 'SUPERSEDES', to: old });
    expect(await look(old)).toMatchObject({ status: 'SUPERSEDED', version: 3 });
    await ben.do(unlinkMutation, { from: one, kind: 'SUPERSEDES', to: old });
    expect(await look(old)).toMatchObject({ status: 'SUPERSEDED', version: 3 });
    await ben.do(unlinkMutation, { from: two, kind: 'SUPERSEDES', to: old });
    const { status, version, revisions } = await look(old);
    expect({ status, version }).toEqual({ status: 'RESOLVED', version: 4 });
    expect(revisions.nodes.map((node) => node.status)).toEqual(['RESOLVED', 'SUPERSEDED', 'RESOLVED', 'ACTIVE']);
  });

  it('leaves a status that was changed since as it is', async () => {
    const [old, next] = [await ann.remember('ISSUE', 'left old'), await ann.remember('ISSUE', 'left next')];
    await ann.do(linkMutation, { from: next, kind: 'SUPERSEDES', to: old });
    await ann.do('mutation ($id: ID!) { updateMemory(id: $id, status: DEPRECATED) { id } }', { id: old });
    await ann.do(linkMutation, { from: next, kind: 'SUPERSEDES', to: old });
    await ann.do(unlinkMutation, { from: next, kind: 'SUPERSEDES', to: old });
    expect((await look(old)).status).toBe('DEPRECATED');
  });

  it('in a circle is refused, and the error names the circle', async () => {
    const ids = [];
    for (const title of ['circle a', 'circle b', 'circle c']) ids.push(await ann.remember('ISSUE', title));
    const [a = '', b = '', c = ''] = ids;
    await ann.do(linkMutation, { from: a, kind: 'SUPERSEDES', to: b });
    await ann.do(linkMutation, { from: b, kind: 'SUPERSEDES', to: c });
    expect(await ann.fail(linkMutation, { from: c, kind: 'SUPERSEDES', to: a })).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`#${c} supersedes #${a} supersedes #${b} supersedes #${c}`),
    });
    expect(await look(a)).toMatchObject({ status: 'ACTIVE', linkCount: 1 });
    expect(await ann.fail(linkMutation, { from: a, kind: 'SUPERSEDES', to: a })).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('each other, at the same moment on two servers, is done by exactly one', async () => {
    const replica = await startReplica(server);
    try {
      const here = await server.register('race');
      const there = await replica.register('race');
      for (let round = 0; round < 10; round++) {
        const [a, b] = [await here.remember('ISSUE', `a ${round}`), await here.remember('ISSUE', `b ${round}`)];
        const answers = await Promise.all([
          here.ask(linkMutation, { from: a, kind: 'SUPERSEDES', to: b }),
          there.ask(linkMutation, { from: b, kind: 'SUPERSEDES', to: a }),
        ]);
        expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(['CONFLICT']);
        expect([(await look(a)).status, (await look(b)).status].sort()).toEqual(['ACTIVE', 'SUPERSEDED']);
      }
    } finally {
      await replica.close();
    }
  });

  it('and fixing many at once, in whatever order, never waits in a circle', async () => {
    const issues: string[] = [];
    for (let n = 0; n < 5; n++) issues.push(await ann.remember('ISSUE', `contended ${n}`));
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        store(n % 2 ? ann : ben, {
          title: `at once ${n}`,
          fixes: n % 2 ? issues : [...issues].reverse(),
          supersedes: n % 3 ? issues.slice(0, 2) : [],
          resolve: true,
        }),
      ),
    );
    for (const issue of issues) expect((await look(issue)).linkCount).toBeGreaterThanOrEqual(12);
    expect((await look(issues[4] ?? '')).version).toBe(2);
  });
});

describe('the links of a memory', () => {
  it('come in pages of their own size, with the count of all', async () => {
    const hub = await ann.remember('ISSUE', 'hub');
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    await client.query(
      `WITH made AS (INSERT INTO clambake.memory (project_id, type, title, content)
         SELECT project_id, 'FIX', 'spoke ' || n, 'c' FROM clambake.memory, generate_series(1, 60) n WHERE id = $1 RETURNING id)
       INSERT INTO clambake.memory_link (from_id, to_id, kind) SELECT id, $1, 'FIXES' FROM made`,
      [hub],
    );
    await client.end();
    const ask =
      'query ($id: ID!, $first: Int) { memory(id: $id) { linkCount links(first: $first) { memory { title } } } }';
    const sizes = [];
    for (const first of [undefined, null, 1, 500])
      sizes.push((await ann.do<{ memory: Known }>(ask, { id: hub, first })).memory.links.length);
    expect(sizes).toEqual([50, 50, 1, 60]);
    for (const first of [0, 501]) expect(await ann.fail(ask, { id: hub, first })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await ann.do(ask, { id: hub, first: 2 })).toEqual({
      memory: { linkCount: 60, links: [{ memory: { title: 'spoke 60' } }, { memory: { title: 'spoke 59' } }] },
    });
  });

  it('come for a whole list with as many queries as for one memory', async () => {
    const cat = await server.register('batch');
    const ids: string[] = [];
    for (let n = 0; n < 8; n++) ids.push(await store(cat, { title: `m${n}`, relatesTo: ids.slice(-3) }));
    const ask =
      'query ($first: Int!) { recall(project: "batch", first: $first) { nodes { linkCount links { kind memory { title project { name } tags } } source { id } } } }';
    const queries = async (first: number): Promise<number> => {
      const spy = vi.spyOn(pg.Client.prototype, 'query');
      try {
        await cat.do(ask, { first });
        return spy.mock.calls.length;
      } finally {
        spy.mockRestore();
      }
    };
    await queries(8);
    expect(await queries(8)).toBe(await queries(2));
  });
});

describe('citations', () => {
  const sendMutation =
    'mutation ($to: String!, $cites: [String!], $clientKey: String) { sendMessage(to: $to, subject: "cites", cites: $cites, clientKey: $clientKey) { message { id cites { id title } } } }';

  it('tie a message to memories, by number or title, each once and in order', async () => {
    const one = await ann.remember('FIX', 'cited, first');
    const two = await ann.remember('LESSON', 'cited second', { global: true });
    const { sendMessage } = await ann.do<{ sendMessage: { message: { id: string; cites: object[] } } }>(sendMutation, {
      to: '@all',
      cites: [two, 'Cited, first', `#${one}`],
    });
    expect(sendMessage.message.cites).toEqual([
      { id: one, title: 'cited, first' },
      { id: two, title: 'cited second' },
    ]);
    const cited = 'query ($id: ID!) { memory(id: $id) { citedBy { totalCount nodes { id subject } } } }';
    expect(await ben.do(cited, { id: one })).toEqual({
      memory: { citedBy: { totalCount: 1, nodes: [{ id: sendMessage.message.id, subject: 'cites' }] } },
    });
    expect(await ben.do('{ inbox { nodes { cites { id } } } }')).toMatchObject({
      inbox: { nodes: expect.arrayContaining([{ cites: [{ id: one }, { id: two }] }]) },
    });
  });

  it('of what is not there send nothing', async () => {
    const dan = await server.register('quiet');
    const before = await dan.inbox();
    expect(await ann.fail(sendMutation, { to: 'quiet', cites: ['1', '999999'] })).toMatchObject({ code: 'NOT_FOUND' });
    const many = Array.from({ length: 51 }, () => '1');
    expect(await ann.fail(sendMutation, { to: 'quiet', cites: many })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await dan.inbox()).toEqual(before);
  });

  it('are part of what a client key stands for, whatever became of the titles', async () => {
    await ann.remember('FIX', 'cited under a key');
    const sent = { to: '@all', cites: ['cited under a key'], clientKey: 'c-1' };
    const first = await ann.do(sendMutation, sent);
    await ann.remember('FIX', 'Cited under a key');
    expect(await ann.do(sendMutation, sent)).toEqual(first);
    expect(await ann.fail(sendMutation, { ...sent, cites: [] })).toMatchObject({ code: 'CONFLICT' });
    expect(await ann.fail(sendMutation, { ...sent, cites: ['1'] })).toMatchObject({ code: 'CONFLICT' });
  });

  it('and sources are shown to whoever may see the message, and to nobody else', async () => {
    const eve = await server.register('elsewhere');
    const secret = await ann.send(ben.id, 'between two');
    const id = await store(ben, { title: 'from a private message', source: secret });
    await ann.do(sendMutation, { to: ben.id, cites: [id] });
    const ask = 'query ($id: ID!) { memory(id: $id) { source { subject } citedBy { totalCount nodes { subject } } } }';
    const seen = {
      memory: { source: { subject: 'between two' }, citedBy: { totalCount: 1, nodes: [{ subject: 'cites' }] } },
    };
    for (const caller of [ann, ben, server.operator]) expect(await caller.do(ask, { id })).toEqual(seen);
    expect(await eve.do(ask, { id })).toEqual({ memory: { source: null, citedBy: { totalCount: 0, nodes: [] } } });
    expect(await eve.fail(rememberMutation, { title: 'x', source: secret })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keep their messages, and so do sources, where old ones are cleaned up', async () => {
    const cited = await ann.remember('FIX', 'kept by the clean-up');
    const citing = (
      await ann.do<{ sendMessage: { message: { id: string } } }>(sendMutation, { to: '@all', cites: [cited] })
    ).sendMessage.message.id;
    const source = await ann.send('@all', 'a source that stays');
    const plain = await ann.send('@all', 'goes');
    await store(ann, { title: 'with a source', source });
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    await client.query(`UPDATE clambake.message SET expires_at = now() - interval '30 days'`);
    await server.operator.do('mutation { cleanup { messages } }');
    const { rows } = await client.query<{ id: number }>(
      'SELECT id FROM clambake.message WHERE id = ANY ($1::int[]) ORDER BY id',
      [[citing, source, plain].map(Number)],
    );
    await client.end();
    expect(rows.map(({ id }) => String(id))).toEqual([citing, source]);
  });
});
