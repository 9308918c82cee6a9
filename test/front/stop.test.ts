import { expect, test } from 'vitest';
import { ConfigError } from '../../server/config.ts';
import { pause, rawSocket, startServer, takenPort, until } from './support.ts';

test('a server that stops finishes what is running and takes nothing new', async () => {
  const server = await startServer();
  const running = server.run('{ slow(ms: 300) }');
  const overSocket = server.ws('{ slow(ms: 300) }');
  await until(() => server.seen.started === 2, 'both run');
  const stopped = server.close();
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  expect((await running).body.data).toEqual({ slow: 'slept' });
  expect(await overSocket).toEqual([{ data: { slow: 'slept' } }]);
  await stopped;
});

test('a server that stops tells WebSocket subscribers to connect again', async () => {
  const server = await startServer();
  const client = server.socket();
  let got = 0;
  const ended = new Promise<unknown>((resolve) => {
    client.subscribe(
      { query: 'subscription { quiet }' },
      { next: () => (got += 1), error: resolve, complete: () => resolve('complete') },
    );
  });
  await until(() => got === 1, 'the subscription runs');
  await server.close();
  expect(await ended).toMatchObject({ code: 1012, reason: 'Service restart' });
  await until(() => server.seen.aborted === 1, 'the resolver is told');
});

test('a server that stops ends SSE streams without "complete", so that their readers come back', async () => {
  const server = await startServer();
  const stream = server.sse('subscription { quiet }');
  await pause(100);
  await server.close();
  expect(await stream).toEqual({ events: [{ data: { quiet: 1 } }], complete: false });
  await until(() => server.seen.aborted === 1, 'the resolver is told');
});

test('a server that stops cuts what does not finish in time, idle connections included', async () => {
  const server = await startServer();
  const { socket, closed } = await rawSocket(server);
  socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Len');
  const running = server.run('{ slow(ms: 5000) }');
  const failed = expect(running).rejects.toThrow();
  await pause(50);
  const before = Date.now();
  await server.close(200);
  expect(Date.now() - before).toBeLessThan(1500);
  await failed;
  await closed;
});

test('stopping twice is stopping once', async () => {
  const server = await startServer();
  await Promise.all([server.close(), server.close()]);
  await server.close();
});

test('a port in use is an error that names it and the remedy', async () => {
  const port = await takenPort();
  const start = startServer({ config: { host: '127.0.0.1', port, token: undefined, allowedHosts: [] } });
  await expect(start).rejects.toThrow(ConfigError);
  await expect(start).rejects.toThrow(new RegExp(`Port ${port} .*clambake stop.*CLAMBAKE_PORT`));
});

test('an address that is not of this machine is an error that names it', async () => {
  const start = startServer({ config: { host: '192.0.2.1', port: 0, token: 'a'.repeat(16), allowedHosts: [] } });
  await expect(start).rejects.toThrow(/CLAMBAKE_HOST is "192.0.2.1"/);
});

test('a server bound beyond loopback without a chosen token refuses to start', async () => {
  const start = startServer({ config: { host: '0.0.0.0', port: 0, token: undefined, allowedHosts: [] } });
  await expect(start).rejects.toThrow(/CLAMBAKE_HOST is "0.0.0.0".*CLAMBAKE_TOKEN/);
  const server = await startServer({ config: { host: '0.0.0.0', port: 0, token: 'a'.repeat(16), allowedHosts: [] } });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect((await server.run('{ me }')).status).toBe(200);
});
