import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../server/database/free-port.ts';
import { createTestHome } from '../support/home.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { Caller } from '../support/server.ts';
import { type Cli, startCli } from './process.ts';
import { createWatchFolder, linesOf, type WatchFolder } from './watch-folder.ts';

let folder: WatchFolder;
let watching: Cli | undefined;
beforeEach(async () => {
  folder = await createWatchFolder();
});
afterEach(async () => {
  watching?.process.kill('SIGKILL');
  await watching?.ended;
  watching = undefined;
  await folder.remove();
});

describe.skipIf(process.platform === 'win32')('watch on a server that is killed', () => {
  const servers: Cli[] = [];
  let stop: () => Promise<void>;
  let environment: Record<string, string>;
  let operator: Caller;
  beforeEach(async () => {
    const [serverHome, database, port] = await Promise.all([createTestHome(), createTestDatabase(), freePort()]);
    const token = 'operator-token-0123456789';
    environment = {
      ...{ CLAMBAKE_HOME: serverHome.path, CLAMBAKE_PORT: String(port), CLAMBAKE_TOKEN: token },
      DATABASE_URL: database.url,
    };
    operator = new Caller(`http://127.0.0.1:${port}`, token);
    stop = async () => {
      for (const { process: child, ended } of servers.splice(0)) {
        child.kill('SIGKILL');
        await ended;
      }
      await database.drop();
      await serverHome.remove();
    };
    await serve();
  });
  afterEach(() => stop());

  async function serve(): Promise<void> {
    const server = startCli(['serve'], environment);
    servers.push(server);
    await expect.poll(() => server.said.stdout, { timeout: 30_000 }).toContain('Next');
  }
  async function killServer(): Promise<void> {
    const server = servers.pop();
    server?.process.kill('SIGKILL');
    await server?.ended;
  }
  const watch = (...flags: string[]): Cli => {
    watching = startCli(
      ['watch', '--as', 'human', '--cursor-file', folder.cursorFile, ...flags],
      environment,
      folder.path,
    );
    return watching;
  };
  const killWatch = async (): Promise<void> => {
    watching?.process.kill('SIGKILL');
    await watching?.ended;
  };
  const send = (subject: string): Promise<unknown> =>
    operator.do('mutation ($subject: String!) { sendMessage(to: "@all", subject: $subject) { addressedTo } }', {
      subject,
    });
  const subjectsIn = ({ said }: Cli): string[] =>
    linesOf(said.stdout).map((line) => (JSON.parse(line) as { message: { subject: string } }).message.subject);
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  const sendAll = async (subjects: string[]): Promise<void> => {
    for (const subject of subjects) await send(subject);
  };

  test('goes on with the next server, and after its own end, with no gap and no duplicate', async () => {
    const first = watch('--json');
    await expect.poll(() => folder.read('watch.cursor'), { timeout: 30_000 }).not.toBe('');
    await sendAll(numbers(1, 3));
    await expect.poll(() => subjectsIn(first), { timeout: 10_000 }).toEqual(numbers(1, 3));
    await killServer();
    await serve();
    await sendAll(numbers(4, 6));
    await expect.poll(() => subjectsIn(first), { timeout: 30_000 }).toEqual(numbers(1, 6));
    const last = (JSON.parse(linesOf(first.said.stdout).at(-1) ?? '') as { cursor: string }).cursor;
    await expect.poll(() => folder.read('watch.cursor')).toBe(`${last}\n`);

    await killWatch();
    await sendAll(numbers(7, 9));
    const second = watch('--json');
    await expect.poll(() => subjectsIn(second), { timeout: 30_000 }).toEqual(numbers(7, 9));
    await send('10');
    await expect.poll(() => subjectsIn(second), { timeout: 10_000 }).toEqual(numbers(7, 10));
  }, 120_000);

  test('repeats the one message that it was at when it was killed, and no other', async () => {
    const command = await folder.script(`
      const subject = JSON.parse(readFileSync(0, 'utf8')).subject;
      appendFileSync('got', subject + '\\n');
      if (subject === '3' && existsSync('victim')) process.kill(Number(readFileSync('victim', 'utf8')), 'SIGKILL');`);
    const { process: child, ended } = watch('--exec', command);
    await expect.poll(() => folder.read('watch.cursor'), { timeout: 30_000 }).not.toBe('');
    await writeFile(join(folder.path, 'victim'), String(child.pid));
    await sendAll(numbers(1, 5));
    expect((await ended).code).toBeNull();
    expect(linesOf(folder.read('got'))).toEqual(['1', '2', '3']);
    await rm(join(folder.path, 'victim'));

    watch('--exec', command);
    await expect.poll(() => linesOf(folder.read('got')), { timeout: 30_000 }).toEqual(['1', '2', '3', '3', '4', '5']);
  }, 120_000);
});
