import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listSessions, writeSession } from '../../cli/identity/session.ts';
import { answerError, answerJson, type FakeServer, startFake } from './fake-server.ts';
import { cli, type Said } from './process.ts';

let home: string;
let server: FakeServer;
let answers: 'refusal' | 'result';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clambake-stranger-'));
  answers = 'refusal';
  server = await startFake((response) => {
    if (answers === 'refusal') answerError(response, 'UNAUTHENTICATED', 'This token is unknown or was revoked.', 401);
    else answerJson(response, { data: { me: { kind: 'OPERATOR', name: 'human', instance: null } } });
  });
  await writeFile(join(home, 'token'), 'operator-token-of-this-home\n', { mode: 0o600 });
  writeSession(home, {
    ...{ instance: 'brisk-otter-1', project: 'doc-db-v2', directory: home, sessionKey: 'one', token: 'instance-token' },
    ...{ url: server.url, own: true, registeredAt: new Date().toISOString() },
  });
});
afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

/** Runs a command of this home, whose own server would be where the other program listens. */
const run = (args: string[], more: Record<string, string> = {}): Promise<Said> =>
  cli(
    args,
    {
      CLAMBAKE_HOME: home,
      CLAMBAKE_PORT: String(server.port),
      CLAMBAKE_SESSION: 'one',
      CLAMBAKE_AUTOSTART: '1',
      ...more,
    },
    home,
  );
const says = (url: string, pid = process.pid): Promise<void> =>
  writeFile(join(home, 'server.json'), JSON.stringify({ pid, url }));
const tokensSent = (): (string | undefined)[] =>
  server.got.map(({ headers }) => headers.authorization).filter((header) => header !== undefined);

describe('another program at the address of this home’s own server', { timeout: 60_000 }, () => {
  test.each([[['heartbeat']], [['status', '--as', 'human']], [['register']], [['stop']]])(
    'gets no token from %j, and is named as what it is',
    async (args) => {
      const said = await run(args);
      expect(said).toMatchObject({ code: 5, stdout: '' });
      expect(said.stderr).toContain(`Something else answers at ${server.url}, and it is not the server of ${home}`);
      for (const name of ['CLAMBAKE_PORT', 'CLAMBAKE_URL', 'CLAMBAKE_TOKEN']) expect(said.stderr).toContain(name);
      expect(tokensSent()).toEqual([]);
      expect(listSessions(home)).toHaveLength(1);
    },
  );

  test('is not vouched for by a server that has died, or that is somewhere else', async () => {
    await says(server.url, 99_999_999);
    expect((await run(['heartbeat'])).code).toBe(5);
    await says('http://127.0.0.1:1');
    expect((await run(['heartbeat'])).code).toBe(5);
    expect(tokensSent()).toEqual([]);
  });

  test('gets what CLAMBAKE_TOKEN says is for it, but a registration that it does not know is kept', async () => {
    const said = await run(['heartbeat'], { CLAMBAKE_TOKEN: 'operator-token-0123456789' });
    expect(said).toMatchObject({ code: 4, stdout: '' });
    expect(said.stderr).toContain('The registration is kept');
    expect(await readdir(join(home, 'sessions'))).toEqual(['brisk-otter-1.json']);
  });
});

describe('this home’s own server', { timeout: 60_000 }, () => {
  test('is told by what it says in its home, also a moment after it listens', async () => {
    answers = 'result';
    const asked = run(['whoami', '--as', 'human']);
    await expect.poll(() => server.got.length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(tokensSent()).toEqual([]);
    await says(server.url);
    expect(await asked).toMatchObject({ code: 0, stderr: '' });
    expect(tokensSent()).toEqual(['Bearer operator-token-of-this-home']);
  });

  test('ends a registration by not knowing it, as does one whose address is given', async () => {
    await says(server.url);
    expect((await run(['heartbeat'])).stderr).toContain('The registration of brisk-otter-1 has ended');
    expect(listSessions(home)).toEqual([]);
  });

  test.each([
    ['--url', ['--url'], {}],
    ['CLAMBAKE_URL', [], { CLAMBAKE_URL: '' }],
  ])('or one that %s names ends a registration by not knowing it', async (_what, flags, environment) => {
    const args = ['heartbeat', ...flags, ...(flags.length > 0 ? [server.url] : [])];
    const url = 'CLAMBAKE_URL' in environment ? { CLAMBAKE_URL: server.url } : {};
    const said = await run(args, { CLAMBAKE_TOKEN: 'operator-token-0123456789', ...url });
    expect(said.stderr).toContain('The registration of brisk-otter-1 has ended');
    expect(listSessions(home)).toEqual([]);
  });
});
