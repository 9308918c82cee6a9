import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { type Cluster, embeddedName, prepareCluster } from './cluster.ts';
import { freePort } from './free-port.ts';
import { readPostmaster, startPostgres, stopPostgres, trimLog } from './postmaster.ts';
import { outputTrouble } from './program.ts';
import { attach, attachTrouble, connectionString, reclaim } from './server-lock.ts';
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
  let holding = true;
  const { port, attached } = held;
  log.debug({ port, attached }, attached ? 'attached to the embedded Postgres' : 'started the embedded Postgres');

  const stopping = new AbortController();
  const { signal: stopped } = stopping;
  let regaining: Promise<void> | undefined;
  const keep = (): void => {
    held.client.once('end', () => {
      holding = false;
      if (stopped.aborted) return;
      log.warn('The connection that holds the embedded Postgres broke: taking it up again.');
      regaining = regain().finally(() => {
        regaining = undefined;
      });
    });
  };
  // Postgres ends every connection when one of its processes dies, and may die as a whole: the server outlives both.
  const regain = async (): Promise<void> => {
    const complain = atMostOnceAMinute((err) => log.error({ err }, 'The embedded Postgres is not back yet.'));
    for (let wait = 100; !stopped.aborted; wait = Math.min(wait * 2, 5_000)) {
      try {
        held = await hold(cluster, { port, signal: stopped });
        holding = true;
        keep();
        log.info('The embedded Postgres is back.');
        return;
      } catch (error) {
        if (stopped.aborted) return;
        complain(error);
      }
      await pause(wait, stopped);
    }
  };
  keep();
  const hourly = setInterval(() => {
    trimLog(cluster).catch((error: unknown) => log.warn({ err: error }, 'The log of Postgres cannot be trimmed.'));
  }, 3_600_000).unref();

  const stop = async (): Promise<void> => {
    stopping.abort();
    clearInterval(hourly);
    // It may be about to start Postgres.
    await regaining;
    const client = holding ? held.client : await reclaim(cluster);
    if (!client) return;
    // The lock is held to the end: whoever starts meanwhile finds Postgres stopping, not free.
    await stopPostgres(cluster);
    await client.end();
  };
  let ended: Promise<void> | undefined;
  return {
    url: connectionString(cluster, port, embeddedName),
    folder: cluster.folder,
    version: cluster.binaries.version,
    attached,
    stop() {
      ended ??= stop();
      return ended;
    },
  };
}

/** Waits, unless the signal is aborted first. Does not keep the process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { ref: false, signal }).catch((reason: unknown) => {
    if (!signal.aborted) throw reason;
  });
}

/** Tells the first of errors of the same words, and again every minute. */
function atMostOnceAMinute(tell: (error: unknown) => void): (error: unknown) => void {
  let told: { text: string; at: number } | undefined;
  return (error) => {
    const text = String(error);
    if (told?.text === text && Date.now() - told.at < 60_000) return;
    told = { text, at: Date.now() };
    tell(error);
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
      const port = wantedPort ?? (await freePort());
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
        // A server that has ended started it: it is ours now, but our own connections look for it elsewhere.
        await stopPostgres(cluster).finally(() => client.end());
        continue;
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
