import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Machine, program } from '../support/program.ts';

vi.setConfig({ testTimeout: 60_000 });

/** As much of Claude Code's command line as the setup calls: it keeps what it was told in a file. */
const fakeClaude = `#!${process.execPath}
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const file = process.env.FAKE_CLAUDE;
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { calls: [], markets: [] };
const args = process.argv.slice(2);
state.calls.push(args.join(' '));
let code = 0;
if (process.env.FAKE_CLAUDE_FAILS && args.join(' ').includes(process.env.FAKE_CLAUDE_FAILS)) {
  console.error('It does not work.');
  code = 1;
} else if (args[1] === 'marketplace' && args[2] === 'list') console.log(JSON.stringify(state.markets));
else if (args[1] === 'marketplace' && args[2] === 'add') state.markets = [{ name: 'clambake', source: 'directory', path: args[3] }];
else if (args[1] === 'marketplace' && args[2] === 'remove') state.markets = [];
writeFileSync(file, JSON.stringify(state));
process.exitCode = code;
`;

let machine: Machine;
let bin: string;
let state: string;
beforeEach(async () => {
  machine = await Machine.create({ CLAMBAKE_AUTOSTART: '0' });
  bin = await machine.folder('bin');
  state = join(machine.home, '..', 'claude.json');
});
afterEach(() => machine.close());

const withClaude = async (): Promise<Record<string, string>> => {
  await writeFile(join(bin, 'claude'), fakeClaude);
  await chmod(join(bin, 'claude'), 0o755);
  return { PATH: [bin, process.env.PATH].join(delimiter), FAKE_CLAUDE: state };
};
const without = { PATH: '/nowhere' };
const setup = (args: string[], env: Record<string, string>) => machine.run(['setup', 'claude-code', ...args], { env });
const calls = async (): Promise<string[]> => {
  const { calls } = JSON.parse(await readFile(state, 'utf8')) as { calls: string[] };
  return calls.filter((call) => !call.includes('list'));
};
const marketplace = () => join(machine.home, 'claude-code');
const read = async (...path: string[]): Promise<unknown> =>
  JSON.parse(await readFile(join(marketplace(), ...path), 'utf8'));

