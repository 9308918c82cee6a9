import { chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closedFolder } from '../../server/database/account.ts';
import { connectDatabase } from '../../server/database/connect.ts';
import { type DatabaseLog, startEmbedded } from '../../server/database/embedded.ts';
import { isAlive } from '../../server/database/process.ts';
import { createTestHome, type TestHome } from '../support/home.ts';
import { hold } from './hold.ts';

const log = pino({ level: 'silent' });
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };
const nobodyCanRun = isRoot && (await closedFolder(import.meta.dirname, { name: 'nobody', ...nobody })) === undefined;

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterPid(home: string): Promise<number> {
  return Number((await readFile(join(home, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A log that keeps what it is told, with the words of the error. */
function listeningLog(said: string[]): DatabaseLog {
  return pino({ level: 'info' }, { write: (line) => void said.push(line) });
}

/** Takes the lock of a server from it, as another server would that comes between. */
async function takeFromServer(url: string): Promise<pg.Client> {
  const [taker, ender] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  for (const client of [taker, ender]) client.on('error', () => undefined);
  await Promise.all([taker.connect(), ender.connect()]);
  // It queues for the lock, and has it in the moment in which the server's connection ends.
  const taken = taker.query(
    `select pg_advisory_lock((classid::int8 << 32) | objid::int8) from pg_locks where locktype = 'advisory'`,
  );
  await vi.waitFor(async () => {
    const { rowCount } = await ender.query(`select from pg_locks where locktype = 'advisory' and not granted`);
    expect(rowCount).toBe(1);
  });
  await ender.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`);
  await taken;
  await ender.end();
  return taker;
}

describe('the embedded Postgres', () => {
  let home: TestHome;
  beforeEach(async () => {
    home = await createTestHome();
  });
  afterEach(async () => {
    // A test that failed half-way may have left its Postgres.
    const pid = await postmasterPid(home.path).catch(() => undefined);
    if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGQUIT');
    await home.remove();
  });

  it('is made on the first start, and keeps its data over the next', async () => {
    const first = await connectDatabase({ home: home.path, databaseUrl: undefined }, log);
    expect(first.description).toBe(`embedded PostgreSQL 18.4 in ${join(home.path, 'postgres')}`);
    await first.database.prisma.project.create({ data: { name: 'Kept', key: 'kept' } });
    const pid = await postmasterPid(home.path);
    await first.close();
    expect(isAlive(pid)).toBe(false);

    const second = await connectDatabase({ home: home.path, databaseUrl: undefined }, log);
    expect(await second.database.prisma.project.findMany({ select: { name: true } })).toEqual([{ name: 'Kept' }]);
    await second.close();
  });

  it('listens on loopback only, asks for a SCRAM password, and keeps it to its user', async () => {
    const embedded = await startEmbedded(home.path, log);
    const [settings] = await query(
      embedded.url,
      `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
              current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
              (select bool_and(auth_method = 'scram-sha-256') from pg_hba_file_rules) as scram`,
    );
    expect(settings).toEqual({ addresses: '127.0.0.1', sockets: '', checksums: 'on', fsync: 'on', scram: true });
    const { mode } = await stat(join(home.path, 'postgres.password'));
    expect(mode & 0o777).toBe(0o600);
    const wrong = new URL(embedded.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    await embedded.stop();
    expect((await readdir(home.path)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
  });

  it('is left running by a server killed with -9; the next one attaches to it, and stops it', async () => {
    const killed = await hold(home.path);
    const pid = await postmasterPid(home.path);
    await query(killed.said.url ?? '', `insert into clambake.project (name, key) values ('Kept', 'kept')`);
    await killed.kill();
    expect(isAlive(pid)).toBe(true);

    const embedded = await startEmbedded(home.path, log);
    expect(embedded.attached).toBe(true);
    expect(await postmasterPid(home.path)).toBe(pid);
    expect(await query(embedded.url, 'select name from clambake.project')).toEqual([{ name: 'Kept' }]);
    await embedded.stop();
    // Its file goes a moment before it.
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5_000 });
  });

  it('recovers what was committed when Postgres and its server are killed with -9', async () => {
    const killed = await hold(home.path);
    const pid = await postmasterPid(home.path);
    await query(killed.said.url ?? '', `insert into clambake.project (name, key) values ('Kept', 'kept')`);
    await killed.kill();
    process.kill(pid, 'SIGKILL');

    const embedded = await startEmbedded(home.path, log);
    expect(embedded.attached).toBe(false);
    expect(await query(embedded.url, 'select name from clambake.project')).toEqual([{ name: 'Kept' }]);
    await embedded.stop();
  });

  it('comes back at the same address when Postgres alone is killed with -9', async () => {
    const { database, close } = await connectDatabase({ home: home.path, databaseUrl: undefined }, log);
    await database.ping();
    process.kill(await postmasterPid(home.path), 'SIGKILL');
    await vi.waitFor(() => database.ping(), { timeout: 15_000, interval: 100 });
    await close();
  });

  it('stays stopped where it is stopped while it comes back', async () => {
    const said: string[] = [];
    const embedded = await startEmbedded(home.path, listeningLog(said));
    process.kill(await postmasterPid(home.path), 'SIGKILL');
    await vi.waitFor(() => expect(said.join()).toContain('taking it up again'), { timeout: 10_000, interval: 1 });
    await embedded.stop();
    const pid = await postmasterPid(home.path).catch(() => undefined);
    expect(pid !== undefined && isAlive(pid)).toBe(false);
    await sleep(3_000);
    await expect(query(embedded.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('comes back at the same address once that is free, where something else took it meanwhile', async () => {
    const said: string[] = [];
    const embedded = await startEmbedded(home.path, listeningLog(said));
    const intruder = createServer();
    process.kill(await postmasterPid(home.path), 'SIGKILL');
    await vi.waitFor(
      () =>
        new Promise<void>((resolve, reject) => {
          intruder.once('error', reject).listen(Number(new URL(embedded.url).port), '127.0.0.1', () => resolve());
        }),
      { timeout: 5_000, interval: 1 },
    );
    await vi.waitFor(() => expect(said.join()).toContain('not back yet'), { timeout: 20_000 });
    intruder.close();
    await vi.waitFor(() => query(embedded.url, 'select 1'), { timeout: 20_000, interval: 200 });
    await embedded.stop();
  });

  it.skipIf(process.platform === 'win32')(
    'comes back at the same address where a server that has ended since brought it up at another',
    async () => {
      const first = await hold(home.path);
      first.process.kill('SIGSTOP');
      process.kill(await postmasterPid(home.path), 'SIGKILL');
      const second = await hold(home.path);
      expect(second.said.url).not.toBe(first.said.url);
      await second.kill();
      first.process.kill('SIGCONT');
      await vi.waitFor(() => query(first.said.url ?? '', 'select 1'), { timeout: 20_000, interval: 200 });
      await first.end();
    },
  );

  it('that another server has taken is left to it, with one word in the log', async () => {
    const said: string[] = [];
    const embedded = await startEmbedded(home.path, listeningLog(said));
    const url = new URL(embedded.url);
    url.pathname = '/postgres';
    const other = await takeFromServer(url.href);
    await sleep(6_000);
    expect(said.filter((text) => text.includes('not back yet'))).toHaveLength(1);
    expect(said.join()).toContain('Another Clambake server');
    await embedded.stop();
    expect((await other.query('select 1 as up')).rows).toEqual([{ up: 1 }]);
    await other.end();
    const next = await startEmbedded(home.path, log);
    expect(next.attached).toBe(true);
    await next.stop();
  });

  it('starts although a postmaster.pid from before a restart names a process that is no Postgres', async () => {
    await (await startEmbedded(home.path, log)).stop();
    const file = join(home.path, 'postgres', 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${join(home.path, 'postgres')}\n1700000000\n1\n\n127.0.0.1\n\nready\n`);
    const { uid, gid } = await stat(join(home.path, 'postgres'));
    if (isRoot) await chown(file, uid, gid);
    const embedded = await startEmbedded(home.path, log);
    await embedded.stop();
  });

  it('belongs to one of two servers that start at once on an empty home; the other is told who has it', async () => {
    const racers = await Promise.all([hold(home.path), hold(home.path)]);
    const winners = racers.filter(({ said }) => said.url !== undefined);
    const losers = racers.filter(({ said }) => said.refused !== undefined);
    expect([winners.length, losers.length]).toEqual([1, 1]);
    expect(losers[0]?.said.refused).toBe(
      `Another Clambake server uses ${home.path}: use that one, end it with "clambake stop", or set CLAMBAKE_HOME to another folder.`,
    );

    const winner = winners[0];
    const pid = winner?.process.pid ?? 0;
    await writeFile(join(home.path, 'server.json'), JSON.stringify({ pid, url: 'http://127.0.0.1:2526' }));
    await expect(startEmbedded(home.path, log)).rejects.toThrow(
      `Another Clambake server (process ${pid}, http://127.0.0.1:2526) uses ${home.path}`,
    );
    // The loser left the winner's Postgres alone.
    expect(await query(winner?.said.url ?? '', 'select 1 as up')).toEqual([{ up: 1 }]);
    await winner?.end();
    expect((await readdir(home.path)).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('starts for the next server while the last one is stopping it', async () => {
    const first = await startEmbedded(home.path, log);
    const stopped = first.stop();
    const second = await startEmbedded(home.path, log);
    await stopped;
    expect(await query(second.url, 'select 1 as up')).toEqual([{ up: 1 }]);
    await second.stop();
  });

  it('says what to do when its password is lost', async () => {
    await (await startEmbedded(home.path, log)).stop();
    await rm(join(home.path, 'postgres.password'));
    await expect(startEmbedded(home.path, log)).rejects.toThrow(/postgres\.password is missing.*put the file back/);
    await writeFile(join(home.path, 'postgres.password'), 'another\n');
    await expect(startEmbedded(home.path, log)).rejects.toThrow(/is not that of the database.*put the right one back/);
  });

  it('says what to do when it was made by another PostgreSQL', async () => {
    await mkdir(join(home.path, 'postgres'), { mode: 0o700 });
    if (isRoot) await chown(join(home.path, 'postgres'), nobody.uid, nobody.gid);
    await writeFile(join(home.path, 'postgres', 'PG_VERSION'), '12\n');
    await writeFile(join(home.path, 'postgres.password'), 'known\n');
    await expect(startEmbedded(home.path, log)).rejects.toThrow(/was made by PostgreSQL 12.*brings 18\.4/);
  });

  it.runIf(isRoot)('names the folder that the user of Postgres may not enter', async () => {
    const closed = join(home.path, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await expect(startEmbedded(join(closed, 'clambake'), log)).rejects.toThrow(
      new RegExp(`may not enter ${closed}: set CLAMBAKE_HOME to a folder it can reach`),
    );
  });

  it.runIf(nobodyCanRun)('runs for an ordinary user, as that user', async () => {
    await chown(home.path, nobody.uid, nobody.gid);
    await chmod(home.path, 0o700);
    const holder = await hold(home.path, nobody);
    expect(holder.said.description).toContain(join(home.path, 'postgres'));
    expect((await stat(join(home.path, 'postgres'))).uid).toBe(nobody.uid);
    const pid = await postmasterPid(home.path);
    await holder.end();
    expect(isAlive(pid)).toBe(false);
  });

  it.runIf(nobodyCanRun)('of root is refused to an ordinary user, with the folder named', async () => {
    await (await startEmbedded(home.path, log)).stop();
    const { said } = await hold(home.path, nobody);
    expect(said.refused).toMatch(/postgres\S* cannot be used \(EACCES.*give it to the user Clambake runs as/);
  });

  it.runIf(nobodyCanRun)('says so when an ordinary user may not write its home', async () => {
    const { said } = await hold(join(home.path, 'below'), nobody);
    expect(said.refused).toMatch(/cannot be used \(EACCES.*or set CLAMBAKE_HOME to a folder that can be written/);
  });
});
