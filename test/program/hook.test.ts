import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { common } from '../hook/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine, type Said } from '../support/program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let machine: Machine;
let shop: string;
beforeAll(async () => {
  database = await createTestDatabase();
  machine = await Machine.create({ DATABASE_URL: database.url });
  shop = await machine.folder('shop');
  execFileSync('git', ['init', '-q', shop]);
  await writeFile(join(shop, 'compose.yaml'), 'services: {}\n');
  // As a person does once: nothing that a hook does starts a server.
  expect((await machine.run(['status', '--as', 'human'])).code).toBe(0);
});
afterAll(async () => {
  await machine.close();
  await database.drop();
});

type More = Record<string, unknown>;

function hook(event: string, session: string, more: More = {}, env: Record<string, string> = {}): Promise<Said> {
  const stdin = JSON.stringify({ ...common(event, session, shop), ...more });
  return machine.run(['hook', event], { stdin, cwd: shop, env: { CLAUDE_CODE_SESSION_ID: session, ...env } });
}

/** What a hook says; nothing where that is nothing. */
async function said(event: string, session: string, more: More = {}) {
  const { code, stdout, stderr } = await hook(event, session, more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  if (stdout === '') return {};
  const { hookSpecificOutput } = JSON.parse(stdout) as { hookSpecificOutput: Record<string, string> };
  expect(hookSpecificOutput.hookEventName).toBe(event);
  return hookSpecificOutput;
}

/** Runs a command of Bash in a session. */
const clambake = (session: string, ...args: string[]): Promise<Said> =>
  machine.run(args, { cwd: shop, env: { CLAUDE_CODE_SESSION_ID: session } });

async function begin(session: string, source = 'startup'): Promise<string> {
  const { additionalContext = '' } = await said('SessionStart', session, { source, model: 'claude-opus' });
  return /this session is (?:still )?(\S+) on shop/.exec(additionalContext)?.[1] ?? `nobody: ${additionalContext}`;
}

const edit = (path: string): More => ({
  ...{ tool_name: 'Edit', tool_use_id: 'toolu_01' },
  tool_input: { file_path: join(shop, path), old_string: 'a', new_string: 'b' },
});

describe('two sessions of Claude Code in one repository', () => {
  test('keep out of each other’s way, hear of each other once, and leave cleanly', async () => {
    const [one, two] = [await begin('one'), await begin('two')];
    expect(one).toMatch(/^[a-z]+-[a-z]+-/);
    expect(two).not.toBe(one);

    // What is called in Bash acts as the session's instance.
    expect(JSON.parse((await clambake('one', 'whoami', '--json')).stdout)).toMatchObject({ name: one });
    const sent = await clambake(
      'one',
      'send',
      '--to',
      '@all',
      '--type',
      'blocker',
      '--resource',
      'compose.yaml',
      '--subject',
      'Adding a service',
      '--json',
    );
    const blocker = (JSON.parse(sent.stdout) as { message: { id: string } }).message.id;

    const denied = await said('PreToolUse', 'two', edit('compose.yaml'));
    expect(denied.permissionDecision).toBe('deny');
    expect(denied.permissionDecisionReason).toContain(`is held by ${one} (shop)`);
    expect(await said('PreToolUse', 'one', edit('compose.yaml'))).toEqual({});
    expect(await said('PreToolUse', 'two', edit('README.md'))).toEqual({});

    // Mail comes between tool calls, exactly once.
    expect((await said('PostToolBatch', 'two', { tool_calls: [] })).additionalContext).toContain(
      `#${blocker} blocker from ${one}`,
    );
    expect(await said('PostToolBatch', 'two', { tool_calls: [] })).toEqual({});
    expect(await said('PostToolBatch', 'one', { tool_calls: [] })).toEqual({});
    await clambake('two', 'send', '--to', one, '--type', 'request', '--subject', 'When are you done?');
    expect((await said('UserPromptSubmit', 'one', { prompt: 'Add the service' })).additionalContext).toContain(
      'When are you done?',
    );
    expect((await said('Stop', 'one', { stop_hook_active: false })).additionalContext).toContain('When are you done?');
    expect(await said('Stop', 'one', { stop_hook_active: false })).toEqual({});

    // After a compaction it still knows what it holds and owes, and its token still stands.
    const compacted = await said('SessionStart', 'one', { source: 'compact' });
    expect(compacted.additionalContext).toContain(`is still ${one}`);
    expect(compacted.additionalContext).toContain(`#${blocker} shop:compose.yaml`);
    expect(compacted.additionalContext).toContain('When are you done?');
    expect((await clambake('one', 'inbox')).code).toBe(0);

    // Its blockers end with it.
    expect(await said('SessionEnd', 'one', { reason: 'prompt_input_exit' })).toEqual({});
    expect(await said('PreToolUse', 'two', edit('compose.yaml'))).toEqual({});
    expect((await clambake('one', 'inbox')).code).toBe(4);
    expect(await begin('one', 'resume')).toBe(one);
    await said('SessionEnd', 'one', { reason: 'other' });
    await said('SessionEnd', 'two', { reason: 'clear' });
  });
});

test('a session whose registration was ended elsewhere registers again at its next prompt', async () => {
  const id = await begin('ended');
  expect((await clambake('ended', 'deregister')).code).toBe(0);
  expect((await said('UserPromptSubmit', 'ended', { prompt: 'Hi' })).additionalContext).toContain(
    `this session is ${id}`,
  );
  expect((await clambake('ended', 'inbox')).code).toBe(0);
});

test('a session that registered by hand is told who it is by its first hook, and by that alone', async () => {
  const { stdout } = await clambake('by-hand', 'register', '--project', 'shop', '--json');
  const { instance } = JSON.parse(stdout) as { instance: { id: string } };
  expect(await said('PreToolUse', 'by-hand', edit('free.txt'))).toEqual({});
  const first = await said('PostToolBatch', 'by-hand', { tool_calls: [] });
  expect(first.additionalContext).toContain(`this session is ${instance.id}`);
  expect(await said('PostToolBatch', 'by-hand', { tool_calls: [] })).toEqual({});
});

test('a hook that asked nobody is none that reached the server', async () => {
  const file = join(machine.home, 'hooks.json');
  await begin('asking');
  const before = await readFile(file, 'utf8');
  expect(JSON.parse(before)).toMatchObject({ lastSuccess: { event: 'SessionStart' } });
  await said('Stop', 'never-registered', { stop_hook_active: false });
  await said('PreToolUse', 'asking', { tool_name: 'Bash', tool_input: { command: 'ls' } });
  expect(await readFile(file, 'utf8')).toBe(before);
});

test('two processes of one session are one instance, and whoever starts second is told', async () => {
  const id = await begin('twice');
  const { additionalContext } = await said('SessionStart', 'twice', { source: 'resume' });
  expect(additionalContext).toContain(`both are ${id}`);
});

test('a session key of the person’s own is the key of the hooks as well', async () => {
  const env = { CLAMBAKE_SESSION: 'chosen' };
  const { stdout } = await hook('SessionStart', 'whatever', { source: 'startup' }, env);
  const { stdout: whoami } = await machine.run(['whoami', '--json'], { cwd: shop, env });
  expect(stdout).toContain((JSON.parse(whoami) as { name: string }).name);
});

describe('what cannot be answered says nothing and exits 0', () => {
  test.each([
    ['an unknown event', ['hook', 'Unheard'], JSON.stringify(common('Unheard', 'x', '/work'))],
    ['no event', ['hook'], '{}'],
    ['no JSON', ['hook', 'PostToolBatch'], '{"session'],
    ['no session', ['hook', 'PostToolBatch'], '{"cwd":"/work"}'],
    ['nothing at all', ['hook', 'PostToolBatch'], ''],
  ])('%s', async (_, args, stdin) => {
    expect(await machine.run(args, { stdin })).toEqual({ code: 0, stdout: '', stderr: '' });
    const record = JSON.parse(await readFile(join(machine.home, 'hooks.json'), 'utf8')) as More;
    expect(record).toMatchObject({ lastFailure: { reason: expect.any(String) } });
  });

  test('a flag that it does not know, or a time that is none', async () => {
    expect(await machine.run(['hook', 'Stop', '--nope'], { stdin: '{}' })).toEqual({ code: 0, stdout: '', stderr: '' });
    const env = { CLAMBAKE_HOOK_TIMEOUT: '9999h' };
    expect(await machine.run(['hook', 'Stop'], { stdin: '{}', env })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('an instance that was named and is not known here, which registers nobody', async () => {
    const env = { CLAMBAKE_INSTANCE: 'calm-heron-0b1c' };
    const { stdout } = await hook('SessionStart', 'named', { source: 'startup' }, env);
    expect(stdout).toBe('');
    expect((await clambake('named', 'inbox')).code).toBe(4);
  });

  test('5 MB in a tool is no trouble', async () => {
    await begin('large');
    const tool_input = { file_path: join(shop, 'large.txt'), content: 'x"\\\n'.repeat(1_300_000) };
    expect(await said('PreToolUse', 'large', { tool_name: 'Write', tool_input })).toEqual({});
  });

  test('a server that was stopped, one that was killed, one that hangs', async () => {
    const alone = await Machine.create({ DATABASE_URL: database.url });
    const folder = await alone.folder('shop');
    await mkdir(folder, { recursive: true });
    const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolBatch', 'Stop', 'SessionEnd'];
    const ask = async (env: Record<string, string> = {}): Promise<void> => {
      for (const event of events) {
        const stdin = JSON.stringify({
          ...common(event, 'one', folder),
          ...edit('compose.yaml'),
          source: 'startup',
          prompt: 'Hi',
        });
        const since = performance.now();
        expect({ event, ...(await alone.run(['hook', event], { stdin, cwd: folder, env })) }).toEqual({
          event,
          code: 0,
          stdout: '',
          stderr: '',
        });
        // The 2 s themselves are measured where nothing else runs (speed.test.ts).
        expect(performance.now() - since).toBeLessThan(8000);
      }
    };
    // Never started.
    await ask();
    expect(alone.running().server).toBeUndefined();

    expect(
      (await alone.run(['register', '--project', 'shop'], { cwd: folder, env: { CLAUDE_CODE_SESSION_ID: 'one' } }))
        .code,
    ).toBe(0);
    process.kill(alone.running().server ?? 0, 'SIGKILL');
    await ask();
    expect(alone.running().server).toBeUndefined();

    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await ask({ CLAMBAKE_URL: url, CLAMBAKE_TOKEN: 'a-token-of-sixteen-characters' });
    silent.close();
    await alone.close();
  });
});
