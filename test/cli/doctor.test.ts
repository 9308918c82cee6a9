import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine } from '../support/program.ts';
import { Caller } from '../support/server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Check {
  link: string;
  state: 'ok' | 'note' | 'fail' | 'skip';
  text: string;
  mend?: string;
}

let database: TestDatabase;
let machine: Machine;
let claude: string;
beforeAll(async () => {
  database = await createTestDatabase();
  machine = await Machine.create({ DATABASE_URL: database.url });
  claude = await machine.folder('claude');
  expect((await machine.run(['register', '--project', 'p'], { env: { CLAMBAKE_SESSION: 'known' } })).code).toBe(0);
});
afterAll(async () => {
  await machine.close();
  await database.drop();
});

/** What it finds, by the names of the links. */
async function examine(env: Record<string, string> = {}, of = machine) {
  const { code, stdout, stderr } = await of.run(['doctor', '--json'], { env: { CLAUDE_CONFIG_DIR: claude, ...env } });
  expect(stderr).toBe('');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  expect(code).toBe(ok ? 0 : 1);
  return new Map(checks.map((check) => [check.link, check]));
}

/** Has Claude Code have the plugin installed. */
async function install(hooks: object, version = '0.1.0+1234abcd', enabled = true): Promise<void> {
  const path = join(claude, 'cache');
  await mkdir(join(path, 'hooks'), { recursive: true });
  await mkdir(join(path, '.claude-plugin'), { recursive: true });
  await mkdir(join(claude, 'plugins'), { recursive: true });
  await writeFile(join(path, 'hooks', 'hooks.json'), JSON.stringify({ hooks }));
  await writeFile(join(path, '.claude-plugin', 'plugin.json'), JSON.stringify({ name: 'clambake', version }));
  await writeFile(join(claude, 'settings.json'), JSON.stringify({ enabledPlugins: { 'clambake@clambake': enabled } }));
  await writeFile(
    join(claude, 'plugins', 'installed_plugins.json'),
    JSON.stringify({ version: 2, plugins: { 'clambake@clambake': [{ scope: 'user', installPath: path, version }] } }),
  );
}
const hook = (command: string, ...args: string[]) => ({ Stop: [{ hooks: [{ type: 'command', command, args }] }] });

describe('clambake doctor', () => {
  test('finds every link in order where it is, and prints a line for each', async () => {
    await install(hook(process.execPath));
    const found = await examine({ CLAMBAKE_SESSION: 'known' });
    expect([...found.keys()]).toEqual(['node', 'home', 'server', 'token', 'database', 'session', 'plugin', 'hooks']);
    expect([...found.values()].filter(({ state }) => state === 'fail')).toEqual([]);
    expect(found.get('server')?.text).toMatch(/, version \d+\.\d+\.\d+$/);
    expect(found.get('session')).toMatchObject({ state: 'ok', text: expect.stringContaining(' on p') });
    const { stdout } = await machine.run(['doctor'], { env: { CLAUDE_CONFIG_DIR: claude } });
    expect(stdout).toMatch(/^ok {3}node {6}\d/);
  });

  test('says when a hook last reached the server, and why one last did not', async () => {
    const stdin = JSON.stringify({ session_id: 'known', cwd: machine.home, hook_event_name: 'Stop' });
    // Under load the usual 2 s are over before the process has started.
    const env = { CLAMBAKE_SESSION: 'known', CLAMBAKE_HOOK_TIMEOUT: '30s' };
    await machine.run(['hook', 'Stop'], { stdin, env });
    expect((await examine()).get('hooks')).toMatchObject({
      state: 'ok',
      text: expect.stringMatching(/^Stop reached the server/),
    });
    await machine.run(['hook', 'Stop'], { stdin: 'no JSON' });
    expect((await examine()).get('hooks')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('no JSON object'),
    });
    await machine.run(['hook', 'Stop'], { stdin, env });
    expect((await examine()).get('hooks')?.state).toBe('ok');
  });

  test('says that the session has left, or is none, which is no fault', async () => {
    const env = { CLAMBAKE_SESSION: 'leaving' };
    await machine.run(['register', '--project', 'p'], { env });
    const { stdout } = await machine.run(['whoami', '--json'], { env });
    const { name } = JSON.parse(stdout) as { name: string };
    // From another machine: this one would forget the registration.
    const operator = new Caller(machine.url, (await machine.run(['token'])).stdout.trim());
    await operator.do('mutation ($name: ID!) { deregister(instance: $name) { id } }', { name });
    expect((await examine(env)).get('session')).toMatchObject({
      state: 'fail',
      mend: expect.stringContaining('clambake register --project p'),
    });
    expect((await examine({ CLAMBAKE_SESSION: 'unheard-of' })).get('session')?.state).toBe('note');
  });

  test('says that the plugin is missing, is off, starts what is not there, or is of another version', async () => {
    await install(hook('/gone/clambake', 'hook', 'Stop'));
    expect((await examine()).get('plugin')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('/gone/clambake'),
    });
    await install(hook(process.execPath), '9.9.9');
    expect((await examine()).get('plugin')).toMatchObject({ state: 'fail', text: expect.stringContaining('9.9.9') });
    await install(hook(process.execPath), '0.1.0', false);
    expect((await examine()).get('plugin')).toMatchObject({
      state: 'note',
      text: expect.stringContaining('not enabled'),
    });
    await writeFile(join(claude, 'settings.json'), '{ "enabledPlugins": ');
    expect((await examine()).get('plugin')?.state).toBe('fail');
    expect((await examine({ CLAUDE_CONFIG_DIR: join(claude, 'nothing') })).get('plugin')).toMatchObject({
      state: 'note',
      mend: expect.stringContaining('clambake setup claude-code'),
    });
  });

  test('starts no server, and says how to', async () => {
    const alone = await Machine.create();
    const found = await examine({}, alone);
    expect(found.get('server')).toMatchObject({ state: 'fail', mend: expect.stringContaining('clambake serve') });
    expect(found.get('database')?.state).toBe('skip');
    expect(alone.running().server).toBeUndefined();
    await alone.close();
  });

  test('tells a wrong token, another program at the address, and a setting that cannot be used', async () => {
    const wrong = { CLAMBAKE_URL: machine.url, CLAMBAKE_TOKEN: 'not-the-token-of-this-server' };
    const found = await examine(wrong);
    expect(found.get('token')).toMatchObject({ state: 'fail', mend: expect.stringContaining('clambake token') });
    expect(JSON.stringify([...found.values()])).not.toContain(wrong.CLAMBAKE_TOKEN);

    const other = createServer((_, response) => void response.end('Hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect((await examine({ ...wrong, CLAMBAKE_URL: url })).get('server')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('no Clambake server'),
    });
    other.close();
    expect((await examine({ CLAMBAKE_PORT: 'many' })).get('server')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('CLAMBAKE_PORT is "many"'),
    });
  });
});
