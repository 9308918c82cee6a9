import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawn } from '../secret/made-up.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { cli } from './process.ts';

const password = drawn(12);

let server: TestServer;
let shared: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer();
  shared = await startTestServer({ allowedHosts: ['clambake.example'] });
  home = await mkdtemp(join(tmpdir(), 'clambake-secrets-'));
});
afterAll(async () => {
  await server.close();
  await shared.close();
  await rm(home, { recursive: true, force: true });
});

/** Runs a command line, and gives its exit code and what it prints. */
async function run(at: TestServer, ...args: string[]): Promise<{ code: number | null; out: string[]; err: string[] }> {
  const environment = { CLAMBAKE_HOME: home, CLAMBAKE_URL: at.url, CLAMBAKE_TOKEN: at.config.token ?? '' };
  const { code, stdout, stderr } = await cli(args, { ...environment, CLAMBAKE_SESSION: 'ann' }, home);
  return { code, out: stdout.trimEnd().split('\n'), err: stderr.trimEnd().split('\n') };
}

test('a secret is refused on the command line, may be allowed there, and the log says so', async () => {
  const content = `Staging:\npostgresql://app:${password}@db/prod`;
  const remember = ['remember', '--project', 'vault', '--type', 'gotcha', '--title', 'Staging', '--content', content];
  expect((await run(server, 'register', '--project', 'vault')).code).toBe(0);

  expect(await run(server, ...remember)).toEqual({
    code: 1,
    out: [''],
    err: [
      'clambake: Nothing was stored, as it holds what looks like a secret:',
      '    content, line 2, column 18: a password in a URL: postgresql://app:***@db/prod',
      '    Leave it out and say where it is kept: the name of a variable, or of an entry in a password manager. If it may be known to all: --allow-secret (allowSecret: true), which the log will say.',
    ],
  });
  const asJson = await run(server, ...remember, '--json');
  expect(JSON.parse(asJson.err.join('\n'))).toMatchObject({
    error: {
      code: 'SECRET_REFUSED',
      findings: [{ argument: 'content', kind: 'a password in a URL', line: 2, column: 18 }],
    },
  });

  expect((await run(server, ...remember, '--allow-secret')).code).toBe(0);
  const sent = await run(server, 'send', '--to', '@all', '--subject', 'x', '--body', content, '--allow-secret');
  expect(sent.code).toBe(0);
  const { code, out } = await run(server, 'logs', '--action', 'secret_allowed');
  expect(code).toBe(0);
  const said = out.join('\n');
  expect(said).toMatch(/allowed in message #\d+: a password in a URL \(body, line 2, column 18\)\./);
  expect(said).toMatch(/allowed in memory #\d+: a password in a URL \(content, line 2, column 18\)\./);
  expect(said).not.toContain(password);

  expect((await run(server, 'update-memory', '1', '--content', content.toUpperCase())).code).toBe(1);
  expect((await run(server, 'log', '--action', 'file_modified', '--summary', content)).code).toBe(1);
  expect((await run(server, 'heartbeat', '--task', `password=${password}`)).code).toBe(1);
}, 120_000);

test('where the server is shared it may not be allowed, which is exit code 4', async () => {
  expect((await run(shared, 'register', '--project', 'vault')).code).toBe(0);
  const { code, err } = await run(
    shared,
    ...['log', '--action', 'issue_found', '--summary', `password=${password}`, '--allow-secret'],
  );
  expect(code).toBe(4);
  expect(err).toEqual([
    'clambake: Secrets cannot be allowed on this server: others can reach it, as it answers to further names (CLAMBAKE_ALLOWED_HOSTS).',
    '    summary, line 1, column 10: a password: password=***',
    '    Leave it out and say where it is kept: the name of a variable, or of an entry in a password manager.',
  ]);
}, 120_000);
