import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Answer, startServer, type TestServer } from './support.ts';

type Run = (server: TestServer, query: string, variables?: Record<string, unknown>) => Promise<Answer>;

const ways: Record<string, Run> = {
  HTTP: async (server, query, variables) => (await server.run(query, variables)).body,
  SSE: async (server, query, variables) => (await server.sse(query, variables)).events[0] ?? {},
  WebSocket: async (server, query, variables) => (await server.ws(query, variables))[0] ?? {},
};

describe.each(Object.entries(ways))('over %s', (_way, run) => {
  const codeOf = async (query: string, variables?: Record<string, unknown>): Promise<unknown> => {
    const answer = await run(await startServer(), query, variables);
    expect(answer.errors?.[0]?.extensions).not.toHaveProperty('http');
    return answer.errors?.[0]?.extensions.code;
  };
  const deep = (levels: number): string => `{ ${'deeper {'.repeat(levels)} name ${'}'.repeat(levels)} }`;

  test('a query is answered', async () => {
    expect(await run(await startServer(), '{ me }')).toEqual({ data: { me: 'operator' } });
  });

  test('an operation is refused for what it asks too much of, and told how much is allowed', async () => {
    const server = await startServer();
    const aliases = Array.from({ length: 16 }, (_, n) => `a${n}: me`).join(' ');
    const documents: Record<string, string> = {
      '10 are allowed': `{ deep ${deep(9)} }`,
      '15 are allowed': `{ ${aliases} }`,
      '5 are allowed': `{ me ${'@include(if: true) '.repeat(6)} }`,
      '2000 are allowed': `{ ${'me '.repeat(2000)} }`,
    };
    for (const [limit, query] of Object.entries(documents)) {
      const [error] = (await run(server, query)).errors ?? [];
      expect(error?.extensions.code).toBe('LIMIT_EXCEEDED');
      expect(error?.message).toContain(limit);
      expect(error?.extensions).not.toHaveProperty('http');
    }
    expect((await run(server, `{ deep ${deep(8)} }`)).data).toBeTruthy();
    expect((await run(server, `{ ${aliases.replace('a0: ', '')} }`)).data).toBeTruthy();
  });

  test('limits hold for the second request of the same document, and through fragments', async () => {
    const server = await startServer();
    const query = `query { ...F } fragment F on Query { deep ${deep(9)} }`;
    for (let time = 0; time < 2; time += 1) {
      expect((await run(server, query)).errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
    }
  });

  test('the introspection of GraphiQL passes, an endless one does not', async () => {
    const server = await startServer();
    const query = getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true, specifiedByUrl: true });
    expect((await run(server, query)).errors).toBeUndefined();
    const endless = `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} }'.repeat(5)} } } }`;
    expect((await run(server, endless)).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('every mistake of the caller has its code', async () => {
    expect(await codeOf('{ me')).toBe('GRAPHQL_PARSE_FAILED');
    expect(await codeOf('{ nothing }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await codeOf('{ mode(mode: WRONG) }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await codeOf('query ($mode: Mode!) { mode(mode: $mode) }', { mode: 'WRONG' })).toBe('BAD_INPUT');
    expect(await codeOf('query ($text: String!) { echo(text: $text) }')).toBe('BAD_INPUT');
    expect(await codeOf('query A { me } query B { me }')).toBe('BAD_INPUT');
    expect(await codeOf('{ refused }')).toBe('BAD_INPUT');
    expect(await codeOf('{ coded }')).toBe('CONFLICT');
  });

  test('a bug is masked under an id, and the log has it under the same one without the text it quotes', async () => {
    const server = await startServer();
    const answer = await run(server, '{ me bug }');
    expect(answer.data).toEqual({ me: 'operator', bug: null });
    const [error] = answer.errors ?? [];
    expect(error).toMatchObject({ path: ['bug'], extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    const [, id] =
      /^Internal error\. The server's log has the details under id ([0-9a-f]{8})\.$/.exec(error?.message ?? '') ?? [];
    const [line] = server.lines().filter(({ errorId }) => errorId === id);
    expect(line).toMatchObject({ level: 'error', err: { name: 'TypeError', message: 'cannot handle "…"' } });
    expect(JSON.stringify(line)).toContain('support.ts');
    expect(server.lines().filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(server.logText()).not.toContain('the body of a message');
  });

  test('a lost database is said as such, to be tried again', async () => {
    const server = await startServer();
    for (const field of ['databaseGone', 'poolEmpty']) {
      const [error] = (await run(server, `{ ${field} }`)).errors ?? [];
      expect(error?.extensions).toEqual({ code: 'DATABASE_UNAVAILABLE', retryable: true });
      expect(error?.message).toContain('try again');
    }
  });

  test('the log has a line for the operation, with nothing of what was said', async () => {
    const server = await startServer();
    await run(server, 'query Ask($text: String!) { echo(text: $text) again: echo(text: "inline words") }', {
      text: 'secret words',
    });
    await expect
      .poll(() => server.lines().find(({ msg }) => msg === 'operation'))
      .toMatchObject({
        level: 'debug',
        operation: 'Ask',
        type: 'query',
        viewer: 'operator',
        ms: expect.any(Number),
      });
    expect(server.logText()).not.toMatch(/secret words|inline words|operator-token/);
  });
});

describe.each(Object.entries(ways).slice(1))('a subscription over %s', (way, run) => {
  const all = async (server: TestServer, query: string): Promise<Answer[]> =>
    way === 'SSE' ? (await server.sse(query)).events : await server.ws(query);

  test('brings every event in order and ends', async () => {
    const answers = await all(await startServer(), 'subscription { ticks(count: 100) }');
    expect(answers.map(({ data }) => data?.ticks)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  });

  test.each([
    ['breaks', 'INTERNAL_SERVER_ERROR'],
    ['losesDatabase', 'DATABASE_UNAVAILABLE'],
  ])('that %s half-way ends with a masked error', async (field, code) => {
    const server = await startServer();
    const [first, second] = await all(server, `subscription { ${field} }`);
    expect(first?.data).toEqual({ [field]: 1 });
    expect(second?.errors?.[0]?.extensions.code).toBe(code);
    expect(JSON.stringify(second)).not.toMatch(/bug|terminating|http/);
    expect(server.logText()).not.toContain('secret text');
    expect(server.lines().filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  test('that cannot start says so with a masked error', async () => {
    const answer = await run(await startServer(), 'subscription { neverStarts }');
    expect(answer.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  });
});
