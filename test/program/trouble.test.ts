import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startEmbedded } from '../../server/database/embedded.ts';
import { freePort } from '../../server/database/free-port.ts';
import { isAlive } from '../../server/database/process.ts';
import { createTestHome } from '../support/home.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { Machine, type Said, type Started } from '../support/program.ts';

/** Several starts of a server and of Postgres are in one test, and other tests run beside it. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const canSignal = process.platform !== 'win32';
const stack = /^ +at /m;

const machines: Machine[] = [];
const ends: (() => Promise<void>)[] = [];
beforeEach(() => {
  machines.length = 0;
  ends.length = 0;
});
afterEach(async () => {
  // One that fails must not keep the others from being ended.
  const failed: unknown[] = [];
  for (const end of [...machines.map((machine) => () => machine.close()), ...ends]) {
    await end().catch((error: unknown) => failed.push(error));
  }
  if (failed.length > 0) throw new AggregateError(failed, failed.map(String).join('\n'));
});

async function createMachine(env: Record<string, string> = {}): Promise<Machine> {
  const machine = await Machine.create({ CLAMBAKE_SESSION: 'one', ...env });
  machines.push(machine);
  return machine;
}

async function databaseUrl(): Promise<string> {
  const database = await createTestDatabase();
  ends.push(database.drop);
  return database.url;
}

/** Starts `serve` and waits until it says that it is up. */
async function serve(machine: Machine): Promise<Started> {
  const server = machine.start(['serve']);
  await expect.poll(() => server.said.stdout, { timeout: 60_000 }).toContain('Clambake is running.');
  return server;
}

/** What is logged are lines of JSON; what is said to people are the others. */
const complaints = ({ stderr }: Pick<Said, 'stderr'>): string =>
  stderr
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n');

test('a database that goes away while the server runs fails what is asked of it, and no more', async () => {
  const home = await createTestHome();
  ends.push(home.remove);
  const options = { settings: { fsync: 'off', port: String(await freePort()) } };
  const startPostgres = (): ReturnType<typeof startEmbedded> =>
    startEmbedded(home.path, pino({ level: 'silent' }), options);
  let postgres = await startPostgres();
  ends.unshift(() => postgres.stop());
  const machine = await createMachine({ DATABASE_URL: postgres.url });
  const server = await serve(machine);
  const health = async (): Promise<number> => (await fetch(`${machine.url}/health`)).status;
  expect(await machine.run(['register', '--project', 'p'])).toMatchObject({ code: 0, stderr: '' });
  expect(await machine.run(['send', '--to', 'p', '--subject', 'before'])).toMatchObject({ code: 0 });
  expect(await health()).toBe(200);

  await postgres.stop();
  for (const args of [['status'], ['inbox'], ['send', '--to', '@all', '--subject', 's']]) {
    expect(await machine.run(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'clambake: The database cannot be reached at the moment: try again in a few seconds.\n',
    });
  }
  expect(await health()).toBe(503);
  expect(server.process.exitCode).toBeNull();

  postgres = await startPostgres();
  await expect.poll(health, { timeout: 30_000 }).toBe(200);
  expect(await machine.run(['heartbeat', '--status', 'busy'])).toMatchObject({ code: 0, stderr: '' });
  expect((await machine.run(['messages'])).stdout).toContain('before');
  expect(server.said.stderr).not.toContain(new URL(postgres.url).password);
});

