import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Check } from '../../cli/doctor/check.ts';
import { missingPaths } from '../../cli/doctor/hook-paths.ts';
import { checkNode } from '../../cli/doctor/machine.ts';
import { readHookRecord, writeHookRecord } from '../../cli/hook/record.ts';
import { listSessions, writeSession } from '../../cli/identity/session.ts';
import manifest from '../../package.json' with { type: 'json' };
import { freePort } from '../../server/database/free-port.ts';
import { createTestHome, type TestHome } from '../support/home.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { answerJson, startFake } from './fake-server.ts';
import { cli, type Said } from './process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  token = server.config.token ?? '';
});
afterAll(() => server.close());

let place: TestHome;
let home: string;
let work: string;
let env: Record<string, string>;
beforeEach(async () => {
  place = await createTestHome();
  [home, work] = [join(place.path, 'home'), join(place.path, 'work')];
  await Promise.all([mkdir(home), mkdir(work)]);
  env = {
    ...{ CLAMBAKE_HOME: home, CLAMBAKE_URL: server.url, CLAMBAKE_TOKEN: token },
    ...{ CLAMBAKE_SESSION: 'a key', CLAUDE_CONFIG_DIR: join(place.path, 'claude') },
  };
});
afterEach(() => place.remove());

const run = (args: string[], more: Record<string, string> = {}): Promise<Said> => cli(args, { ...env, ...more }, work);

interface Seen {
  code: number | null;
  ok: boolean;
  links: Record<string, Omit<Check, 'link'>>;
}

/** What the doctor finds, by links. */
async function examine(more: Record<string, string> = {}, args: string[] = []): Promise<Seen> {
  const { code, stdout, stderr } = await run(['doctor', '--json', ...args], more);
  expect(stderr).toBe('');
  expect(stdout).not.toContain(more.CLAMBAKE_TOKEN || token);
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  expect(code).toBe(ok ? 0 : 1);
  return { code, ok, links: Object.fromEntries(checks.map(({ link, ...found }) => [link, found])) };
}

/** A finding whose text has all of this in it, and that says what to do where something is wrong. */
const failed = (...words: string[]): unknown => ({
  state: 'fail',
  text: expect.stringMatching(
    new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'), 's'),
  ),
  mend: expect.any(String),
});

async function put(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
}

describe('of a chain that is whole', () => {
  test('says so in a line for each link, and the others are notes', async () => {
    const { code, stdout } = await run(['doctor']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `ok   node      ${process.versions.node}`,
      `ok   home      ${home}`,
      `ok   server    ${server.url}, version ${manifest.version}`,
      'ok   token     accepted, as human',
      'ok   database  reachable',
      'note session   not registered',
      expect.stringContaining('clambake register --project <name>'),
      expect.stringMatching(/^note plugin {4}not installed in /),
      expect.stringContaining('clambake setup claude-code'),
      expect.stringMatching(/^note hooks {5}none has reached the server/),
      '',
    ]);
    expect(await readdir(home)).toEqual([]);
  });

  test('knows the session, and one that the server has forgotten', async () => {
    expect((await run(['register', '--project', 'p'])).code).toBe(0);
    const [session] = listSessions(home);
    if (!session) throw new Error('nothing was registered');
    const { links } = await examine();
    expect(links.session).toEqual({ state: 'ok', text: `${session.instance} on p` });
    writeSession(home, { ...session, token: 'x'.repeat(32) });
    expect((await examine()).links.session).toEqual(failed(session.instance, 'does not know'));
    expect(listSessions(home)).toHaveLength(1);
    expect((await examine({ CLAMBAKE_INSTANCE: 'nobody-here' })).links.session).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('CLAMBAKE_INSTANCE is "nobody-here"'),
    });
    const away = await examine({ CLAMBAKE_URL: `http://127.0.0.1:${await freePort()}` }, ['--as', session.instance]);
    expect(away.links.session?.state).toBe('fail');
  });
});

