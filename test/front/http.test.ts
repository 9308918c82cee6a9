import { describe, expect, test } from 'vitest';
import { limits } from '../../server/front/limits.ts';
import { type Answer, rawRequest, startServer, token } from './support.ts';

const json = { 'content-type': 'application/json' };

describe('a request over HTTP', () => {
  test('is answered for the owner of the token', async () => {
    const server = await startServer();
    expect(await server.run('{ me }')).toEqual({ status: 200, body: { data: { me: 'operator' } } });
  });

  test.each([
    ['no token', ''],
    ['an unknown token', 'Bearer wrong'],
    ['another scheme', `Basic ${token}`],
  ])('with %s is refused with 401 before its document is read', async (_what, authorization) => {
    const server = await startServer();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...json, ...(authorization ? { authorization } : {}) },
      body: '{"query": "{ this is not GraphQL"}',
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('of the schema needs a token as well, and gets it with one', async () => {
    const server = await startServer();
    const query = '{ __schema { queryType { name } } }';
    expect((await server.run(query, {}, { authorization: '' })).status).toBe(401);
    expect((await server.run(query)).body.data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  test('may not run a mutation with GET', async () => {
    const server = await startServer();
    const response = await server.fetch(`/graphql?query=${encodeURIComponent('mutation { write(text: "x") }')}`);
    expect(response.status).toBe(405);
    expect(server.seen.ran).toBe(0);
    expect((await server.fetch(`/graphql?query=${encodeURIComponent('{ me }')}`)).status).toBe(200);
  });

  test('whose variables in the address are no JSON is told so', async () => {
    const server = await startServer();
    const response = await server.fetch(`/graphql?query=${encodeURIComponent('{ me }')}&variables=%7Bx`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_INPUT' } }] });
  });

  test('carries text of every script unharmed', async () => {
    const server = await startServer();
    const text = 'Grüße 🏃 \u0000 \u2028 "quoted" \\';
    const { body } = await server.run('query ($text: String!) { echo(text: $text) }', { text });
    expect(body.data?.echo).toBe(text);
  });

  test('that wants two operations at once is refused', async () => {
    const server = await startServer();
    const response = await server.fetch('/graphql', {
      method: 'POST',
      headers: json,
      body: '[{"query":"{me}"},{"query":"{me}"}]',
    });
    expect(response.status).toBe(400);
  });

  test('for a subscription that accepts no stream is told what to accept', async () => {
    const server = await startServer();
    const { status, body } = await server.run('subscription { ticks(count: 1) }');
    expect(status).toBe(406);
    expect(body.errors?.[0]?.message).toContain('text/event-stream');
  });

  test('elsewhere gets a 404 in JSON', async () => {
    const server = await startServer();
    const response = await server.fetch('/nowhere');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });
});

describe('the body of a request', () => {
  const post = async (
    headers: Record<string, string>,
    body: RequestInit['body'],
  ): Promise<{ status: number; code: unknown }> => {
    const server = await startServer();
    const init = { method: 'POST', headers, body: body ?? null, duplex: 'half' };
    const response = await server.fetch('/graphql', init);
    const answer = (await response.json()) as Answer;
    expect(server.seen.ran).toBe(0);
    return { status: response.status, code: answer.errors?.[0]?.extensions.code };
  };
  const large = JSON.stringify({ query: `{ echo(text: "${'x'.repeat(limits.bodyBytes)}") }` });

  test('may have 256 KiB', async () => {
    const server = await startServer();
    const text = 'x'.repeat(limits.bodyBytes - 100);
    const { body } = await server.run('query ($text: String!) { echo(text: $text) }', { text });
    expect(body.data?.echo).toBe(text);
  });

  test('is refused past that, announced or not', async () => {
    expect(await post(json, large)).toEqual({ status: 413, code: 'LIMIT_EXCEEDED' });
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < large.length; at += 50_000) controller.enqueue(Buffer.from(large.slice(at, at + 50_000)));
        controller.close();
      },
    });
    expect(await post(json, chunks)).toEqual({ status: 413, code: 'LIMIT_EXCEEDED' });
  });

  test.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/graphql',
    '',
  ])('is refused as %s, which a page of another site could send', async (type) => {
    const headers = type ? { 'content-type': type } : {};
    expect(await post(headers, Buffer.from('{"query":"mutation{write(text:\\"x\\")}"}'))).toEqual({
      status: 415,
      code: 'BAD_INPUT',
    });
  });

  test('is refused where it is packed, in another charset, not UTF-8 or not JSON', async () => {
    expect(await post({ ...json, 'content-encoding': 'gzip' }, 'x')).toMatchObject({ status: 415 });
    expect(await post({ 'content-type': 'application/json; charset=latin1' }, '{}')).toMatchObject({ status: 415 });
    expect(await post(json, Buffer.from([0x7b, 0xff, 0x7d]))).toEqual({ status: 400, code: 'BAD_INPUT' });
    expect(await post(json, '{"query": "secret')).toEqual({ status: 400, code: 'BAD_INPUT' });
  });

  test('is not repeated in the error about it', async () => {
    const server = await startServer();
    const response = await server.fetch('/graphql', { method: 'POST', headers: json, body: 'secret words' });
    expect(await response.text()).not.toContain('secret');
  });
});