describe('a second server', () => {
  test('on one home is refused with one sentence, and the first goes on until SIGTERM ends all of it', async () => {
    const machine = await createMachine();
    const first = await serve(machine);
    const second = await machine.run(['serve'], { env: { CLAMBAKE_PORT: String(await freePort()) } });
    expect(second).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `clambake: Another Clambake server (process ${first.process.pid}, ${machine.url}) uses ${machine.home}: ` +
        'use that one, end it with "clambake stop", or set CLAMBAKE_HOME to another folder.\n',
    });
    expect(await machine.run(['register', '--project', 'p'])).toMatchObject({ code: 0, stderr: '' });
    if (!canSignal) return;

    const { postgres } = machine.running();
    expect(postgres).toEqual(expect.any(Number));
    first.process.kill('SIGTERM');
    await expect.poll(() => machine.running().server, { timeout: 60_000 }).toBeUndefined();
    const late = setTimeout(() => first.process.kill('SIGKILL'), 5000);
    // This start migrated: nothing that did so may hold the process up.
    expect(await first.ended).toMatchObject({ code: 0 });
    clearTimeout(late);
    expect(complaints(first.said)).toBe('');
    expect(machine.running()).toEqual({ server: undefined, postgres: undefined });
    expect(isAlive(postgres ?? 0)).toBe(false);
  });

  test('on a port that is taken is refused with one sentence, and a command sends no token there', async () => {
    const machine = await createMachine({ DATABASE_URL: await databaseUrl() });
    const headers: IncomingHttpHeaders[] = [];
    const other = createServer((request, response) => {
      headers.push(request.headers);
      response.end('hello');
    });
    await new Promise<void>((resolve) => other.listen(machine.port, '127.0.0.1', resolve));
    ends.push(async () => void other.close());
    const said = await machine.run(['serve']);
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect(complaints(said)).toBe(
      `clambake: Port ${machine.port} on 127.0.0.1 is in use. If a Clambake server is running there, use it, or end it with "clambake stop"; else set CLAMBAKE_PORT to a free port.\n`,
    );
    const asked = await machine.run(['status']);
    expect(asked).toMatchObject({ code: 5, stdout: '' });
    expect(asked.stderr).toMatch(/^clambake: [^\n]*answers at http:[^\n]+\n$/);
    expect(headers.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });
});

test('a wrong password in DATABASE_URL is said to be wrong, and printed nowhere', async () => {
  const url = new URL(await databaseUrl());
  url.password = 'not-the-password';
  const machine = await createMachine({ DATABASE_URL: url.href });
  const sentence = /refuses the password of "clambake": correct it in DATABASE_URL\./;
  const served = await machine.run(['serve']);
  expect(served).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(sentence) });
  const asked = await machine.run(['status']);
  expect(asked).toMatchObject({ code: 5, stdout: '', stderr: expect.stringMatching(sentence) });
  const log = readFileSync(join(machine.home, 'server.log'), 'utf8');
  for (const text of [served.stderr, asked.stderr, log]) {
    expect(text).not.toContain('not-the-password');
    expect(text).not.toMatch(stack);
  }
});

test.runIf(canSignal)(
  'after kill -9 of the server the next command starts another, which finds everything',
  async () => {
    const machine = await createMachine();
    await machine.run(['register', '--project', 'p']);
    await machine.run(['remember', '--global', '--type', 'lesson', '--title', 'It lasts', '--content', 'Even so.']);
    const { server, postgres } = machine.running();
    process.kill(server ?? 0, 'SIGKILL');
    await expect.poll(() => machine.running().server).toBeUndefined();
    expect(machine.running().postgres).toBe(postgres);

    const said = await machine.run(['recall', '--global']);
    expect(said).toMatchObject({ code: 0, stderr: expect.stringMatching(/^clambake: started a server on [^\n]+\n$/) });
    expect(said.stdout).toContain('It lasts');
    expect((await machine.run(['heartbeat'])).stdout).toMatch(/ is active\.\n$/);
    expect(machine.running()).toEqual({ server: expect.any(Number), postgres });
  },
);

describe.runIf(canSignal)('Ctrl-C during the start', () => {
  test.each([
    [
      'while the cluster is being made',
      (home: string) => readdirSync(home).some((name) => /^postgres\.new-/.test(name)),
    ],
    ['while Postgres starts', (home: string) => existsSync(join(home, 'postgres', 'postmaster.pid'))],
  ])('%s leaves nothing running, and the next start works', async (_, reached) => {
    const machine = await createMachine();
    const server = machine.start(['serve']);
    await expect.poll(() => reached(machine.home), { interval: 5, timeout: 60_000 }).toBe(true);
    server.process.kill('SIGINT');
    const said = await server.ended;
    expect(said).toMatchObject({ code: 0, stdout: '' });
    expect(complaints(said)).toBe('');
    expect(machine.running()).toEqual({ server: undefined, postgres: undefined });
    expect(readdirSync(machine.home).filter((name) => /new-|\.conf$/.test(name))).toEqual([]);
    expect(await machine.run(['register', '--project', 'p'])).toMatchObject({ code: 0 });
  });
});
