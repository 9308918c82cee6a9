import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Context } from '../../server/context.ts';
import { type GraphRequest, keyOf, memoryGraph } from '../../server/memory/graph.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';
import { type Ground, lay, walk, worlds } from './graph-model.ts';

let server: TestServer;
let ann: Agent;
let ben: Agent;
let eve: Agent;
let pool: pg.Pool;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('doc-db');
  ben = await server.register('website');
  eve = await server.register('elsewhere');
  pool = new pg.Pool({ connectionString: server.database.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await server.close();
});

interface Graph {
  truncated: boolean;
  nodes: { key: string; distance: number; title: string; node: { __typename: string } }[];
  edges: { from: string; to: string; kind: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
}
const graphQuery = `query ($focus: ID, $project: String, $depth: Int! = 3, $kinds: [MemoryLinkKind!], $include: [GraphInclude!], $first: Int! = 100, $after: String) {
  memoryGraph(focus: $focus, project: $project, depth: $depth, kinds: $kinds, include: $include, first: $first, after: $after) {
    truncated nodes { key distance title node { __typename ... on Memory { id project { name } } ... on Message { id from sender { id } } } }
    edges { from to kind } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
const ask = async (agent: Pick<Agent, 'do'>, question: Record<string, unknown>): Promise<Graph> =>
  (await agent.do<{ memoryGraph: Graph }>(graphQuery, question)).memoryGraph;
const keys = ({ nodes }: Graph): string[] => nodes.map(({ key }) => key);

const store = async (agent: Agent, memory: Record<string, unknown>): Promise<string> =>
  (
    await agent.do<{ remember: { id: string } }>(
      `mutation ($type: MemoryType! = FIX, $title: String!, $fixes: [String!], $relatesTo: [String!], $source: ID) {
        remember(type: $type, title: $title, content: "c", fixes: $fixes, relatesTo: $relatesTo, source: $source) { id } }`,
      memory,
    )
  ).remember.id;

describe('a graph', () => {
  it('leads from any of blocker, done, fix and issue to the other three', async () => {
    const issue = await ann.remember('ISSUE', 'the issue');
    const blocker = await ann.send('@all', 'the blocker', { type: 'BLOCKER' });
    const done = await ann.send('@all', 'the done', { type: 'DONE' });
    const fix = await store(ann, { title: 'the fix', fixes: [issue], source: done });
    const four = [`message:${blocker}`, `message:${done}`, `memory:${fix}`, `memory:${issue}`];
    for (const focus of [...four, issue]) {
      const graph = await ask(ben, { focus });
      expect(keys(graph).sort()).toEqual([...four].sort());
      expect(graph.edges).toEqual([
        { from: `memory:${fix}`, to: `memory:${issue}`, kind: 'FIXES' },
        { from: `memory:${fix}`, to: `message:${done}`, kind: 'CAME_FROM' },
        { from: `message:${done}`, to: `message:${blocker}`, kind: 'ENDS' },
      ]);
    }
    const { nodes } = await ask(ben, { focus: `message:${blocker}` });
    expect(nodes.map(({ distance, title }) => [distance, title])).toEqual([
      [0, 'the blocker'],
      [1, 'the done'],
      [2, 'the fix'],
      [3, 'the issue'],
    ]);
  });

  it('does not go through, nor tell of, a message between two others', async () => {
    const secret = await ann.send(ben.id, 'between two');
    const answer = await ben.send(ann.id, 'an answer between two', { replyTo: secret });
    const near = await store(ann, { title: 'near', source: secret });
    const far = await store(ben, { title: 'far', source: answer });
    const seen = await ask(ann, { focus: near });
    expect(keys(seen)).toEqual([`memory:${near}`, `message:${secret}`, `message:${answer}`, `memory:${far}`]);
    expect(keys(await ask(server.operator, { focus: far }))).toHaveLength(4);
    const hidden = await ask(eve, { focus: near, include: ['INSTANCES'] });
    expect(keys(hidden)).toEqual([`memory:${near}`, `instance:${ann.id}`]);
    expect(hidden.edges).toEqual([{ from: `instance:${ann.id}`, to: `memory:${near}`, kind: 'WROTE' }]);
    expect(hidden.truncated).toBe(false);
    const question = { focus: `message:${secret}` };
    expect(await eve.fail(graphQuery, question)).toMatchObject({ code: 'NOT_FOUND' });
    expect(keys(await ask(eve, { project: 'doc-db' }))).not.toContain(`memory:${near}`);
    expect(keys(await ask(ann, { project: 'doc-db' }))).toContain(`memory:${near}`);
  });

  it('has files, tags and instances where they are asked for, and goes no further from them', async () => {
    const one = await ann.remember('PATTERN', 'with a file', { files: ['src/a.ts'], tags: ['Email', 'email'] });
    await ann.remember('PATTERN', 'with the same file', { files: ['src/a.ts'] });
    expect(keys(await ask(ann, { focus: one }))).toEqual([`memory:${one}`]);
    const graph = await ask(ann, { focus: one, depth: 0, include: ['TAGS', 'FILES', 'INSTANCES'] });
    expect(graph.nodes.map(({ key, distance, node }) => [key, distance, node.__typename])).toEqual([
      [`memory:${one}`, 0, 'Memory'],
      [`instance:${ann.id}`, 1, 'Instance'],
      ['file:src/a.ts', 1, 'MemoryFile'],
      ['tag:email', 1, 'MemoryTag'],
    ]);
    expect(graph.edges.map(({ kind }) => kind).sort()).toEqual(['TAGGED', 'TOUCHES', 'WROTE']);
  });

  it.each([
    ['focus', { focus: 'x' }],
    ['focus', { focus: 'tag:email' }],
    ['focus', { focus: 'message:' }],
    ['depth', { depth: 6 }],
    ['depth', { depth: -1 }],
    ['first', { first: 0 }],
    ['first', { first: 501 }],
    ['after', { after: 'x' }],
    ['after', { after: Buffer.from('[0,0,1,"\\u0000",1]').toString('base64url') }],
    ['after', { after: Buffer.from('[0,0,1,"",1e9]').toString('base64url') }],
  ])('refuses a wrong %s: %j', async (argument, question) => {
    expect(await ann.fail(graphQuery, question)).toMatchObject({ code: 'BAD_INPUT', extensions: { argument } });
  });

  it('of what is not there is not found', async () => {
    expect(await ann.fail(graphQuery, { focus: '999999' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await ann.fail(graphQuery, { focus: 'message:999999' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('follows the newest 1000 of 10,000 neighbours, says so, and does not hang', async () => {
    const hub = await ann.remember('ISSUE', 'a hub');
    await pool.query(
      `WITH made AS (INSERT INTO clambake.memory (project_id, type, title, content)
         SELECT project_id, 'FIX', 'spoke', 'c' FROM clambake.memory, generate_series(1, 10000) n WHERE id = $1 RETURNING id)
       INSERT INTO clambake.memory_link (from_id, to_id, kind) SELECT id, $1, 'FIXES' FROM made`,
      [hub],
    );
    const { rows } = await pool.query<{ id: number }>('SELECT max(id) AS id FROM clambake.memory');
    const newest = rows[0]?.id ?? 0;
    const found: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 5; pages++) {
      const page: Graph = await ask(ann, { focus: hub, depth: 5, first: 500, after });
      found.push(...keys(page));
      expect(page.truncated).toBe(true);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(found).toEqual([`memory:${hub}`, ...Array.from({ length: 1000 }, (_, n) => `memory:${newest - n}`)]);
  });

  it('loads what its nodes stand for with one query a kind', async () => {
    const chain: string[] = [];
    for (let n = 0; n < 8; n++) chain.push(await store(ann, { title: `chain ${n}`, relatesTo: chain.slice(-1) }));
    const queries = async (depth: number): Promise<number> => {
      const spy = vi.spyOn(pg.Client.prototype, 'query');
      try {
        await ask(ann, { focus: chain[0], depth });
        return spy.mock.calls.length;
      } finally {
        spy.mockRestore();
      }
    };
    await queries(5);
    expect(await queries(5)).toBe(await queries(1));
  });
});

describe('whatever lies in it, a graph', () => {
  let ground: Ground;
  let channelIds: number[];
  beforeAll(async () => {
    const { rows } = await pool.query<{ id: number; kind: string; instance_id: string | null; mine: boolean }>(
      `SELECT id, kind, instance_id, kind = 'ALL' OR instance_id = $1
         OR project_id = (SELECT project_id FROM clambake.instance WHERE id = $1) AS mine FROM clambake.channel`,
      [ann.id],
    );
    const channel = (is: (row: (typeof rows)[number]) => boolean): number => rows.find(is)?.id ?? 0;
    ground = {
      viewer: ann.id,
      another: ben.id,
      channels: {
        everybody: channel(({ kind }) => kind === 'ALL'),
        viewer: channel(({ instance_id }) => instance_id === ann.id),
        another: channel(({ instance_id }) => instance_id === ben.id),
      },
    };
    channelIds = rows.filter(({ mine }) => mine).map(({ id }) => id);
  });

  it('is what a walk step by step comes to, on one page and on many', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer({ min: 1, max: 4 }), async ({ world, question }, first) => {
        const laid = await lay(pool, ground, world);
        const expected = walk(laid, question);
        const viewer = question.seesAll ? { kind: 'operator' } : { kind: 'instance', id: ann.id, channelIds };
        const context = { database: { pool }, viewer } as unknown as Context;
        const { focus } = question;
        const request = {
          projectId: laid.projectId,
          focus: !focus
            ? null
            : 'memory' in focus
              ? String(laid.memoryIds[focus.memory])
              : `message:${laid.messageIds[focus.message]}`,
          depth: question.depth,
          kinds: question.kinds as GraphRequest['kinds'],
          include: question.include as GraphRequest['include'],
        };
        if (focus && expected.nodes.length === 0) {
          await expect(memoryGraph(context, { ...request, first: 500, after: null })).rejects.toThrow(
            'There is no message',
          );
          return;
        }
        for (const size of [500, first]) {
          const nodes: { key: string; distance: number }[] = [];
          const edges: string[] = [];
          for (let after: string | null = null, more = true; more; ) {
            const page = await memoryGraph(context, { ...request, first: size, after });
            expect(page.nodes.length).toBeLessThanOrEqual(size);
            nodes.push(...page.nodes.map((node) => ({ key: keyOf(node), distance: node.distance })));
            const known = new Set(nodes.map(({ key }) => key));
            for (const { from, to, kind } of page.edges) {
              expect(known.has(from) && known.has(to)).toBe(true);
              edges.push(`${from} ${kind} ${to}`);
            }
            expect(page.truncated).toBe(page.hasNextPage);
            more = page.hasNextPage;
            after = page.nodes.at(-1)?.cursor ?? null;
          }
          expect(nodes).toEqual(expected.nodes);
          expect(edges.sort()).toEqual(expected.edges);
        }
      }),
      { numRuns: 120 },
    );
  }, 120_000);
});
