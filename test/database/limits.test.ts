import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../server/database/client.ts';
import { statement } from '../../server/database/statement.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/server.ts';

describe('a statement', () => {
  let existing: TestDatabase;
  const opened: Database[] = [];
  const open = (setting?: string): Database => {
    const url = new URL(existing.url);
    // An administrator's own limit would come with the user or the database; for the test it comes with the connection.
    if (setting) url.searchParams.set('options', `-c ${setting}`);
    const database = openDatabase(url.href, { max: 2 });
    opened.push(database);
    return database;
  };
  const limitOf = async ({ pool }: Database): Promise<unknown> =>
    (await pool.query<{ statement_timeout: string }>('show statement_timeout')).rows[0]?.statement_timeout;

  beforeAll(async () => {
    existing = await createTestDatabase();
  });
  afterAll(async () => {
    for (const database of opened) await database.close();
    await existing.drop();
  });

  it('is ended by Postgres itself before the pool gives it up, on every connection', async () => {
    const database = open();
    expect(await Promise.all([limitOf(database), limitOf(database)])).toEqual(['25s', '25s']);
    expect(await database.prisma.$queryRawUnsafe('show statement_timeout')).toEqual([{ statement_timeout: '25s' }]);
    expect(database.pool.options.query_timeout).toBeGreaterThan(25_000);
  });

  it('keeps the limit that the administrator has set', async () => {
    expect(await limitOf(open('statement_timeout=7s'))).toBe('7s');
  });

  it('is given up as late as it says itself', async () => {
    const { pool } = open();
    const nap = statement<object>('test_nap', 'select pg_sleep(0.4)', 50);
    await expect(nap(pool)).rejects.toThrow('Query read timeout');
    expect(await statement<object>('test_long_nap', 'select pg_sleep(0.1)', 5_000)(pool)).toHaveLength(1);
  });
});

it('a clean-up may take longer than an ordinary statement', async () => {
  const database = await createTestDatabase();
  const url = new URL(database.url);
  url.searchParams.set('options', '-c statement_timeout=500');
  const server = await startTestServer({ databaseUrl: url.href });
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  try {
    await other.query('begin');
    await other.query('lock table clambake.log_entry in access exclusive mode');
    const cleaned = server.operator.do('mutation { cleanup(dryRun: false) { logEntries } }');
    await Promise.race([cleaned, sleep(1_500)]);
    await other.query('commit');
    expect(await cleaned).toEqual({ cleanup: { logEntries: 0 } });
  } finally {
    await other.end();
    await server.close();
    await database.drop();
  }
});
