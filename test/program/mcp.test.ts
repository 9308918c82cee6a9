import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine, program, type Said } from '../support/program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let machine: Machine;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  machine = await Machine.create({ DATABASE_URL: database.url });
  folder = await machine.folder('work');
  await writeFile(join(folder, 'compose.yml'), '');
});
afterAll(async () => {
  await machine.close();
  await database.drop();
});

const session = (key: string) => ({ cwd: folder, env: { CLAMBAKE_SESSION: key } });

async function register(key: string): Promise<string> {
  const { stdout, code } = await machine.run(['register', '--project', 'work', '--json'], session(key));
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { instance: { id: string } }).instance.id;
}

/** The SDK's own client of a `clambake mcp` of its own. */
async function connect(key: string, args: string[] = [], mode: 'legacy' | 'auto' = 'legacy') {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const env = { PATH: process.env.PATH ?? '', ...machine.env, CLAMBAKE_SESSION: key };
  const transport = new StdioClientTransport({
    ...{ command: process.execPath, args: [program, 'mcp', ...args], cwd: folder, env, stderr: 'ignore' },
  });
  await client.connect(transport);
  return client;
}

async function call(client: Client, name: string, given: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: given });
  const [first] = content;
  return first?.type === 'text' ? first.text : JSON.stringify(content);
}