describe.skipIf(process.platform === 'win32')('clambake setup claude-code', () => {
  test('writes the plugin with the paths of this installation, and has Claude Code install it', async () => {
    const { code, stdout, stderr } = await setup([], await withClaude());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`The plugin is written to ${marketplace()}.`);
    expect(await calls()).toEqual([`plugin marketplace add ${marketplace()}`, 'plugin install clambake@clambake']);
    expect(await read('plugin', 'hooks', 'hooks.json')).toMatchObject({
      hooks: { Stop: [{ hooks: [{ command: process.execPath, args: [program, 'hook', 'Stop'] }] }] },
    });
    expect(await read('plugin', '.mcp.json')).toMatchObject({
      mcpServers: { clambake: { command: process.execPath, args: [program, 'mcp'] } },
    });
    await expect(read('plugin', 'monitors', 'monitors.json')).rejects.toThrow('ENOENT');
  });

  test('run again changes nothing, and with other flags renews the plugin and its version', async () => {
    const env = await withClaude();
    await setup([], env);
    const version = async () =>
      ((await read('plugin', '.claude-plugin', 'plugin.json')) as { version: string }).version;
    const first = await version();
    expect((await setup([], env)).stdout).toContain('The plugin is as it was');
    expect(await version()).toBe(first);
    expect((await setup(['--monitor'], env)).stdout).toContain('The plugin is renewed');
    expect(await version()).not.toBe(first);
    expect((await calls()).at(-1)).toBe('plugin update clambake@clambake');
    expect(await read('plugin', 'monitors', 'monitors.json')).toMatchObject([
      { command: expect.stringContaining(' watch --type blocker,request,warning') },
    ]);
  });

  test('without claude on PATH prints what to run', async () => {
    const { code, stdout } = await setup([], without);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `claude is not on PATH: run this where it is:\n  claude plugin marketplace add ${marketplace()}`,
    );
  });

  test('takes all of it away again, twice without harm', async () => {
    const env = await withClaude();
    await setup([], env);
    expect((await setup(['--remove'], env)).stdout).toContain('The plugin is removed from');
    expect((await calls()).at(-1)).toBe('plugin marketplace remove clambake');
    await expect(readFile(join(marketplace(), '.claude-plugin', 'marketplace.json'))).rejects.toThrow('ENOENT');
    expect((await setup(['--remove'], env)).stdout).toContain('There is no plugin in');
  });

  test('prints what goes into settings.json, and changes nothing', async () => {
    const { code, stdout, stderr } = await setup(['--print'], without);
    expect(code).toBe(0);
    const { hooks } = JSON.parse(stdout) as { hooks: Record<string, unknown> };
    expect(Object.keys(hooks)).toHaveLength(6);
    expect(stderr).toContain('claude mcp add --scope user clambake -- ');
    await expect(readFile(join(marketplace(), '.claude-plugin', 'marketplace.json'))).rejects.toThrow('ENOENT');
  });

  test('with --http asks the server between prompts, and never says the token', async () => {
    const token = 'a-token-of-sixteen-characters';
    const { stdout, stderr } = await setup(['--print', '--http'], { ...without, CLAMBAKE_TOKEN: token });
    const { hooks } = JSON.parse(stdout) as { hooks: Record<string, { hooks: Record<string, unknown>[] }[]> };
    for (const event of ['SessionStart', 'UserPromptSubmit', 'SessionEnd']) {
      expect(hooks[event]?.[0]?.hooks[0]).toMatchObject({ type: 'command' });
    }
    expect(hooks.PreToolUse?.[0]?.hooks[0]).toMatchObject({
      ...{
        type: 'http',
        url: `${machine.url}/hooks/PreToolUse`,
        allowedEnvVars: ['CLAMBAKE_TOKEN', 'CLAMBAKE_SESSION'],
      },
      headers: { Authorization: 'Bearer $CLAMBAKE_TOKEN', 'Clambake-Session': '$CLAMBAKE_SESSION' },
    });
    expect(stderr).toContain('CLAMBAKE_TOKEN');
    expect(stdout + stderr).not.toContain(token);
  });

  test('leaves a marketplace of the same name alone that comes from elsewhere', async () => {
    const env = await withClaude();
    await writeFile(
      state,
      JSON.stringify({ calls: [], markets: [{ name: 'clambake', source: 'github', repo: 'me/clambake' }] }),
    );
    const { code, stderr } = await setup([], env);
    expect(code).toBe(1);
    expect(stderr).toContain('from me/clambake');
    await expect(readFile(join(marketplace(), '.claude-plugin', 'marketplace.json'))).rejects.toThrow('ENOENT');
  });

  test('says what Claude Code said where that fails, and works when it is run again', async () => {
    const env = await withClaude();
    const { code, stderr } = await setup([], { ...env, FAKE_CLAUDE_FAILS: 'install' });
    expect(code).toBe(1);
    expect(stderr).toContain(
      '`claude plugin install clambake@clambake` ended with exit code 1.\n    It does not work.',
    );
    expect((await setup([], env)).code).toBe(0);
  });

  test('refuses flags that do not go together, and tools that it does not know', async () => {
    expect((await setup(['--remove', '--http'], without)).code).toBe(2);
    expect((await setup(['--print', '--monitor'], without)).code).toBe(2);
    expect((await machine.run(['setup', 'emacs'], { env: without })).stderr).toContain('claude-code');
  });
});

test('a home that cannot be written is said in a sentence', async () => {
  await mkdir(machine.home, { recursive: true });
  await writeFile(join(machine.home, 'claude-code'), 'a file');
  const { code, stderr } = await setup([], without);
  expect(code).toBe(1);
  expect(stderr).not.toMatch(/^ {4}at /m);
});
