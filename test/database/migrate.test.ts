import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { migrationDifference } from '../../prisma/migration.ts';
import { migrate } from '../../server/database/migrate.ts';
import { prismaFolder } from '../../server/database/migrations.ts';
import { administer, createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const log = pino({ level: 'silent' });
const folder = join(prismaFolder(), 'migrations');
const names = (await readdir(folder)).filter((name) => !name.endsWith('.toml')).sort();

describe('the migrations', () => {
  let empty: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    empty = await createTestDatabase({ migrated: false });
    client = new pg.Client({ connectionString: empty.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await empty.drop();
  });

  it('lead to schema.prisma', async () => {
    expect(await migrationDifference(inject('postgresUrl'))).toBeUndefined();
  });

  it('are recorded as Prisma records them, once, and put everything into the schema clambake', async () => {
    expect(await migrate(empty.url, log)).toEqual(names);
    expect(await migrate(empty.url, log)).toEqual([]);
    const { rows } = await client.query('select * from clambake._prisma_migrations order by started_at');
    const expected = names.map(async (name) => ({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: createHash('sha256')
        .update(await readFile(join(folder, name, 'migration.sql')))
        .digest('hex'),
      finished_at: expect.any(Date),
      migration_name: name,
      logs: null,
      rolled_back_at: null,
      started_at: expect.any(Date),
      applied_steps_count: 1,
    }));
    expect(rows).toEqual(await Promise.all(expected));
    const { rows: strays } = await client.query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace`,
    );
    expect(strays).toEqual([]);
  });

  it('are applied once by servers that start at the same time', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrate(empty.url, log)));
    expect(applied.map((list) => list.length).sort()).toEqual([0, 0, names.length]);
    const { rows } = await client.query('select migration_name from clambake._prisma_migrations');
    expect(rows).toHaveLength(names.length);
  });

  it('are refused by a program older than the database', async () => {
    await migrate(empty.url, log);
    await client.query(
      `insert into clambake._prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       values ('x', 'x', now(), '29990101000000_flying', 1)`,
    );
    await expect(migrate(empty.url, log)).rejects.toThrow(
      'The database is newer than the program: it has the migration 29990101000000_flying, which this Clambake does not know. Update Clambake.',
    );
  });

  it('leave nothing behind when they fail, and are tried again at the next start', async () => {
    await client.query('create schema clambake');
    await client.query(`create function clambake.search_text(text) returns text language sql return 'in the way'`);
    await expect(migrate(empty.url, log)).rejects.toThrow(
      /could not be migrated, and is as it was before: .*"search_text" already exists/s,
    );
    const { rows: tables } = await client.query(
      `select relname from pg_class where relnamespace = 'clambake'::regnamespace and relkind = 'r'`,
    );
    expect(tables).toEqual([{ relname: '_prisma_migrations' }]);
    await client.query('drop function clambake.search_text(text)');
    expect(await migrate(empty.url, log)).toEqual(names);
    expect(await migrate(empty.url, log)).toEqual([]);
  });

  it('leave alone what else the database holds, and refuse a schema clambake that holds something else', async () => {
    await client.query('create table public.project (id int)');
    await client.query('create schema clambake');
    await client.query('create table clambake.other (id int)');
    await expect(migrate(empty.url, log)).rejects.toThrow(/The schema clambake holds tables that are not Clambake's/);
    await client.query('drop table clambake.other');
    expect(await migrate(empty.url, log)).toEqual(names);
    expect((await client.query('select * from public.project')).fields.map(({ name }) => name)).toEqual(['id']);
  });

  it('need no right beyond a schema prepared for the user, and tell how to prepare it', async () => {
    const { pathname } = new URL(empty.url);
    const user = `user_${pathname.slice(1)}`;
    await administer(`create role ${user} login password 'secret'`);
    try {
      const url = new URL(empty.url);
      url.username = user;
      url.password = 'secret';
      await expect(migrate(url.href, log)).rejects.toThrow(
        `As an administrator of that database: create schema clambake authorization "${user}";`,
      );
      await client.query(`create schema clambake authorization ${user}`);
      expect(await migrate(url.href, log)).toEqual(names);
      const { rows } = await client.query(`select extname from pg_extension where extname = 'pg_trgm'`);
      expect(rows).toEqual([]);
    } finally {
      await client.query(`drop owned by ${user} cascade`);
      await administer(`drop role ${user}`);
    }
  });

  it('begin with the one channel of @all, and allow no second', async () => {
    await migrate(empty.url, log);
    const { rows } = await client.query('select kind, last_seq, epoch > 0 as drawn from clambake.channel');
    expect(rows).toEqual([{ kind: 'ALL', last_seq: '0', drawn: true }]);
    await expect(client.query(`insert into clambake.channel (kind, epoch) values ('ALL', 1)`)).rejects.toThrow(
      'channel_all_key',
    );
  });

  it('keep the words of a memory searchable, the parts of paths included', async () => {
    await migrate(empty.url, log);
    await client.query(
      `insert into clambake.memory (type, title, content, tags, files)
       values ('GOTCHA', 'Importing crashes', 'JMAP returns 400', '{email,pst}', '{backend/email_import.py}')`,
    );
    for (const words of ['import', 'crash', 'jmap', 'pst', 'email_import', 'emailImport', 'backend/email_import.py']) {
      const { rows } = await client.query(
        `select every(word in (select unnest(tsvector_to_array(search)) from clambake.memory)) as found
         from unnest(tsvector_to_array(clambake.search_vector($1))) as word`,
        [words],
      );
      expect([words, rows]).toEqual([words, [{ found: true }]]);
    }
    await client.query(`set enable_seqscan = off`);
    const { rows } = await client.query(`explain select from clambake.memory_word where word like '%mpor%'`);
    expect(JSON.stringify(rows)).toContain('memory_word_word_idx');
    expect((await client.query(`select from clambake.memory_word where word like '%mpor%'`)).rowCount).toBe(4);
  });
});
