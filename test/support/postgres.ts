import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { templateName } from './global.ts';

/** A database of a test's own. */
export interface TestDatabase {
  /** Its connection string: for `openDatabase`, or as DATABASE_URL of a server. */
  url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/**
 * Makes a database in the Postgres of the test run (about 50 ms).
 * @param options.migrated a copy of the migrated template; false gives an empty one
 */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(`create database ${name} template ${migrated ? templateName : 'template0'}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`drop database ${name} with (force)`) };
}

/** Runs one statement on the database `postgres`, as its superuser. */
export async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query(sql);
        return;
      } catch (error) {
        // Another test copies the template at this moment.
        const busy = error instanceof pg.DatabaseError && error.code === '55006' && attempt < 100;
        if (!busy) throw error;
        await sleep(50);
      }
    }
  } finally {
    await client.end();
  }
}
