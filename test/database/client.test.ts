import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../server/database/client.ts';
import { statement, transaction } from '../../server/database/statement.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

describe('the pool', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  const broken: Error[] = [];
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = openDatabase(testDatabase.url, { max: 3, onConnectionError: (error) => broken.push(error) });
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('is shared by Prisma and prepared statements, without a search_path', async () => {
    const insert = statement<{ id: number }, [name: string, key: string]>(
      'test_insert_project',
      'insert into clambake.project (name, key) values ($1, $2) returning id',
    );
    const [row] = await insert(database.pool, 'Shared', 'shared');
    expect(await database.prisma.project.findMany({ where: { key: 'shared' }, select: { id: true } })).toEqual([row]);
    expect(database.pool.totalCount).toBeLessThanOrEqual(3);
  });

  it('gives an int8 as a number, and refuses one that a number cannot hold', async () => {
    const read = statement<{ value: number }, [value: string]>('test_int8', 'select $1::int8 as value');
    expect(await read(database.pool, '9007199254740991')).toEqual([{ value: 9_007_199_254_740_991 }]);
    await expect(read(database.pool, '9007199254740993')).rejects.toThrow('9007199254740993 is beyond the integers');
    expect(await read(database.pool, '1')).toEqual([{ value: 1 }]);
    // Prisma keeps its own reading.
    expect(await database.prisma.channel.findFirst({ select: { lastSeq: true } })).toEqual({ lastSeq: 0n });
  });

  it('keeps a statement prepared on its connection', async () => {
    const one = statement<{ one: number }>('test_one', 'select 1 as one');
    await transaction(database.pool, async (client) => {
      await one(client);
      await one(client);
      const { rows } = await client.query(`select name from pg_prepared_statements where name = 'test_one'`);
      expect(rows).toEqual([{ name: 'test_one' }]);
    });
  });

  it('survives the end of its backends, idle or in use', async () => {
    await database.ping();
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await expect(
      transaction(database.pool, (client) => client.query('select pg_terminate_backend(pg_backend_pid())')),
    ).rejects.toThrow(/terminat/);
    await database.ping();
    expect(broken.length).toBeGreaterThan(0);
  });

  it('rolls a transaction back when it throws, and commits it when it returns', async () => {
    const insert = statement<never, [key: string]>(
      'test_insert_key',
      'insert into clambake.project (name, key) values ($1, $1)',
    );
    await expect(
      transaction(database.pool, async (client) => {
        await insert(client, 'lost');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await transaction(database.pool, (client) => insert(client, 'kept').then(() => 7))).toBe(7);
    const found = await database.prisma.project.findMany({
      where: { key: { in: ['lost', 'kept'] } },
      select: { key: true },
    });
    expect(found).toEqual([{ key: 'kept' }]);
  });

  it('does not call a transaction committed in which a failure was caught', async () => {
    await expect(
      transaction(database.pool, async (client) => {
        await client.query('select 1 / 0').catch((error: unknown) => error);
        return 'done';
      }),
    ).rejects.toThrow('The transaction was rolled back');
  });
});
