import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkNode } from '../../cli/doctor/machine.ts';
import { listSessions, writeSession } from '../../cli/identity/session.ts';
import manifest from '../../package.json' with { type: 'json' };
import { freePort } from '../../server/database/free-port.ts';
import { Clinic, failed, put } from './clinic.ts';
import { answerJson, startFake } from './fake-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const at = new Clinic();

describe('of a chain that is whole', () => {
  test('says so in a line for each link, and the others are notes', async () => {
    const { code, stdout } = await at.run(['doctor']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `ok   node      ${process.versions.node}`,
      `ok   home      ${at.home}`,
      `ok   server    ${at.server.url}, version ${manifest.version}`,
      'ok   token     accepted, as human',
      'ok   database  reachable',
      'note session   not registered',
      expect.stringContaining('clambake register --project <name>'),
      expect.stringMatching(/^note plugin {4}not installed in /),
      expect.stringContaining('clambake setup claude-code'),
      expect.stringMatching(/^note hooks {5}none has reached the server/),
      '',
    ]);
    expect(await readdir(at.home)).toEqual([]);
  });

  test('knows the session, and one that the server has forgotten', async () => {
    expect((await at.run(['register', '--project', 'p'])).code).toBe(0);
    const [session] = listSessions(at.home);
    if (!session) throw new Error('nothing was registered');
    const { links } = await at.examine();
    expect(links.session).toEqual({ state: 'ok', text: `${session.instance} on p` });
    writeSession(at.home, { ...session, token: 'x'.repeat(32) });
    expect((await at.examine()).links.session).toEqual(failed(session.instance, 'does not know'));
    expect(listSessions(at.home)).toHaveLength(1);
    expect((await at.examine({ CLAMBAKE_INSTANCE: 'nobody-here' })).links.session).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('CLAMBAKE_INSTANCE is "nobody-here"'),
    });
    const away = await at.examine({ CLAMBAKE_URL: `http://127.0.0.1:${await freePort()}` }, ['--as', session.instance]);
    expect(away.links.session?.state).toBe('fail');
  });
});

describe('of the server', () => {
  test('says that nothing listens, and starts none', async () => {
    const port = String(await freePort());
    const { links } = await at.examine({ CLAMBAKE_URL: '', CLAMBAKE_PORT: port, CLAMBAKE_AUTOSTART: '1' });
    expect(links.server).toEqual(failed(`nothing listens at http://127.0.0.1:${port}`));
    expect(links).toMatchObject({ token: { state: 'skip' }, database: { state: 'skip' }, session: { state: 'note' } });
    expect(await readdir(at.home)).toEqual([]);
    const without = await at.examine({ CLAMBAKE_URL: '', CLAMBAKE_TOKEN: '', CLAMBAKE_PORT: port });
    expect(without.links.token).toMatchObject({ state: 'fail', text: expect.stringContaining('no access token') });
  });

  test('says that the token is not accepted', async () => {
    const { links } = await at.examine({ CLAMBAKE_TOKEN: 'not-the-right-token-at-all' });
    expect(links).toMatchObject({ server: { state: 'ok' }, token: failed('does not accept') });
  });

  test.each([
    ['of another version', 200, { status: 'ok', version: '99.0.0' }, ['version 99.0.0', `is ${manifest.version}`]],
    ['without a version', 200, { status: 'ok' }, ['older version']],
    ['that stops', 503, { status: 'stopping' }, ['is stopping']],
    ['that is none', 404, { errors: [{ message: 'What is that?' }] }, ['no Clambake server', 'What is that?']],
    ['that is a page', 200, '<html>', ['no Clambake server', '200']],
  ])('knows one %s', async (_, status, health, words) => {
    const fake = await startFake((response) => answerJson(response, health, status));
    try {
      expect((await at.examine({ CLAMBAKE_URL: fake.url })).links.server).toEqual(failed(...words));
    } finally {
      await fake.close();
    }
  });

  test('sends no token to what may be another program', async () => {
    const fake = await startFake((response) => answerJson(response, { status: 'ok', version: manifest.version }));
    try {
      await put(join(at.home, 'token'), at.token);
      const { links } = await at.examine({ CLAMBAKE_URL: '', CLAMBAKE_TOKEN: '', CLAMBAKE_PORT: String(fake.port) });
      expect(links.token).toMatchObject({ state: 'fail', text: expect.stringContaining('no token is sent to it') });
      expect(fake.got.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    } finally {
      await fake.close();
    }
  });

  test('says that its database is away', async () => {
    const fake = await startFake((response) => answerJson(response, { status: 'unavailable' }, 503));
    try {
      const { links } = await at.examine({ CLAMBAKE_URL: fake.url });
      expect(links).toMatchObject({
        server: { state: 'ok' },
        database: failed('cannot reach'),
        token: { state: 'skip' },
      });
    } finally {
      await fake.close();
    }
  });

  test('says that other servers are not heard of', async () => {
    const health = { status: 'ok', version: manifest.version, notifications: 'connecting' };
    const fake = await startFake((response, { path }) =>
      answerJson(response, path === '/health' ? health : { data: { me: { name: 'human' } } }),
    );
    try {
      const { ok, links } = await at.examine({ CLAMBAKE_URL: fake.url });
      expect({ ok, database: links.database }).toMatchObject({ ok: true, database: { state: 'note' } });
    } finally {
      await fake.close();
    }
  });

  test.each([
    [{ CLAMBAKE_PORT: 'no port' }, 'CLAMBAKE_PORT'],
    [{ CLAMBAKE_URL: 'no address' }, 'CLAMBAKE_URL'],
  ])('says what of the environment cannot be used: %j', async (more, name) => {
    const { links } = await at.examine(more);
    expect(links.server).toMatchObject({ state: 'fail', text: expect.stringContaining(name) });
    // Nothing else can be asked then.
    expect(links.token).toBeUndefined();
  });
});

describe('of this machine', () => {
  test('compares the version of Node with the least one', () => {
    for (const version of ['20.19.0', '20.20.1', '22.0.0', '100.1.0']) {
      expect(checkNode(version, '>=20.19').state).toBe('ok');
    }
    for (const version of ['18.20.0', '20.18.9', '9.99.0']) {
      expect(checkNode(version, '>=20.19')).toEqual(failed(version, 'too old'));
    }
  });

  test('says that the home is no folder, or is not there yet', async () => {
    const file = join(at.place.path, 'file');
    await put(file, 'text');
    expect((await at.examine({ CLAMBAKE_HOME: file })).links.home).toEqual(failed(file, 'no folder'));
    expect((await at.examine({ CLAMBAKE_HOME: join(file, 'below') })).links.home).toEqual(failed('cannot be made'));
    const coming = join(at.place.path, 'a', 'b');
    expect((await at.examine({ CLAMBAKE_HOME: coming })).links.home).toMatchObject({ state: 'note' });
    await expect(stat(coming)).rejects.toThrow('ENOENT');
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('says that the home is closed', async () => {
    await chmod(at.home, 0o500);
    expect((await at.examine()).links.home).toEqual(failed(at.home, 'EACCES'));
    await chmod(at.home, 0o700);
  });
});
