import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive, readRunning } from '../../cli/reach/running.ts';
import { freePort } from '../../server/database/free-port.ts';
import { createTestHome, type TestHome } from '../support/home.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { start } from '../support/program.ts';
import { cli, commandLine, type Said, startCli } from './process.ts';

let home: TestHome;
let database: TestDatabase;
let environment: Record<string, string>;
beforeEach(async () => {
  [home, database] = await Promise.all([createTestHome(), createTestDatabase()]);
  environment = {
    CLAMBAKE_HOME: home.path,
    CLAMBAKE_PORT: String(await freePort()),
    CLAMBAKE_AUTOSTART: '1',
    DATABASE_URL: database.url,
  };
});
afterEach(async () => {
  const running = readRunning(home.path);
  await cli(['stop'], environment);
  if (running && isAlive(running.pid)) process.kill(running.pid, 'SIGKILL');
  await database.drop();
  await home.remove();
});

const run = (args: string[], more: Record<string, string> = {}): Promise<Said> =>
  cli(args, { ...environment, ...more });
const tokenOf = (path: string): string => readFileSync(join(path, 'token'), 'utf8').trim();

describe('a first command', () => {
  test('starts one server in the background, however many race, and stop ends it', async () => {
    const all = await Promise.all(
      ['a', 'b', 'c'].map((key) => run(['register', '--project', 'p'], { CLAMBAKE_SESSION: key })),
    );
    for (const said of all)
      expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Registered as .+ on p\.\n$/) });
    expect(
      all.filter(({ stderr }) => stderr.startsWith('clambake: started a server on http://127.0.0.1:')),
    ).toHaveLength(1);
    expect(all.filter(({ stderr }) => stderr === '')).toHaveLength(2);
    expect((await run(['status'], { CLAMBAKE_SESSION: 'a' })).stdout).toContain('Instances (3)');

    const log = readFileSync(join(home.path, 'server.log'), 'utf8');
    expect(log).toContain('Clambake is running.');
    expect(log).not.toContain(tokenOf(home.path));

    expect(await run(['stop'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Stopped the server at /) });
    expect(readRunning(home.path)).toBeUndefined();
    expect(await run(['stop'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No server is running at /) });
    expect((await run(['status'], { CLAMBAKE_AUTOSTART: '0' })).code).toBe(5);
  }, 90_000);
});

describe('serve', () => {
  test.skipIf(process.platform === 'win32')(
    'prints one block without the token, and stops cleanly when signals come doubled',
    async () => {
      const server = startCli(['serve'], environment);
      await expect.poll(() => server.said.stdout, { timeout: 20_000 }).toContain('Next');
      expect(server.said.stdout.split('\n').map((line) => line.slice(0, 12))).toEqual([
        'Clambake is ',
        '  GraphiQL  ',
        '  Database  ',
        '  Token     ',
        '  Next      ',
        '',
      ]);
      const { code, stdout } = await run(['token']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${tokenOf(home.path)}\n` });
      expect(server.said.stdout + server.said.stderr).not.toContain(tokenOf(home.path));

      server.process.kill('SIGINT');
      server.process.kill('SIGTERM');
      // npm passes on what the terminal sent too, and that may come at any time until the server has stopped.
      const again = setInterval(() => {
        if (readRunning(home.path)) server.process.kill('SIGINT');
      }, 1);
      const { code: ended } = await server.ended.finally(() => clearInterval(again));
      expect(ended).toBe(0);
      expect(readRunning(home.path)).toBeUndefined();
    },
  );

  test.skipIf(!existsSync('/usr/bin/script'))(
    'on a terminal prints the block and no line of the log, which goes to a file that the block names',
    async () => {
      const server = start(['/usr/bin/script', '-qfec', commandLine(['serve']).join(' '), '/dev/null'], {
        env: environment,
      });
      await expect.poll(() => server.said.stdout, { timeout: 20_000 }).toContain('Next');
      const log = join(home.path, 'server.log');
      expect(server.said.stdout).toMatch(/^Clambake is running\.\r\n/);
      expect(server.said.stdout).toContain(`  Log       ${log}\r\n`);
      expect(readFileSync(log, 'utf8')).toContain('"msg":"listening"');
      await run(['stop']);
      await server.ended;
    },
  );

  test('says in a sentence what it cannot use', async () => {
    const said = await run(['serve'], { DATABASE_URL: `postgresql://u:geheim@127.0.0.1:${await freePort()}/x` });
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect(said.stderr).toMatch(/^clambake: /);
    expect(said.stderr).not.toMatch(/geheim|^ {4}at /m);
  });
});

test('protocol prints commands that the command line has', async () => {
  const { stdout } = await run(['protocol']);
  const { commands } = await import('../../cli/generated/commands.ts');
  const { localCommands } = await import('../../cli/commands/local.ts');
  const known = new Set([...commands, ...localCommands].map(({ name }) => name));
  const named = [...stdout.matchAll(/clambake ([a-z][a-z-]+)/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(10);
  for (const name of named) expect(known).toContain(name);
});