const request = (id: number, method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

interface Answer {
  id: number | null;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

/** What `clambake mcp` answers to lines, by id; nothing but JSON-RPC is on its standard output. */
async function talk(lines: string[], env: Record<string, string> = {}): Promise<{ said: Said; answers: Answer[] }> {
  const said = await machine.run(['mcp'], { cwd: folder, env, stdin: lines.join('\n') });
  const answers = said.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Answer);
  for (const answer of answers) expect(answer).toMatchObject({ jsonrpc: '2.0' });
  return { said, answers: answers.sort((a, b) => (a.id ?? 0) - (b.id ?? 0)) };
}

test('starts the server of its home, and answers as the operator where nobody is registered', async () => {
  const { said, answers } = await talk([
    request(1, 'tools/list'),
    '',
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    request(2, 'tools/call', { name: 'guard', arguments: { resources: ['port:1'] } }),
    request(3, 'tools/call', { name: 'inbox' }),
    request(4, 'tools/call', { name: 'send', arguments: { to: '@all', subject: 'By whom?' } }),
  ]);
  expect(said.code).toBe(0);
  expect(said.stderr).toMatch(/^clambake: started a server on [^\n]+\n$/);
  expect(answers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(answers[1]).toMatchObject({ result: { content: [{ type: 'text' }] } });
  for (const answer of answers.slice(2)) {
    expect(answer.error).toMatchObject({ code: -32000, data: { code: 'NOT_REGISTERED' } });
    expect(answer.error?.message).toContain('clambake register --project');
  }
});

test.each(['legacy', 'auto'] as const)('serves a client that negotiates as %s', async (mode) => {
  const id = await register(`serves ${mode}`);
  const client = await connect(`serves ${mode}`, [], mode);
  try {
    expect(client.getProtocolEra()).toBe(mode === 'legacy' ? 'legacy' : 'modern');
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('remember');
    const sent = JSON.parse(await call(client, 'send', { to: '@all', subject: `Grüße ${mode}` })) as {
      message: { from: string };
    };
    expect(sent.message.from).toBe(id);
    expect((await client.readResource({ uri: 'clambake://blockers' })).contents).toHaveLength(1);
    await expect(client.readResource({ uri: 'clambake://Grüße' })).rejects.toThrow(/not found/i);
    const together = await Promise.all(['a', 'b', 'c', 'd'].map((name) => call(client, 'recall', { search: name })));
    expect(together).toHaveLength(4);
  } finally {
    await client.close();
  }
});

test('finds a registration that comes after it, and the token of one that is renewed', async () => {
  const client = await connect('late', ['--tools', 'all']);
  try {
    expect(await call(client, 'whoami')).toContain('"name":"human"');
    const id = await register('late');
    expect(await call(client, 'whoami')).toContain(`"name":"${id}"`);
    expect(await register('late')).toBe(id);
    expect(await call(client, 'whoami')).toContain(`"name":"${id}"`);
    expect((await machine.run(['deregister'], session('late'))).code).toBe(0);
    expect(await call(client, 'whoami')).toContain('"name":"human"');
  } finally {
    await client.close();
  }
});

test('names files as the command line does, from the folder it runs in', async () => {
  await Promise.all([register('holder'), register('asker')]);
  const held = await machine.run(
    ['send', '--to', '@all', '--type', 'blocker', '--resource', 'compose.yml', '--subject', 'Editing'],
    session('holder'),
  );
  expect(held.code).toBe(0);
  const client = await connect('asker');
  try {
    for (const name of ['compose.yml', './compose.yml', join(folder, 'compose.yml')]) {
      expect(await call(client, 'guard', { resources: [name] })).toMatch(/^HELD by others: "work:compose\.yml"/);
    }
    expect(await call(client, 'guard', { resources: ['other.yml'] })).toContain('"clear":true');
  } finally {
    await client.close();
  }
});

describe('what is wrong', () => {
  test('is answered, and the next line all the same', async () => {
    const large = request(5, 'tools/call', { name: 'recall', arguments: { search: 'x'.repeat(5_000_000) } });
    const { said, answers } = await talk([
      '{"jsonrpc":"2.0","id":1,"method":',
      '[]',
      '{"id":2,"method":"ping"}',
      '{"jsonrpc":"2.0","id":{},"method":"ping"}',
      '{"jsonrpc":"2.0","id":3,"result":{}}',
      'x'.repeat(17 * 1024 * 1024),
      large,
      request(6, 'ping'),
      request(7, 'no/such/method'),
      request(8, 'tools/call', { name: 'nothing' }),
    ]);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    const codes = answers.map(({ id, error }) => [id, error?.code]);
    expect(codes.filter(([id]) => id === null).map(([, code]) => code)).toEqual(
      expect.arrayContaining([-32700, -32700, -32600, -32600]),
    );
    expect(codes.filter(([id]) => id !== null)).toEqual([
      [2, -32600],
      [5, -32000],
      [6, undefined],
      [7, -32601],
      [8, -32602],
    ]);
    expect(answers.find(({ id }) => id === 5)?.error?.data).toEqual({ code: 'LIMIT_EXCEEDED' });
  });

  test('is said where no server can be reached, and it goes on', async () => {
    const away = { CLAMBAKE_URL: 'http://127.0.0.1:9', CLAMBAKE_TOKEN: 'no-such-token-of-a-server' };
    const { said, answers } = await talk(
      [request(1, 'initialize'), '{"jsonrpc":"2.0","method":"notifications/x"}', request(2, 'tools/list')],
      away,
    );
    expect(said.code).toBe(0);
    expect(answers.map(({ id }) => id)).toEqual([1, 2]);
    for (const { error } of answers) {
      expect(error).toMatchObject({ code: -32000, data: { code: 'UNREACHABLE' } });
      expect(error?.message).toContain('clambake serve');
    }
    expect(said.stdout + said.stderr).not.toContain(away.CLAMBAKE_TOKEN);
  });

  test('is said where the server has stopped, and mended by the next that runs', async () => {
    await register('stopped');
    const started = machine.start(['mcp'], { ...session('stopped'), stdin: '' });
    expect((await started.ended).code).toBe(0);
    const client = await connect('stopped');
    try {
      expect(await call(client, 'inbox')).not.toBe('');
      expect((await machine.run(['stop'])).code).toBe(0);
      // This home's own: it is started again.
      expect(await call(client, 'inbox')).not.toBe('');
    } finally {
      await client.close();
    }
    const none = { ...session('stopped').env, CLAMBAKE_AUTOSTART: '0' };
    expect((await machine.run(['stop'])).code).toBe(0);
    const { answers } = await talk([request(1, 'tools/call', { name: 'inbox' })], none);
    expect(answers[0]?.error).toMatchObject({ code: -32000, data: { code: 'UNREACHABLE' } });
    expect((await machine.run(['whoami'])).code).toBe(0);
  });

  test('is no longer waited for once it is cancelled, or standard input has ended', async () => {
    await Promise.all([register('first'), register('second')]);
    const held = ['send', '--to', '@all', '--type', 'blocker', '--resource', 'port:77', '--subject', 'Held'];
    expect((await machine.run(held, session('first'))).code).toBe(0);
    const wait = (id: number): string =>
      request(id, 'tools/call', { name: 'guard', arguments: { resources: ['port:77'], wait: '5m' } });
    const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
    const since = Date.now();
    const { said, answers } = await talk([wait(1), wait(2), cancelled, request(3, 'ping')], session('second').env);
    expect(said.code).toBe(0);
    expect(answers.map(({ id }) => id)).toEqual([3]);
    expect(Date.now() - since).toBeLessThan(30_000);
  });
});
