import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerError, answerJson, type FakeServer, type Got, startFake } from './fake-server.ts';
import { cli, type Said } from './process.ts';

let home: string;
let server: FakeServer;
let answer: (response: ServerResponse, got: Got) => void;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clambake-run-'));
  server = await startFake((response, got) => answer(response, got));
});
afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

const operatorToken = 'operator-token-0123456789';
const run = (args: string[], environment: Record<string, string> = {}): Promise<Said> =>
  cli(args, { CLAMBAKE_HOME: home, CLAMBAKE_URL: server.url, CLAMBAKE_TOKEN: operatorToken, ...environment }, home);

const instance = {
  id: 'brisk-otter-4f2a',
  project: { name: 'doc-db-v2' },
  directory: '/srv',
  model: null,
  task: null,
  status: 'ACTIVE',
  live: true,
  startedAt: '2026-11-22T12:00:00Z',
  lastSeenAt: '2026-11-22T12:00:00Z',
  endedAt: null,
};
const registered = (token: string) => (response: ServerResponse) =>
  answerJson(response, { data: { register: { resumed: false, token, instance } } });
const session = { CLAMBAKE_SESSION: 'session-1' };

describe('register', () => {
  test('stores the token it gets and prints it nowhere', async () => {
    answer = registered('instance-token-1');
    for (const flags of [[], ['--json']]) {
      const said = await run(['register', '--project', 'doc-db-v2', ...flags], session);
      expect(said).toMatchObject({ code: 0, stderr: '' });
      expect(said.stdout).not.toContain('instance-token-1');
      expect(said.stdout).toContain('brisk-otter-4f2a');
    }
    const [got] = server.got;
    expect(got?.headers.authorization).toBe(`Bearer ${operatorToken}`);
    expect(got?.variables).toMatchObject({ project: 'doc-db-v2', session: 'session-1' });
    const kept: unknown = JSON.parse(await readFile(join(home, 'sessions', 'brisk-otter-4f2a.json'), 'utf8'));
    expect(kept).toMatchObject({
      token: 'instance-token-1',
      sessionKey: 'session-1',
      project: 'doc-db-v2',
      url: server.url,
    });
  });
});

describe('a command of an instance', () => {
  const heartbeat = ['heartbeat', '--task', 'Rebuilding', '--status', 'busy'];
  const beat = (response: ServerResponse): void =>
    answerJson(response, { data: { heartbeat: { ...instance, status: 'BUSY', task: 'Rebuilding' } } });

  test('asks with the token of the session that registered', async () => {
    answer = registered('instance-token-1');
    await run(['register', '--project', 'doc-db-v2'], session);
    answer = beat;
    expect(await run(heartbeat, session)).toEqual({
      code: 0,
      stdout: 'brisk-otter-4f2a is busy: Rebuilding\n',
      stderr: '',
    });
    expect(server.got.at(-1)?.headers.authorization).toBe('Bearer instance-token-1');
    const other = await run(heartbeat, { CLAMBAKE_SESSION: 'session-2' });
    expect(other).toMatchObject({ code: 4, stdout: '' });
    expect(other.stderr).toContain('clambake register --project');
  });

  test('forgets a registration that the server says has ended, and says how to register again', async () => {
    answer = registered('instance-token-1');
    await run(['register', '--project', 'doc-db-v2'], session);

    answer = (response) => response.writeHead(401, { 'content-type': 'text/html' }).end('who are you?');
    expect((await run(heartbeat, session)).code).toBe(4);
    expect(await readdir(join(home, 'sessions'))).toHaveLength(1);

    answer = (response) => answerError(response, 'UNAUTHENTICATED', 'This token is unknown or was revoked.', 401);
    const said = await run(heartbeat, session);
    expect(said).toMatchObject({ code: 4, stdout: '' });
    expect(said.stderr).toContain('The registration of brisk-otter-4f2a has ended');
    expect(said.stderr).toContain('clambake register --project doc-db-v2');
    expect(await readdir(join(home, 'sessions'))).toEqual([]);
  });

  test('goes on with the new token where the session has registered again meanwhile', async () => {
    answer = registered('instance-token-1');
    await run(['register', '--project', 'doc-db-v2'], session);
    const path = join(home, 'sessions', 'brisk-otter-4f2a.json');
    const { writeFile } = await import('node:fs/promises');
    answer = async (response, got) => {
      if (got.headers.authorization === 'Bearer instance-token-2') return beat(response);
      await writeFile(path, (await readFile(path, 'utf8')).replace('instance-token-1', 'instance-token-2'));
      answerError(response, 'UNAUTHENTICATED', 'This token was revoked.', 401);
    };
    expect(await run(heartbeat, session)).toMatchObject({ code: 0, stderr: '' });
  });

  test('that ends the instance forgets its registration', async () => {
    answer = registered('instance-token-1');
    await run(['register', '--project', 'doc-db-v2'], session);
    answer = (response) => answerJson(response, { data: { deregister: instance } });
    expect((await run(['deregister'], session)).stdout).toBe('brisk-otter-4f2a has left doc-db-v2.\n');
    expect(await readdir(join(home, 'sessions'))).toEqual([]);
  });
});

describe('a failure', () => {
  test('is told on standard error, with hidden characters made visible, and nothing on standard output', async () => {
    answer = (response) => answerError(response, 'BLOCKED', 'Held by x: \u001b[2Jgone\nreally');
    const said = await run(['status']);
    expect(said).toEqual({ code: 3, stdout: '', stderr: 'clambake: Held by x: \\u{1b}[2Jgone\n    really\n' });
  });

  test('is one JSON object with --json', async () => {
    answer = (response) => answerError(response, 'NOT_FOUND', 'There is no message 99.');
    const said = await run(['message', '99', '--json']);
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(said.stderr)).toEqual({ error: { code: 'NOT_FOUND', message: 'There is no message 99.' } });
  });

  test('to find the server is exit code 5, and of the configuration exit code 2', async () => {
    await server.close();
    expect((await run(['status'])).code).toBe(5);
    expect((await run(['status'], { CLAMBAKE_URL: 'nonsense' })).code).toBe(2);
    expect((await run(['status'], { CLAMBAKE_PORT: 'x' })).code).toBe(2);
  });
});

test('a page tells the command line for the next one', async () => {
  answer = (response) =>
    answerJson(response, {
      data: {
        recall: {
          totalCount: 30,
          pageInfo: { hasNextPage: true, endCursor: 'abc=' },
          nodes: [memory],
          edges: [{ cut: false, alike: [] }],
        },
      },
    });
  const said = await run(['recall', '--project', 'doc db', '--type', 'issue,fix', '--as', 'human']);
  expect(said.stdout.trimEnd().split('\n').at(-1)).toBe(
    '29 more: clambake recall --project "doc db" --type issue,fix --as human --after abc=',
  );
});

const memory = {
  id: '42',
  project: { name: 'doc-db-v2' },
  global: false,
  type: 'ISSUE',
  title: 'JMAP null filter',
  content: 'Omit the key.',
  status: 'RESOLVED',
  tags: ['jmap'],
  files: [],
  from: 'human',
  version: 2,
  createdAt: '2026-11-22T12:00:00Z',
  updatedAt: '2026-11-22T12:00:00Z',
};
