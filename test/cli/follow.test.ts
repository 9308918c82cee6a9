import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEvents, type StreamEvent } from '../../cli/client/event-stream.ts';
import { answerError, beginStream, type FakeServer, sendEvent, startFake } from './fake-server.ts';
import { type Cli, startCli } from './process.ts';

async function* inPieces(bytes: Buffer, cuts: number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

describe('a stream of events', () => {
  test('says the same however it is cut into pieces', async () => {
    const end = fc.constantFrom('\n', '\r\n', '\r');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text))),
        end,
        fc.array(fc.nat()),
        async (texts, eol, cuts) => {
          const text = texts
            .map((data) => [':sign of life', 'event: next', `data: ${data}`, 'id: 1', '', ''].join(eol))
            .join('');
          const got: StreamEvent[] = [];
          // After a lone CR at the very end it is open whether a LF follows.
          for await (const event of readEvents(inPieces(Buffer.from(`${text}:${eol}`), cuts))) got.push(event);
          expect(got).toEqual(texts.map((data) => ({ type: 'next', data })));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('that never ends an event is given up', async () => {
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    };
    await expect(readEvents(endless()).next()).rejects.toThrow('4 MiB');
  });
});

describe('watch', () => {
  let home: string;
  let server: FakeServer | undefined;
  let watching: Cli | undefined;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'clambake-follow-'));
  });
  afterEach(async () => {
    watching?.process.kill('SIGKILL');
    await watching?.ended;
    await server?.close();
    await rm(home, { recursive: true, force: true });
  });

  const watch = (url: string, ...flags: string[]): Cli => {
    watching = startCli(['watch', '--as', 'human', ...flags], {
      CLAMBAKE_HOME: home,
      CLAMBAKE_URL: url,
      CLAMBAKE_TOKEN: 'operator-token-0123456789',
    });
    return watching;
  };
  const lines = (): string[] => watching?.said.stdout.split('\n').filter(Boolean) ?? [];
  const event = (number: number): unknown => ({
    data: {
      messageReceived: {
        cursor: `c${number}`,
        message: {
          ...{ id: String(number), from: 'human', to: '@all', type: 'INFO', subject: `Number ${number}`, body: '' },
          ...{ createdAt: new Date().toISOString(), expiresAt: null, threadId: '1', replyToId: null, blocker: null },
          ...{ deliveredAt: null, readAt: null, own: false },
        },
      },
    },
  });

  test('prints one JSON object a line, and takes a lost connection up again after the last cursor', async () => {
    let connections = 0;
    const port = await startFake((response, { variables }) => {
      connections += 1;
      beginStream(response);
      if (connections === 1) {
        sendEvent(response, event(1));
        sendEvent(response, event(2));
        setTimeout(() => response.destroy(), 100);
      } else {
        expect(variables.after).toBe('c2');
        sendEvent(response, event(3));
      }
    });
    server = port;
    const { process: child, ended } = watch(server.url, '--json');
    await expect.poll(() => lines().length, { timeout: 15_000 }).toBe(3);
    expect(lines().map((line) => (JSON.parse(line) as { cursor: string }).cursor)).toEqual(['c1', 'c2', 'c3']);
    child.kill('SIGINT');
    expect((await ended).code).toBe(process.platform === 'win32' ? null : 0);
  });

  test('misses nothing when the connection is lost before the first message', async () => {
    server = await startFake((response, { variables }) => {
      beginStream(response);
      if (variables.after === undefined) {
        sendEvent(response, { data: { messageReceived: { cursor: 'c0', message: null } } });
        setTimeout(() => response.destroy(), 50);
      } else {
        sendEvent(response, { data: { messageReceived: { cursor: 'c0', message: null } } });
        sendEvent(response, event(1));
      }
    });
    watch(server.url, '--json');
    await expect.poll(lines, { timeout: 15_000 }).toHaveLength(1);
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ cursor: 'c1' });
    expect(server.got.at(-1)?.variables.after).toBe('c0');
  });

  test('waits for a server that was stopped, and goes on with the next one on the same port', async () => {
    const answer = (number: number) => (response: ServerResponse) => {
      beginStream(response);
      sendEvent(response, event(number));
    };
    server = await startFake(answer(1));
    const { port } = server;
    watch(server.url);
    await expect.poll(lines, { timeout: 15_000 }).toHaveLength(1);
    await server.close();
    await expect.poll(() => watching?.said.stderr ?? '').toContain('Waiting for it to come back');
    server = await startFake(answer(2), port);
    await expect.poll(lines, { timeout: 20_000 }).toHaveLength(2);
    expect(lines()[1]).toMatch(/^#2 info from human to @all, just now: Number 2$/);
    expect(server.got[0]?.variables.after).toBe('c1');
    expect(watching?.said.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('ends in exit code 4 where the token is refused, at once or in the stream', async () => {
    server = await startFake((response) => answerError(response, 'UNAUTHENTICATED', 'No.', 401));
    expect((await watch(server.url).ended).code).toBe(4);
    await server.close();
    server = await startFake((response) => {
      beginStream(response);
      sendEvent(response, { errors: [{ message: 'Revoked.', extensions: { code: 'UNAUTHENTICATED' } }] });
    });
    expect((await watch(server.url).ended).code).toBe(4);
  });

  test('ends in exit code 5 where no server answers at first', async () => {
    server = await startFake(() => undefined);
    await server.close();
    const said = await watch(server.url).ended;
    expect(said.code).toBe(5);
    expect(said.stderr).toContain('clambake serve');
  });

  test('ends quietly when nobody reads it any more', async () => {
    let stream: ServerResponse | undefined;
    server = await startFake((response) => {
      stream = response;
      beginStream(response);
      sendEvent(response, event(1));
    });
    const { process: child, ended } = watch(server.url);
    await expect.poll(lines, { timeout: 15_000 }).toHaveLength(1);
    child.stdout?.destroy();
    if (stream) sendEvent(stream, event(2));
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
