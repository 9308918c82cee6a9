import { readFile, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { type Cluster, embeddedName, prepareCluster } from './cluster.ts';
import { readPostmaster, startPostgres, stopPostgres, trimLog } from './postmaster.ts';
import { isAlive } from './process.ts';
import { outputTrouble } from './program.ts';
import { DatabaseError, isPassing, troubleCode } from './trouble.ts';

/** What is told along the way, as by pino. */
export type DatabaseLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** The embedded Postgres, up, and held by this process alone. */
export interface EmbeddedPostgres {
  /** Its connection string, with the password: for `openDatabase` and `migrate`, never for people. */
  url: string;
  /** The folder of the cluster. */
  folder: string;
  /** As PostgreSQL counts, like `18.4`. */
  version: string;
  /** Whether it was up already: left by a server that was killed. */
  attached: boolean;
  /** Stops Postgres. Connections to it end. */
  stop(): Promise<void>;
}

/** How to start it. */
export interface EmbeddedOptions {
  /** Settings of Postgres that take precedence over Clambake's: tests turn off what makes it durable. */
  settings?: Record<string, string>;
  /** Gives the start up; what was started is stopped again. */
  signal?: AbortSignal | undefined;
}

/**
 * The number of the lock that a server holds in the database `postgres` for as long as it lives. The session ends with the
 * process, however that ends, and the lock with the session: it cannot go stale as a file can.
 */
const serverLock = 7_266_225_265;

/** How long a lock may outlive the process that held it, in milliseconds. */
const lockGrace = 1_500;

/**
 * Starts the embedded Postgres under `home`, made first where it is not there, or attaches to it where it is up.
 * @param home the folder of Clambake's files, absolute; one server at a time
 * @throws DatabaseError where it cannot start, or another server has it; the message says which and what to do. The
 *   signal's reason where it was given up. Nothing that was started is left running.
 */
export async function startEmbedded(
  home: string,
  log: DatabaseLog,
  { settings = {}, signal }: EmbeddedOptions = {},
): Promise<EmbeddedPostgres> {
  const cluster = await prepareCluster(home, settings);
  let held = await hold(cluster, { signal });
  const { port, attached } = held;
  log.debug({ port, attached }, attached ? 'attached to the embedded Postgres' : 'started the embedded Postgres');

  let stopping = false;
  const keep = (): void => {
    held.client.once('end', () => {
      if (stopping) return;
      log.warn('The connection that holds the embedded Postgres broke: taking it up again.');
      void regain();
    });
  };
  // Postgres ends every connection when one of its processes dies, and may die as a whole: the server outlives both.
  const regain = async (): Promise<void> => {
    for (let wait = 100; !stopping; wait = Math.min(wait * 2, 5_000)) {
      try {
        held = await hold(cluster, { port });
        keep();
        log.info('The embedded Postgres is back.');
        return;
      } catch (error) {
        log.error({ err: error }, 'The embedded Postgres is not back yet.');
        await sleep(wait, undefined, { ref: false });
      }
    }
  };
  keep();
  const hourly = setInterval(() => {
    trimLog(cluster).catch((error: unknown) => log.warn({ err: error }, 'The log of Postgres cannot be trimmed.'));
  }, 3_600_000).unref();

  let stopped: Promise<void> | undefined;
  return {
    url: connectionString(cluster, port, embeddedName),
    folder: cluster.folder,
    version: cluster.binaries.version,
    attached,
    stop() {
      stopping = true;
      clearInterval(hourly);
      // The lock is held to the end: whoever starts meanwhile finds Postgres stopping, not free.
      stopped ??= stopPostgres(cluster).then(() => held.client.end());
      return stopped;
    },
  };
}

interface Held {
  client: pg.Client;
  port: number;
  attached: boolean;
}

/**
 * Brings Postgres up, or finds it up, and takes the lock.
 * @param wanted.port where it has to come up
 */
async function hold(cluster: Cluster, wanted: { port?: number; signal?: AbortSignal | undefined }): Promise<Held> {
  const { port: wantedPort, signal } = wanted;
  const deadline = Date.now() + 120_000;
  let attached = true;
  let started = 0;
  for (;;) {
    const postmaster = await readPostmaster(cluster);
    if (postmaster === undefined) {
      signal?.throwIfAborted();
      const port = wantedPort !== undefined && started === 0 ? wantedPort : await freePort();
      const reason = await startPostgres(cluster, port);
      started += 1;
      if (reason === undefined) attached = false;
      // The processes of one that was killed have not all noticed yet.
      else if (/pre-existing shared memory block/.test(reason) && Date.now() < deadline) await sleep(100);
      // Another server started it first: attach, and let the lock decide. Or somebody took the port meanwhile.
      else if (!/lock file .* already exists|Address already in use|could not bind/.test(reason) || started >= 5) {
        throw outputTrouble('The embedded database cannot be started', reason, cluster);
      }
      continue;
    }
    try {
      const client = await attach(cluster, postmaster.port);
      if (wantedPort !== undefined && postmaster.port !== wantedPort) {
        throw new DatabaseError(
          `The embedded Postgres came back on port ${postmaster.port} instead of ${wantedPort}: restart Clambake.`,
        );
      }
      return { client, port: postmaster.port, attached };
    } catch (error) {
      // It starts, recovers from a crash, or stops: all three pass.
      const passes = isPassing(error) || troubleCode(error) === 'ECONNREFUSED';
      if (passes && Date.now() <= deadline && !signal?.aborted) {
        await sleep(50);
        continue;
      }
      // Where the words are our own another server has it.
      if (!attached && !(error instanceof DatabaseError)) await stopPostgres(cluster);
      signal?.throwIfAborted();
      throw attachTrouble(error, cluster, postmaster.pid, postmaster.port);
    }
  }
}

/** Connects to the running Postgres, takes the lock, and sees that the database is there. */
async function attach(cluster: Cluster, port: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: connectionString(cluster, port, 'postgres'),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'clambake server lock',
  });
  // What ends a connection is seen in its 'end'; without a listener here an 'error' would end the process.
  let broken: Error | undefined;
  client.on('error', (error) => {
    broken = error;
  });
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
    await client.end().catch((reason: unknown) => {
      broken = reason instanceof Error ? reason : undefined;
    });
    throw error ?? broken;
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

function attachTrouble(error: unknown, cluster: Cluster, pid: number, port: number): Error {
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

function connectionString({ password }: Cluster, port: number, database: string): string {
  return `postgresql://${embeddedName}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** A port of 127.0.0.1 that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
