import { describe, expect, test } from 'vitest';
import { limits } from '../../server/front/limits.ts';
import { pause, rawSocket, startServer, type TestServer, token, until } from './support.ts';

async function openStream(server: TestServer, query: string): Promise<{ response: Response; abort: AbortController }> {
  const abort = new AbortController();
  const response = await server.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  return { response, abort };
}

describe('an SSE stream', () => {
  test('needs a token and a Host as every request does', async () => {
    const server = await startServer();
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const body = '{"query":"subscription { ticks(count: 1) }"}';
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
    expect(response.status).toBe(401);
  });

  test('ends with a complete event', async () => {
    const server = await startServer();
    expect(await server.sse('subscription { ticks(count: 2) }')).toEqual({
      events: [{ data: { ticks: 1 } }, { data: { ticks: 2 } }],
      complete: true,
    });
  });

  test('that its reader leaves ends its subscription', async () => {
    const server = await startServer();
    const { response, abort } = await openStream(server, 'subscription { quiet }');
    await response.body?.getReader().read();
    abort.abort();
    await until(() => server.seen.aborted === 1, 'the resolver is told');
  });

  test('is not cut while it is quiet longer than a request may take to arrive', async () => {
    const server = await startServer({ limits: { arrival: 300 } });
    const { response } = await openStream(server, 'subscription { quiet }');
    await pause(900);
    expect(server.seen.aborted).toBe(0);
    await response.body?.cancel();
  });

  test('beyond the number the server takes is refused', async () => {
    const server = await startServer({ limits: { streams: 1 } });
    const { response, abort } = await openStream(server, 'subscription { quiet }');
    expect(response.status).toBe(200);
    expect((await openStream(server, 'subscription { quiet }')).response.status).toBe(503);
    abort.abort();
    await until(() => server.seen.aborted === 1, 'the first has ended');
    expect((await openStream(server, 'subscription { ticks(count: 1) }')).response.status).toBe(200);
  });

  test('whose reader stalls pulls no more events than fit on the way, and is cut after a while', async () => {
    const server = await startServer({ limits: { ...limits, stall: 700 } });
    const { socket, closed } = await rawSocket(server);
    socket.pause();
    const body = JSON.stringify({ query: 'subscription { flood }' });
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until(() => server.seen.pulled > 0, 'it has begun');
    await pause(400);
    const { pulled } = server.seen;
    await pause(150);
    expect(server.seen.pulled).toBe(pulled);
    await until(() => server.seen.returned === 1, 'the subscription has ended');
    socket.resume();
    await closed;
    expect((await server.run('{ me }')).status).toBe(200);
  });
});