describe('of the server', () => {
  test('says that nothing listens, and starts none', async () => {
    const port = String(await freePort());
    const { links } = await examine({ CLAMBAKE_URL: '', CLAMBAKE_PORT: port, CLAMBAKE_AUTOSTART: '1' });
    expect(links.server).toEqual(failed(`nothing listens at http://127.0.0.1:${port}`));
    expect(links).toMatchObject({ token: { state: 'skip' }, database: { state: 'skip' }, session: { state: 'note' } });
    expect(await readdir(home)).toEqual([]);
    const without = await examine({ CLAMBAKE_URL: '', CLAMBAKE_TOKEN: '', CLAMBAKE_PORT: port });
    expect(without.links.token).toMatchObject({ state: 'fail', text: expect.stringContaining('no access token') });
  });

  test('says that the token is not accepted', async () => {
    const { links } = await examine({ CLAMBAKE_TOKEN: 'not-the-right-token-at-all' });
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
      expect((await examine({ CLAMBAKE_URL: fake.url })).links.server).toEqual(failed(...words));
    } finally {
      await fake.close();
    }
  });

  test('sends no token to what may be another program', async () => {
    const fake = await startFake((response) => answerJson(response, { status: 'ok', version: manifest.version }));
    try {
      await put(join(home, 'token'), token);
      const { links } = await examine({ CLAMBAKE_URL: '', CLAMBAKE_TOKEN: '', CLAMBAKE_PORT: String(fake.port) });
      expect(links.token).toMatchObject({ state: 'fail', text: expect.stringContaining('no token is sent to it') });
      expect(fake.got.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    } finally {
      await fake.close();
    }
  });

  test('says that its database is away', async () => {
    const fake = await startFake((response) => answerJson(response, { status: 'unavailable' }, 503));
    try {
      const { links } = await examine({ CLAMBAKE_URL: fake.url });
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
      const { ok, links } = await examine({ CLAMBAKE_URL: fake.url });
      expect({ ok, database: links.database }).toMatchObject({ ok: true, database: { state: 'note' } });
    } finally {
      await fake.close();
    }
  });

  test.each([
    [{ CLAMBAKE_PORT: 'no port' }, 'CLAMBAKE_PORT'],
    [{ CLAMBAKE_URL: 'no address' }, 'CLAMBAKE_URL'],
  ])('says what of the environment cannot be used: %j', async (more, name) => {
    const { links } = await examine(more);
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
    const file = join(place.path, 'file');
    await put(file, 'text');
    expect((await examine({ CLAMBAKE_HOME: file })).links.home).toEqual(failed(file, 'no folder'));
    expect((await examine({ CLAMBAKE_HOME: join(file, 'below') })).links.home).toEqual(failed('cannot be made'));
    const coming = join(place.path, 'a', 'b');
    expect((await examine({ CLAMBAKE_HOME: coming })).links.home).toMatchObject({ state: 'note' });
    await expect(stat(coming)).rejects.toThrow('ENOENT');
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('says that the home is closed', async () => {
    await chmod(home, 0o500);
    expect((await examine()).links.home).toEqual(failed(home, 'EACCES'));
    await chmod(home, 0o700);
  });
});

describe('of the plugin', () => {
  const key = 'clambake@clambake';
  let root: string;
  let script: string;
  beforeEach(() => {
    root = join(place.path, 'claude', 'plugins', 'cache', 'clambake', 'clambake', manifest.version);
    script = join(place.path, 'a folder', 'main.js');
  });

  /** Lays the plugin down as Claude Code 2.1.330 does. */
  async function install(version: string = manifest.version, enabled = true): Promise<void> {
    const claude = join(place.path, 'claude');
    const hook = { type: 'command', command: `"${process.execPath}" "${script}" hook PreToolUse 2>/dev/null` };
    const entry = { scope: 'user', installPath: root, version, installedAt: '2026-11-28T16:03:12.994Z' };
    await Promise.all([
      put(script, ''),
      put(join(claude, 'settings.json'), { enabledPlugins: { [key]: enabled, 'other@clambake': true } }),
      put(join(claude, 'plugins', 'installed_plugins.json'), { version: 2, plugins: { [key]: [entry] } }),
      put(join(root, '.claude-plugin', 'plugin.json'), { name: 'clambake', version }),
      put(join(root, 'hooks', 'hooks.json'), { hooks: { PreToolUse: [{ matcher: 'Edit', hooks: [hook] }] } }),
    ]);
  }

  const plugin = async (): Promise<Seen['links'][string] | undefined> => (await examine()).links.plugin;

  test('is well', async () => {
    await install();
    const { ok, links } = await examine();
    expect(ok).toBe(true);
    expect(links.plugin).toEqual({ state: 'ok', text: `${key}, version ${manifest.version}` });
    expect(links.hooks).toMatchObject({ state: 'note', text: 'none has reached the server yet' });
  });

  test('is broken, in each way that it can be', async () => {
    await install('0.0.1');
    expect(await plugin()).toEqual(failed('version 0.0.1', manifest.version));
    await install();
    await rm(script);
    expect(await plugin()).toEqual(failed('not there', script));
    await rm(join(root, 'hooks', 'hooks.json'));
    expect(await plugin()).toEqual(failed('hooks.json is missing'));
    await put(join(root, 'hooks', 'hooks.json'), '{');
    expect(await plugin()).toEqual(failed('holds no JSON'));
    await rm(join(place.path, 'claude', 'plugins', 'installed_plugins.json'));
    expect(await plugin()).toEqual(failed('enabled and not installed'));
    await put(join(place.path, 'claude', 'settings.json'), 'text');
    expect(await plugin()).toEqual(failed('settings.json', 'holds no JSON'));
  });

  test('starts an MCP server that is not there, and says what mends it wherever it came from', async () => {
    await install();
    const gone = join(place.path, 'gone', 'main.js');
    await put(join(root, '.mcp.json'), {
      mcpServers: { clambake: { command: process.execPath, args: [gone, 'mcp'] } },
    });
    expect(await plugin()).toMatchObject({
      state: 'fail',
      text: expect.stringContaining(gone),
      mend: expect.stringContaining('`claude plugin marketplace remove clambake`, then `clambake setup claude-code`'),
    });
  });

  test('is not enabled, which is no fault, until the project enables it', async () => {
    await install(manifest.version, false);
    const { ok, links } = await examine();
    expect({ ok, plugin: links.plugin }).toMatchObject({
      ok: true,
      plugin: { state: 'note', mend: expect.stringContaining(`claude plugin enable ${key}`) },
    });
    await put(join(work, '.claude', 'settings.json'), { enabledPlugins: { [key]: true } });
    expect((await plugin())?.state).toBe('ok');
    await put(join(work, '.claude', 'settings.local.json'), { enabledPlugins: { [key]: false } });
    expect((await plugin())?.state).toBe('note');
  });

  test('of another project is none here', async () => {
    await install();
    const entry = { scope: 'project', projectPath: join(place.path, 'elsewhere'), installPath: root, version: '1' };
    const claude = join(place.path, 'claude');
    await put(join(claude, 'plugins', 'installed_plugins.json'), { version: 2, plugins: { [key]: [entry] } });
    await put(join(claude, 'settings.json'), {});
    expect(await plugin()).toMatchObject({ state: 'note', text: expect.stringContaining('not installed') });
  });

  test('may name its own folder, a shell that fills something in, and programs in PATH', () => {
    const hooks = (...commands: object[]): unknown => ({ hooks: { Stop: [{ hooks: commands }] } });
    const gone = join(place.path, 'gone');
    const missing = (...commands: object[]): string[] =>
      missingPaths(hooks(...commands), place.path, { PATH: join(place.path, 'bin') });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    expect(missing({ command: '"${CLAUDE_PLUGIN_ROOT}"/gone a; echo /dev/null' })).toEqual([`${place.path}/gone`]);
    expect(missing({ command: '$HOME/x' }, { command: 'echo hello' })).toEqual([]);
    expect(missing({ command: 'clambake hook Stop' }, { command: 'clambake hook Stop' })).toEqual(['clambake']);
    expect(missing({ command: process.execPath, args: [gone, 'hook'] })).toEqual([gone]);
  });
});

describe('of hooks', () => {
  const minute = (n: number): string => new Date(Date.now() - n * 60_000).toISOString();

  test('says when one last reached the server, and the last failure where that is newer', async () => {
    writeHookRecord(home, { lastFailure: { event: 'Stop', at: minute(9), reason: 'no server' } });
    expect((await examine()).links.hooks).toEqual(failed('Stop failed 9 min ago: no server', 'before'));
    writeHookRecord(home, { lastSuccess: { event: 'PreToolUse', at: minute(3) } });
    expect((await examine()).links.hooks).toEqual({ state: 'ok', text: 'PreToolUse reached the server 3 min ago' });
    writeHookRecord(home, { lastFailure: { event: 'Stop', at: minute(2), reason: 'two\nlines' } });
    expect((await examine()).links.hooks).toEqual(failed('Stop failed 2 min ago', 'PreToolUse reached'));
    expect((await run(['doctor'])).stdout).toContain('two\\nlines');
  });

  test('are kept for the user alone, over a spoiled file, and where there is a home', async () => {
    const path = join(home, 'hooks.json');
    for (const spoiled of ['{', '[]', '{"lastSuccess": {"event": 1}}', '{"lastSuccess": {"event": "a", "at": "b"}}']) {
      await put(path, spoiled);
      expect(readHookRecord(home)).toEqual({});
    }
    const lastSuccess = { event: 'Stop', at: minute(1) };
    writeHookRecord(home, { lastSuccess });
    expect(readHookRecord(home)).toEqual({ lastSuccess });
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(home)).toEqual(['hooks.json']);
    const nowhere = join(place.path, 'nowhere');
    writeHookRecord(nowhere, { lastSuccess });
    expect(readHookRecord(nowhere)).toEqual({});
    await expect(stat(nowhere)).rejects.toThrow('ENOENT');
  });
});