describe('a request from another site', () => {
  const head = (host: string, more = ''): string => `
    GET /graphql?query=%7Bme%7D HTTP/1.1
    Host: ${host}
    Authorization: Bearer ${token}${more}`;

  test('is refused by its Host, which names the remedy', async () => {
    const server = await startServer();
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      '127.0.0.1:1',
      '0.0.0.0',
      `0.0.0.0:${server.port}`,
      '127.0.0.1@evil',
      '',
    ]) {
      const answer = await rawRequest(server, head(host));
      expect(answer).toMatch(/^HTTP\/1.1 421 /);
      expect(answer).toContain('CLAMBAKE_ALLOWED_HOSTS');
    }
  });

  test('is refused by its Host on /health too', async () => {
    const server = await startServer();
    expect(await rawRequest(server, 'GET /health HTTP/1.1\nHost: evil.example')).toMatch(/^HTTP\/1.1 421 /);
  });

  test('is told apart from one to any of the names the server has', async () => {
    const server = await startServer();
    const own = [
      `127.0.0.1:${server.port}`,
      `localhost:${server.port}`,
      `LOCALHOST:${server.port}`,
      `[::1]:${server.port}`,
    ];
    for (const host of [...own, 'proxy.example', 'proxy.example:8443']) {
      expect(await rawRequest(server, head(host))).toMatch(/^HTTP\/1.1 200 /);
    }
  });

  test('is refused by its Origin', async () => {
    const server = await startServer();
    const own = `127.0.0.1:${server.port}`;
    for (const origin of [
      'http://evil.example',
      'null',
      'http://127.0.0.1:1',
      `http://127.0.0.1:${server.port}.evil.example`,
    ]) {
      expect(await rawRequest(server, head(own, `\nOrigin: ${origin}`))).toMatch(/^HTTP\/1.1 403 /);
    }
    for (const origin of [`http://${own}`, 'https://proxy.example']) {
      expect(await rawRequest(server, head(own, `\nOrigin: ${origin}`))).toMatch(/^HTTP\/1.1 200 /);
    }
  });

  test('is refused by what the browser says of it, also from another port of this machine', async () => {
    const server = await startServer();
    for (const site of ['cross-site', 'same-site']) {
      expect((await server.run('{ me }', {}, { 'sec-fetch-site': site })).status).toBe(403);
    }
    expect((await server.run('{ me }', {}, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('gets no permission from CORS', async () => {
    const server = await startServer();
    const own = { origin: server.url, 'access-control-request-method': 'POST' };
    const preflight = await server.fetch('/graphql', { method: 'OPTIONS', headers: own });
    expect(preflight.status).toBe(405);
    const answered = await server.fetch('/graphql?query={me}', { headers: own });
    for (const { headers } of [preflight, answered]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('the state of the server', () => {
  test('is told without a token while the database answers', async () => {
    const server = await startServer();
    const response = await fetch(`${server.url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', database: 'test' });
    const head = await fetch(`${server.url}/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${server.url}/health`, { method: 'POST' })).status).toBe(405);
  });

  test('is 503 while the database is away or does not answer in time', async () => {
    const server = await startServer();
    server.database.up = false;
    expect((await fetch(`${server.url}/health`)).status).toBe(503);
    const slow = await startServer({ health: () => new Promise(() => undefined), limits: { health: 20 } });
    expect((await fetch(`${slow.url}/health`)).status).toBe(503);
  });
});

describe('POST /shutdown', () => {
  const stop = (
    server: { fetch: (path: string, init: RequestInit) => Promise<Response> },
    authorization: string,
  ): Promise<Response> => server.fetch('/shutdown', { method: 'POST', headers: { authorization } });

  test('stops the server for who may do that', async () => {
    const server = await startServer();
    expect((await stop(server, '')).status).toBe(401);
    expect((await stop(server, 'Bearer guest-token')).status).toBe(403);
    expect((await server.fetch('/shutdown')).status).toBe(405);
    expect(server.stops).toBe(0);
    expect((await stop(server, `Bearer ${token}`)).status).toBe(202);
    await expect.poll(() => server.stops).toBe(1);
  });
});
