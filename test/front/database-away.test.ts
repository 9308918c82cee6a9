import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../server/database/client.ts';
import { createMask } from '../../server/front/failure.ts';
import { createLogger } from '../../server/logger.ts';
import { administer, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';

const mask = createMask(createLogger('silent'));

/** What a caller would be told of a failure. */
async function told(work: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await work.then(
    () => new Error('it went well'),
    (reason: unknown) => reason,
  );
  const { http: _http, ...extensions } = mask(error).extensions;
  return extensions;
}

const away = { code: 'DATABASE_UNAVAILABLE', retryable: true };

describe('that the database is away is told as such, to be tried again,', () => {
  let existing: TestDatabase;
  const opened: Database[] = [];
  const open = (change: (url: URL) => void = () => undefined, max = 2): Database => {
    const url = new URL(existing.url);
    change(url);
    const database = openDatabase(url.href, { max });
    opened.push(database);
    return database;
  };
  beforeAll(async () => {
    existing = await createTestDatabase();
  });
  afterAll(async () => {
    for (const database of opened) await database.close();
    await existing.drop();
  });

  test('when backends are ended under Prisma, its transactions, and plain statements', async () => {
    const { prisma, pool } = open(undefined, 5);
    const locker = new pg.Client({ connectionString: existing.url, application_name: 'locker' });
    await locker.connect();
    await locker.query('begin');
    await locker.query('lock table clambake.project in access exclusive mode');
    const work = [
      prisma.project.findMany(),
      prisma.$transaction(async (inside) => inside.project.count(), { timeout: 20_000, maxWait: 15_000 }),
      prisma.$queryRaw`select count(*) from clambake.project`,
      pool.query('select count(*) from clambake.project'),
    ].map(told);
    const name = new URL(existing.url).pathname.slice(1);
    const waiting = `select from pg_locks where relation = 'clambake.project'::regclass and not granted`;
    await expect.poll(async () => (await locker.query(waiting)).rowCount, { timeout: 15_000 }).toBe(4);
    await administer(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name <> 'locker'`,
    );
    expect(await Promise.all(work)).toEqual([away, away, away, away]);
    await locker.end();
  });

  test('when the network resets, and then refuses', async () => {
    const { hostname, port } = new URL(existing.url);
    const proxy = await startProxy({ host: hostname, port: Number(port) });
    const { prisma, ping } = open((url) => Object.assign(url, { port: String(proxy.port) }));
    await ping();
    const cut = told(prisma.$queryRaw`select 1 from pg_sleep(20)`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    proxy.reset();
    expect(await cut).toEqual(away);
    await proxy.close();
    expect(await told(prisma.project.findMany())).toEqual(away);
    expect(await told(ping())).toEqual(away);
  });

  test('when Postgres has become a standby, or ends a statement that takes too long', async () => {
    const standby = open((url) => url.searchParams.set('options', '-c default_transaction_read_only=on'));
    expect(await told(standby.prisma.project.create({ data: { name: 'a', key: 'a' } }))).toEqual(away);
    expect(await told(standby.pool.query('create table clambake.t ()'))).toEqual(away);
    const hurried = open((url) => url.searchParams.set('options', '-c statement_timeout=50'));
    expect(await told(hurried.prisma.$queryRaw`select 1 from pg_sleep(1)`)).toEqual(away);
  });

  test('when no connection is left, in Postgres or in the pool', async () => {
    const role = `${new URL(existing.url).pathname.slice(1)}_role`;
    await administer(`create role ${role} login password 'x' connection limit 0`);
    try {
      const refused = open((url) => Object.assign(url, { username: role, password: 'x' }));
      expect(await told(refused.prisma.project.findMany())).toEqual(away);
      expect(await told(refused.ping())).toEqual(away);
    } finally {
      await administer(`drop role ${role}`);
    }
    const { pool, prisma } = open(undefined, 1);
    const client = await pool.connect();
    expect(
      await Promise.all([
        told(prisma.project.findMany()),
        told(prisma.$transaction(async (inside) => inside.project.count())),
      ]),
    ).toEqual([away, away]);
    client.release();
  });

  test('but not when a statement is wrong', async () => {
    const { prisma, pool } = open();
    await prisma.project.create({ data: { name: 'twice', key: 'twice' } });
    const wrong = [
      prisma.project.create({ data: { name: 'twice', key: 'twice' } }),
      prisma.$queryRawUnsafe('select * from nowhere'),
      pool.query('select 1 / 0'),
    ].map(told);
    for (const { code } of await Promise.all(wrong)) expect(code).toBe('INTERNAL_SERVER_ERROR');
  });

  test.each([
    'Connection terminated unexpectedly',
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Client was closed and is not queryable',
  ])('when pg says "%s" without a code', async (message) => {
    expect(await told(Promise.reject(new Error(message)))).toEqual(away);
  });
});
