import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { commands } from '../../cli/generated/commands.ts';
import { type Answer, startServer, type TestServer } from './support.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

type Run = (server: TestServer, query: string, variables?: Record<string, unknown>) => Promise<Answer>;

const ways: Record<string, Run> = {
  HTTP: async (server, query, variables) => (await server.run(query, variables)).body,
  SSE: async (server, query, variables) => (await server.sse(query, variables)).events[0] ?? {},
  WebSocket: async (server, query, variables) => (await server.ws(query, variables))[0] ?? {},
};

const http: Run = async (server, query, variables) => (await server.run(query, variables)).body;

/** The nodes that an operation was refused for; undefined where it was let through (to fail, as this schema resolves nothing). */
async function refusedFor(
  server: TestServer,
  query: string,
  variables?: Record<string, unknown>,
  run = http,
): Promise<unknown> {
  const [error] = (await run(server, query, variables)).errors ?? [];
  if (error?.extensions.code === 'GRAPHQL_VALIDATION_FAILED') throw new Error(error.message);
  if (error?.extensions.code !== 'LIMIT_EXCEEDED') return undefined;
  expect(error.extensions).toEqual({ code: 'LIMIT_EXCEEDED', limit: expect.any(Number), found: expect.any(Number) });
  expect(error.message).toContain(`has ${error.extensions.found} nodes: at most ${error.extensions.limit} are allowed`);
  return error.extensions.found;
}

describe.each(Object.entries(ways))('over %s', (_way, run) => {
  test('pages in pages are refused for the nodes they multiply to, the second time as well', async () => {
    const server = await startServer({ schema });
    const query = `{ messages(first: 30) { nodes { thread(first: 30) { nodes { thread(first: 30) { nodes { id } } } } } } }`;
    for (let time = 0; time < 2; time += 1) {
      expect(await refusedFor(server, query, undefined, run)).toBe(10 + 30 * (1 + 10 + 30 * (1 + 10 + 30)));
    }
    await expect
      .poll(() => server.lines().find(({ msg }) => msg === 'operation'))
      .toMatchObject({ level: 'info', codes: ['LIMIT_EXCEEDED'] });
  });

  test('the size that counts is the one this request gives, not the one another gave for the same document', async () => {
    const server = await startServer({ schema });
    const query = 'query ($first: Int) { messages(first: 100) { nodes { thread(first: $first) { nodes { id } } } } }';
    expect(await refusedFor(server, query, { first: 50 }, run)).toBeUndefined();
    expect(await refusedFor(server, query, { first: 80 }, run)).toBe(10 + 100 * (1 + 10 + 80));
    expect(await refusedFor(server, query, {}, run)).toBeUndefined();
  });
});

describe('an operation', () => {
  test.each(commands.map((command) => [command.name, command] as const))(
    'of the command %s passes, with the longest page it takes',
    async (_name, { document, variables }) => {
      const first = variables.some(({ name }) => name === 'first') ? { first: 100 } : {};
      expect(await refusedFor(await startServer({ schema }), document, first)).toBeUndefined();
    },
  );

  test('that reads 100 messages, each with 50 of its conversation, passes', async () => {
    const command = commands.find(({ name }) => name === 'read');
    const server = await startServer({ schema });
    const ids = Array.from({ length: 100 }, (_, id) => String(id));
    expect(await refusedFor(server, command?.document ?? '', { ids })).toBeUndefined();
    const fragments = command?.document.slice(command.document.indexOf('fragment')) ?? '';
    const inbox = `{ inbox(first: 100) { nodes { ...MessageThread } } } ${fragments}`;
    expect(await refusedFor(server, inbox)).toBeUndefined();
  });

  test.each([
    [
      'aliases',
      `{ ${[1, 2, 3, 4].map((n) => `a${n}: messages(first: 100) { nodes { thread { nodes { id } } } }`).join(' ')} }`,
      12_440,
    ],
    ['edges', '{ messages(last: 100) { edges { node { thread(last: 100) { edges { node { id } } } } } } }', 11_110],
    [
      'fragments',
      '{ ...Q } fragment Q on Query { messages(first: 100) { ...C } } fragment C on MessageConnection { nodes { ... on Message { ... { thread(first: 90) { nodes { id } } } } } }',
      10_110,
    ],
    [
      'the default of a variable',
      'query ($n: Int = 90) { messages(first: 100) { nodes { thread(first: $n) { nodes { id } } } } }',
      10_110,
    ],
    [
      'pages of which only the length is asked',
      '{ messages(first: 100) { nodes { thread(first: 90) { totalCount } } } }',
      10_110,
    ],
    [
      'lists without pages',
      '{ recall(first: 100) { nodes { links { memory { links { memory { id } } } } } } }',
      84_110,
    ],
    [
      'the default of an argument',
      '{ memoryGraph { nodes { node { ... on Memory { links { memory { links { memory { id } } } } } } } } }',
      84_201,
    ],
    [
      'single objects',
      `{ a: messages(first: 100) { nodes { ...A } } b: messages(first: 100) { nodes { ...A } } }
       fragment A on Message { sender { id } replyTo { ...B } blocker { message { ...B } } }
       fragment B on Message { sender { id } replyTo { ...C } blocker { message { ...C } } }
       fragment C on Message { sender { id } replyTo { ...D } blocker { message { ...D } } }
       fragment D on Message { sender { id } }`,
      7420,
    ],
  ])('is refused for what it brings by %s', async (_what, query, nodes) => {
    expect(await refusedFor(await startServer({ schema }), query)).toBe(nodes);
  });

  test('is counted by itself where the document has others, and what no page may hold is left to its field', async () => {
    const server = await startServer({ schema });
    const large = 'query Large { messages(first: 100) { nodes { thread(first: 90) { nodes { id } } } } }';
    const response = await server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `query Small { me { kind } } ${large}`, operationName: 'Small' }),
    });
    expect(await response.text()).not.toContain('LIMIT_EXCEEDED');
    expect(await refusedFor(server, '{ messages(first: 1000000000) { nodes { id } } }')).toBeUndefined();
    expect(await refusedFor(server, '{ messages(first: -5) { nodes { id } } }')).toBeUndefined();
  });

  test('of fragments that spread each other twice is counted in no time', async () => {
    const fragments = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Message { ...F${n + 1} ... { ...F${n + 1} } }`,
    );
    const query = `{ message(id: 1) { ...F0 } } ${fragments.join(' ')} fragment F60 on Message { sender { id } }`;
    const since = performance.now();
    expect(await refusedFor(await startServer({ schema }), query)).toBe(2 ** 60 + 1);
    expect(performance.now() - since).toBeLessThan(2000);
  });

  test('that is refused gets the status of every refused document', async () => {
    const server = await startServer({ schema });
    const query = '{ messages(first: 100) { nodes { thread(first: 100) { nodes { id } } } } }';
    const deep = `{ messages { nodes { ${'replyTo { '.repeat(9)} id ${'} '.repeat(9)} } } }`;
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const [ours, others] = await Promise.all([query, deep].map((text) => server.run(text, {}, { accept })));
      expect(others?.body.errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
      expect(ours?.status).toBe(others?.status);
    }
  });
});
