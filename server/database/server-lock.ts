import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, embeddedName } from './cluster.ts';
import { readPostmaster } from './postmaster.ts';
import { isAlive } from './process.ts';
import { DatabaseError, troubleCode } from './trouble.ts';

/**
 * The number of the lock that a server holds in the database `postgres` for as long as it lives. The session ends with the
 * process, however that ends, and the lock with the session: it cannot go stale as a file can.
 */
const serverLock = 7_266_225_265;

/** How long a lock may outlive the process that held it, in milliseconds. */
const lockGrace = 1_500;

/**
 * Takes the lock of a Postgres that is up and that nobody holds.
 * @returns undefined where it is down, or another server has taken it
 */
export async function reclaim(cluster: Cluster): Promise<pg.Client | undefined> {
  for (const deadline = Date.now() + 10_000; ; await sleep(100)) {
    const postmaster = await readPostmaster(cluster);
    if (postmaster === undefined) return undefined;
    try {
      return await attach(cluster, postmaster.port);
    } catch (error) {
      if (error instanceof DatabaseError) return undefined;
      if (Date.now() > deadline) throw attachTrouble(error, cluster, postmaster.pid, postmaster.port);
    }
  }
}

/** Connects to the running Postgres, takes the lock, and sees that the database is there. */
export async function attach(cluster: Cluster, port: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: connectionString(cluster, port, 'postgres'),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'clambake server lock',
  });
  // What ends a connection is seen in its 'end'; without a listener here an 'error' would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder");
    const own = await realpath(cluster.folder);
    const shown = rows[0]?.folder ?? '';
    // A home that was copied names the Postgres of the original in its postmaster.pid.
    if ((await realpath(shown).catch(() => shown)) !== own) {
      throw new DatabaseError(
        `Port ${port} is served by the Postgres of ${shown}, not of ${own}, whose postmaster.pid names it: delete that file.`,
      );
    }
    await takeLock(client, cluster);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [embeddedName]);
    if (rowCount === 0) await client.query(`create database ${embeddedName}`);
    return client;
  } catch (error) {
    // The lock must not outlive the attempt. One that is broken has nothing to end.
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function takeLock(client: pg.Client, cluster: Cluster): Promise<void> {
  for (const deadline = Date.now() + lockGrace; ; await sleep(50)) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [serverLock]);
    if (rows[0]?.taken) return;
    if (Date.now() > deadline) break;
  }
  const other = await readServer(cluster.home);
  throw new DatabaseError(
    `Another Clambake server${other ? ` (process ${other.pid}, ${other.url})` : ''} uses ${cluster.home}: use that one, end it with "clambake stop", or set CLAMBAKE_HOME to another folder.`,
  );
}

/** The server that wrote `server.json`, where it lives. */
async function readServer(home: string): Promise<{ pid: number; url: string } | undefined> {
  const text = await readFile(join(home, 'server.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    const { pid, url } = JSON.parse(text) as { pid?: unknown; url?: unknown };
    return typeof pid === 'number' && typeof url === 'string' && isAlive(pid) ? { pid, url } : undefined;
  } catch (error) {
    // Being written at this moment: it is only for the message.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What hinders the attachment, with a remedy. */
export function attachTrouble(error: unknown, cluster: Cluster, pid: number, port: number): Error {
  if (error instanceof DatabaseError) return error;
  const pidFile = join(cluster.folder, 'postmaster.pid');
  if (troubleCode(error) === '28P01') {
    return new DatabaseError(
      `The password in ${cluster.passwordFile} is not that of the database in ${cluster.folder}: put the right one back, or move the folder away to begin with an empty database.`,
    );
  }
  const text = error instanceof Error ? error.message : String(error);
  return new DatabaseError(
    `The embedded Postgres (process ${pid}, port ${port}) does not let Clambake in: ${text}. See ${cluster.logFile}; if process ${pid} is no Postgres, delete ${pidFile}.`,
    { cause: error },
  );
}

/** Where a database of the cluster is, with the password. */
export function connectionString({ password }: Cluster, port: number, database: string): string {
  return `postgresql://${embeddedName}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}
