import { describe, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { limits } from '../../server/front/limits.ts';
import { atEnd, pause, startServer, type TestServer, token, until } from './support.ts';

interface Raw {
  socket: WebSocket;
  messages: { type: string; id?: string; payload?: unknown }[];
  send: (message: object) => void;
  closed: Promise<{ code: number; reason: string }>;
}

async function open(
  server: TestServer,
  options: Omit<ClientOptions, 'protocol' | 'path'> & { protocol?: string; path?: string } = {},
): Promise<Raw> {
  const { protocol = 'graphql-transport-ws', path = '/graphql', ...rest } = options;
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, protocol, rest);
  atEnd(() => socket.terminate());
  const messages: Raw['messages'] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => reject(new Error(`status ${response.statusCode}`)));
    socket.once('error', reject);
  });
  return { socket, messages, closed, send: (message) => socket.send(JSON.stringify(message)) };
}

async function ready(server: TestServer, options: { origin?: string } = {}): Promise<Raw> {
  const raw = await open(server, options);
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await until(() => raw.messages.some(({ type }) => type === 'connection_ack'), 'the connection is acknowledged');
  return raw;
}

const subscribe = (raw: Raw, id: string, query: string): void =>
  raw.send({ id, type: 'subscribe', payload: { query } });
const answersTo = (raw: Raw, id: string): Raw['messages'] => raw.messages.filter((message) => message.id === id);

describe('a WebSocket', () => {
  test.each([
    ['no payload', undefined],
    ['no token', {}],
    ['an unknown token', { authorization: 'Bearer wrong' }],
    ['a token that is no text', { authorization: { $ne: '' } }],
  ])('with %s is closed with 4403', async (_what, payload) => {
    const raw = await open(await startServer());
    raw.send({ type: 'connection_init', ...(payload ? { payload } : {}) });
    expect(await raw.closed).toEqual({ code: 4403, reason: 'Forbidden' });
  });

  test('may do nothing before connection_init, and has not long for it', async () => {
    const server = await startServer({ limits: { initialise: 60 } });
    const hasty = await open(server);
    subscribe(hasty, '1', '{ me }');
    expect((await hasty.closed).code).toBe(4401);
    expect((await (await open(server)).closed).code).toBe(4408);
  });

  test('is asked to come back when the database is away at connection_init', async () => {
    const server = await startServer();
    server.database.up = false;
    const raw = await open(server);
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect((await raw.closed).code).toBe(1013);
  });

  test('speaks graphql-transport-ws only, and at /graphql only', async () => {
    const server = await startServer();
    await expect(open(server, { protocol: 'graphql-ws' })).rejects.toThrow();
    await expect(open(server, { path: '/elsewhere' })).rejects.toThrow('404');
  });

  test('from a foreign Host or Origin is refused', async () => {
    const server = await startServer();
    await expect(open(server, { headers: { host: 'evil.example' } })).rejects.toThrow('421');
    await expect(open(server, { origin: 'http://evil.example' })).rejects.toThrow('403');
    await expect(open(server, { origin: 'http://localhost:1' })).rejects.toThrow('403');
    await ready(server, { origin: server.url });
  });

  test('beyond the number the server takes is refused', async () => {
    const server = await startServer({ limits: { sockets: 2 } });
    const first = await open(server);
    await open(server);
    await expect(open(server)).rejects.toThrow('503');
    first.socket.close();
    await first.closed;
    await open(server);
  });

  test('is closed by a frame that is too large, without harm to others', async () => {
    const server = await startServer();
    const [raw, other] = [await ready(server), await ready(server)];
    subscribe(raw, '1', `{ echo(text: "${'x'.repeat(limits.bodyBytes)}") }`);
    expect((await raw.closed).code).toBe(1009);
    subscribe(other, '1', '{ me }');
    await until(() => answersTo(other, '1').length === 2, 'the other one is answered');
  });

  test('is closed by what is no message', async () => {
    const raw = await ready(await startServer());
    raw.socket.send('{"type": "nonsense"}');
    expect((await raw.closed).code).toBe(4400);
  });

  test('runs so many operations at a time, and others once one has ended', async () => {
    const server = await startServer({ limits: { operationsPerSocket: 3 } });
    const raw = await ready(server);
    for (const id of ['1', '2', '3', '4']) subscribe(raw, id, 'subscription { quiet }');
    await until(() => answersTo(raw, '4').length > 0 && answersTo(raw, '3').length > 0, 'all are answered');
    expect(answersTo(raw, '4')).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 3 } }] },
    ]);
    raw.send({ id: '1', type: 'complete' });
    await until(() => server.seen.aborted === 1, 'the first has ended');
    subscribe(raw, '5', '{ me }');
    await until(() => answersTo(raw, '5').length === 2, 'another runs');
    expect(answersTo(raw, '5')[0]).toMatchObject({ type: 'next', payload: { data: { me: 'operator' } } });
  });

  test('cannot run more by completing queries that still run', async () => {
    const server = await startServer({ limits: { operationsPerSocket: 3 } });
    const raw = await ready(server);
    for (let n = 1; n <= 20; n += 1) {
      subscribe(raw, '1', '{ slow(ms: 100) }');
      raw.send({ id: '1', type: 'complete' });
    }
    await pause(250);
    expect(server.seen.ran).toBeLessThanOrEqual(3);
  });

  test('fails its next operation once its token is revoked, and is closed', async () => {
    const server = await startServer();
    const raw = await ready(server);
    subscribe(raw, '1', 'subscription { quiet }');
    await until(() => answersTo(raw, '1').length === 1, 'a subscription runs');
    server.revoke();
    subscribe(raw, '2', 'mutation { write(text: "x") }');
    expect((await raw.closed).code).toBe(4403);
    expect(answersTo(raw, '2')).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    expect(server.seen.ran).toBe(0);
    await until(() => server.seen.aborted === 1, 'the subscription has ended');
  });

  test('that is gone takes its subscriptions with it', async () => {
    const server = await startServer();
    const raw = await ready(server);
    subscribe(raw, '1', 'subscription { quiet }');
    await until(() => answersTo(raw, '1').length === 1, 'a subscription runs');
    raw.socket.terminate();
    await until(() => server.seen.aborted === 1, 'the resolver is told');
  });

  test('whose reader stalls is not sent more than it reads, and is cut at the ping it does not answer', async () => {
    const server = await startServer({ limits: { ping: 400 } });
    const raw = await ready(server);
    raw.socket.pause();
    subscribe(raw, '1', 'subscription { flood }');
    await pause(300);
    const { pulled } = server.seen;
    expect(pulled).toBeGreaterThan(0);
    await until(() => server.seen.returned === 1, 'the subscription has ended');
    expect(server.seen.pulled - pulled).toBeLessThan(5);
  });

  test('that only sends pings and never reads is cut', async () => {
    const server = await startServer({ limits: { unread: 100_000 } });
    const raw = await open(server);
    raw.socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(200_000) } });
    raw.socket.on('error', () => raw.socket.terminate());
    const sending = setInterval(() => raw.socket.readyState === raw.socket.OPEN && raw.socket.send(ping), 1);
    atEnd(() => clearInterval(sending));
    await until(() => server.logText().includes('too far behind'), 'it is cut', 8000);
  });
});
