import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, embeddedName, prepareCluster } from '../../server/database/cluster.ts';
import { freePort } from '../../server/database/free-port.ts';
import { type Postmaster, readPostmaster, startPostgres, stopPostgres } from '../../server/database/postmaster.ts';
import { run } from '../../server/database/program.ts';

/** A Postgres of a test's own, as durable as one in earnest, whom no server looks after. */
export class OwnPostgres {
  readonly url: string;
  readonly port: number;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster, port: number, database = embeddedName) {
    this.#cluster = cluster;
    this.port = port;
    this.url = connectionString(cluster, port, database);
  }

  /** Makes a cluster under this home and starts it, with an empty database for the servers. */
  static async start(home: string): Promise<OwnPostgres> {
    const cluster = await prepareCluster(home);
    const port = await freePort();
    const reason = await startPostgres(cluster, port);
    if (reason !== undefined) throw new Error(`Postgres does not start: ${reason}`);
    await query(connectionString(cluster, port, 'postgres'), `create database ${embeddedName}`);
    return new OwnPostgres(cluster, port);
  }

  /** The same Postgres with an empty database more: what is done to the one as a whole happens to the other. */
  async another(): Promise<OwnPostgres> {
    const database = `${embeddedName}_${randomBytes(4).toString('hex')}`;
    await query(connectionString(this.#cluster, this.port, 'postgres'), `create database ${database}`);
    return new OwnPostgres(this.#cluster, this.port, database);
  }

  /** `pg_ctl restart -m immediate`: every process of it dies at once, and it recovers from its log. */
  async crash(): Promise<void> {
    const { folder, binaries, logFile } = this.#cluster;
    const { code, output } = await run(this.#cluster, binaries.pgCtl, [
      ...['restart', '-D', folder, '-l', logFile],
      ...['-m', 'immediate', '-w', '-t', '60', '-s'],
    ]);
    if (code !== 0) throw new Error(`Postgres does not restart: ${output}`);
  }

  stop(): Promise<void> {
    return stopPostgres(this.#cluster);
  }
}

/** The embedded Postgres of a server, seen from outside. */
export class ServersPostgres {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  /** Where it is now. */
  async url(): Promise<string> {
    const { cluster, postmaster } = await this.#running();
    return connectionString(cluster, postmaster.port, embeddedName);
  }

  /** The process that all others of it are children of. */
  async pid(): Promise<number> {
    return (await this.#running()).postmaster.pid;
  }

  /** Ends every process of it at once; the server is expected to notice and to start it again. */
  async crash(): Promise<void> {
    const cluster = await prepareCluster(this.#home);
    await run(cluster, cluster.binaries.pgCtl, ['stop', '-D', cluster.folder, '-m', 'immediate', '-W', '-s']);
  }

  /** Stops what a killed server left running. */
  async stop(): Promise<void> {
    await stopPostgres(await prepareCluster(this.#home));
  }

  async #running(): Promise<{ cluster: Cluster; postmaster: Postmaster }> {
    const cluster = await prepareCluster(this.#home);
    const postmaster = await readPostmaster(cluster);
    if (!postmaster) throw new Error(`No Postgres runs on ${this.#home}.`);
    return { cluster, postmaster };
  }
}

/** Runs statements on one connection that is closed afterwards; tries anew for a while where there is none to be had. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    // The fault may hit this connection too: the query itself tells.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(sql, values)).rows;
    } catch (error) {
      if (attempt >= 20) throw error;
      await sleep(250);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function connectionString({ password }: Cluster, port: number, database: string): string {
  return `postgresql://${embeddedName}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}
