import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { DatabaseLog } from './embedded.ts';
import { databaseSchema, openEngine } from './engine.ts';
import { prismaFolder, readMigrations } from './migrations.ts';
import { DatabaseError, databaseTrouble, readAddress } from './trouble.ts';

/** Oldest Postgres that is supported: functions with SQL bodies came with 14. */
const oldestVersion = 14;

/**
 * The number of the lock under which migrations are applied. It is held for the session, on a connection of its own: a
 * lock of a transaction would end with the first migration's, and the engine's connection is not ours to use. (The engine
 * takes 72707369 besides, as `prisma migrate` does, so that the two exclude each other.)
 */
const migrationLock = 7_266_225_266;

/** How many migrations a database lacks, and which it has that this program does not know. */
interface State {
  /** Names of ours that are not applied, in order. */
  missing: string[];
  /** Names that failed when they were applied last. */
  failed: string[];
}

/**
 * Applies what a database lacks of prisma/migrations, by Prisma's own engine: recorded in `clambake._prisma_migrations`, so
 * that `prisma migrate` can be used on the same database. Where nothing is missing the engine is not even loaded. Servers
 * that start at the same time wait for each other.
 *
 * A migration that failed before is tried again: Postgres runs one as a single transaction, so nothing of it was kept.
 * (A migration must therefore hold nothing that cannot run in a transaction, such as `create index concurrently`.)
 * @returns the names of the migrations that were applied now
 * @throws DatabaseError where the database is newer than the program, cannot be reached, or a migration fails
 */
export async function migrate(url: string, log: DatabaseLog): Promise<string[]> {
  const address = readAddress(url);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'clambake migrate',
  });
  let broken: Error | undefined;
  client.on('error', (error) => {
    broken = error;
  });
  try {
    await client.connect();
    await requireVersion(client);
    const folder = prismaFolder();
    if ((await readState(client, folder, log)).missing.length === 0) return [];
    await lock(client, log);
    // Another server may have applied them while this one waited.
    const { missing, failed } = await readState(client, folder, log);
    if (missing.length === 0) return [];
    const applied = await apply(client, url, folder, failed);
    log.info({ migrations: applied }, 'migrated the database');
    return applied;
  } catch (error) {
    throw databaseTrouble(broken ?? error, address);
  } finally {
    await client.end();
  }
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  const version = rows[0]?.version ?? '';
  if (Number.parseInt(version, 10) < oldestVersion) {
    throw new DatabaseError(
      `The server in DATABASE_URL is PostgreSQL ${version}: Clambake needs ${oldestVersion} or later. Without DATABASE_URL it brings its own.`,
    );
  }
}

async function lock(client: pg.Client, log: DatabaseLog): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [migrationLock]);
  if (rows[0]?.taken) return;
  log.info('Another server is migrating the database: waiting for it.');
  await client.query(`set lock_timeout = '5min'`);
  await client.query('select pg_advisory_lock($1)', [migrationLock]);
}

interface RecordedMigration {
  migration_name: string;
  checksum: string;
  applied: boolean;
}

/** @throws DatabaseError where the database has a migration that this program does not know */
async function readState(client: pg.Client, folder: string, log: DatabaseLog): Promise<State> {
  const { migrationDirectories } = await readMigrations(join(folder, 'migrations'));
  const recorded = await readRecorded(client);
  const texts = new Map(migrationDirectories.map(({ path, migrationFile }) => [path, migrationFile.content.value]));

  const unknown = recorded.filter(({ applied, migration_name }) => applied && !texts.has(migration_name));
  if (unknown.length > 0) {
    throw new DatabaseError(
      `The database is newer than the program: it has the migration ${unknown.map((row) => row.migration_name).join(', ')}, which this Clambake does not know. Update Clambake.`,
    );
  }
  const done = new Map(recorded.filter(({ applied }) => applied).map((row) => [row.migration_name, row.checksum]));
  for (const [name, text] of texts) {
    const checksum = done.get(name);
    if (checksum !== undefined && checksum !== createHash('sha256').update(text).digest('hex')) {
      log.warn(`The migration ${name} was applied with another text: the database may differ from what is expected.`);
    }
  }
  return {
    missing: [...texts.keys()].filter((name) => !done.has(name)),
    failed: recorded
      .filter(({ applied, migration_name }) => !applied && !done.has(migration_name))
      .map((row) => row.migration_name),
  };
}

async function readRecorded(client: pg.Client): Promise<RecordedMigration[]> {
  const table = `${databaseSchema}._prisma_migrations`;
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  if (!rows[0]?.there) return [];
  const { rows: recorded } = await client.query<RecordedMigration>(
    `select migration_name, checksum, finished_at is not null as applied from ${table}
     where rolled_back_at is null order by started_at`,
  );
  return recorded;
}

async function apply(client: pg.Client, url: string, folder: string, failed: string[]): Promise<string[]> {
  // `create schema if not exists` asks for the right to create one even where it is there.
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [databaseSchema]);
  if (rowCount === 0) await client.query(`create schema ${databaseSchema}`);
  const { engine, close } = await openEngine(
    url,
    await readFile(join(folder, 'schema.prisma'), 'utf8'),
    databaseSchema,
  );
  try {
    for (const migrationName of failed) await engine.markMigrationRolledBack({ migrationName });
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(join(folder, 'migrations')),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/schema is not empty/.test(text)) {
      throw new DatabaseError(
        `The schema ${databaseSchema} holds tables that are not Clambake's: move them away, or point DATABASE_URL at another database.`,
        { cause: error },
      );
    }
    throw new DatabaseError(
      `The database could not be migrated, and is as it was before: ${text.trim()} Mend the cause and start again.`,
      { cause: error },
    );
  } finally {
    await close();
  }
}
