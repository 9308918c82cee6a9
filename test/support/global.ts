import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../server/database/embedded.ts';
import { migrate } from '../../server/database/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Postgres of the test run: its database `postgres`, for `createTestDatabase`. */
    postgresUrl: string;
  }
}

/** The migrated database that every test database is a copy of. */
export const templateName = 'clambake_template';

/** Starts the one Postgres of the whole test run, and makes the template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'clambake-test-'));
  const embedded = await startEmbedded(home, pino({ level: 'warn' }), {
    // Nothing of it outlives the run; what must be durable is tested on a Postgres of its own.
    settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '400' },
  });
  let ended: Promise<void> | undefined;
  const teardown = (): Promise<void> => {
    ended ??= embedded.stop().finally(() => rm(home, { recursive: true, force: true }));
    return ended;
  };
  await watch(home);
  try {
    const url = new URL(embedded.url);
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(`create database ${templateName}`);
    await client.end();
    url.pathname = `/${templateName}`;
    await migrate(url.href, pino({ level: 'warn' }));
    url.pathname = '/postgres';
    project.provide('postgresUrl', url.href);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

/**
 * Starts a process that outlives this one, and then stops Postgres and removes its home: on Ctrl-C vitest ends without
 * waiting for a teardown, and kill -9 asks nobody.
 */
async function watch(home: string): Promise<void> {
  const pid = (await readFile(join(home, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0];
  const watchman = spawn(process.execPath, [join(import.meta.dirname, 'watchman.js'), String(pid), home], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchman.unref();
  // Its standard input ends with this process, however that ends.
  if (watchman.stdin instanceof Socket) watchman.stdin.unref();
}
