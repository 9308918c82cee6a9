import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { missingPaths } from '../../cli/doctor/hook-paths.ts';
import { readHookRecord, writeHookRecord } from '../../cli/hook/record.ts';
import manifest from '../../package.json' with { type: 'json' };
import { Clinic, failed, put, type Seen } from './clinic.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const at = new Clinic();

describe('of the plugin', () => {
  const key = 'clambake@clambake';
  let root: string;
  let script: string;
  beforeEach(() => {
    root = join(at.place.path, 'claude', 'plugins', 'cache', 'clambake', 'clambake', manifest.version);
    script = join(at.place.path, 'a folder', 'main.js');
  });

  /** Lays the plugin down as Claude Code 2.1.330 does. */
  async function install(version: string = manifest.version, enabled = true): Promise<void> {
    const claude = join(at.place.path, 'claude');
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

  const plugin = async (): Promise<Seen['links'][string] | undefined> => (await at.examine()).links.plugin;

  test('is well', async () => {
    await install();
    const { ok, links } = await at.examine();
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
    await rm(join(at.place.path, 'claude', 'plugins', 'installed_plugins.json'));
    expect(await plugin()).toEqual(failed('enabled and not installed'));
    await put(join(at.place.path, 'claude', 'settings.json'), 'text');
    expect(await plugin()).toEqual(failed('settings.json', 'holds no JSON'));
  });

  test('starts an MCP server that is not there, and says what mends it wherever it came from', async () => {
    await install();
    const gone = join(at.place.path, 'gone', 'main.js');
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
    const { ok, links } = await at.examine();
    expect({ ok, plugin: links.plugin }).toMatchObject({
      ok: true,
      plugin: { state: 'note', mend: expect.stringContaining(`claude plugin enable ${key}`) },
    });
    await put(join(at.work, '.claude', 'settings.json'), { enabledPlugins: { [key]: true } });
    expect((await plugin())?.state).toBe('ok');
    await put(join(at.work, '.claude', 'settings.local.json'), { enabledPlugins: { [key]: false } });
    expect((await plugin())?.state).toBe('note');
  });

  test('of another project is none here', async () => {
    await install();
    const entry = { scope: 'project', projectPath: join(at.place.path, 'elsewhere'), installPath: root, version: '1' };
    const claude = join(at.place.path, 'claude');
    await put(join(claude, 'plugins', 'installed_plugins.json'), { version: 2, plugins: { [key]: [entry] } });
    await put(join(claude, 'settings.json'), {});
    expect(await plugin()).toMatchObject({ state: 'note', text: expect.stringContaining('not installed') });
  });

  test('may name its own folder, a shell that fills something in, and programs in PATH', () => {
    const hooks = (...commands: object[]): unknown => ({ hooks: { Stop: [{ hooks: commands }] } });
    const gone = join(at.place.path, 'gone');
    const missing = (...commands: object[]): string[] =>
      missingPaths(hooks(...commands), at.place.path, { PATH: join(at.place.path, 'bin') });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    expect(missing({ command: '"${CLAUDE_PLUGIN_ROOT}"/gone a; echo /dev/null' })).toEqual([`${at.place.path}/gone`]);
    expect(missing({ command: '$HOME/x' }, { command: 'echo hello' })).toEqual([]);
    expect(missing({ command: 'clambake hook Stop' }, { command: 'clambake hook Stop' })).toEqual(['clambake']);
    expect(missing({ command: process.execPath, args: [gone, 'hook'] })).toEqual([gone]);
  });
});

describe('of hooks', () => {
  const minute = (n: number): string => new Date(Date.now() - n * 60_000).toISOString();

  test('says when one last reached the server, and the last failure where that is newer', async () => {
    writeHookRecord(at.home, { lastFailure: { event: 'Stop', at: minute(9), reason: 'no server' } });
    expect((await at.examine()).links.hooks).toEqual(failed('Stop failed 9 min ago: no server', 'before'));
    writeHookRecord(at.home, { lastSuccess: { event: 'PreToolUse', at: minute(3) } });
    expect((await at.examine()).links.hooks).toEqual({ state: 'ok', text: 'PreToolUse reached the server 3 min ago' });
    writeHookRecord(at.home, { lastFailure: { event: 'Stop', at: minute(2), reason: 'two\nlines' } });
    expect((await at.examine()).links.hooks).toEqual(failed('Stop failed 2 min ago', 'PreToolUse reached'));
    expect((await at.run(['doctor'])).stdout).toContain('two\\nlines');
  });

  test('are kept for the user alone, over a spoiled file, and where there is a home', async () => {
    const path = join(at.home, 'hooks.json');
    for (const spoiled of ['{', '[]', '{"lastSuccess": {"event": 1}}', '{"lastSuccess": {"event": "a", "at": "b"}}']) {
      await put(path, spoiled);
      expect(readHookRecord(at.home)).toEqual({});
    }
    const lastSuccess = { event: 'Stop', at: minute(1) };
    writeHookRecord(at.home, { lastSuccess });
    expect(readHookRecord(at.home)).toEqual({ lastSuccess });
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(at.home)).toEqual(['hooks.json']);
    const nowhere = join(at.place.path, 'nowhere');
    writeHookRecord(nowhere, { lastSuccess });
    expect(readHookRecord(nowhere)).toEqual({});
    await expect(stat(nowhere)).rejects.toThrow('ENOENT');
  });
});
