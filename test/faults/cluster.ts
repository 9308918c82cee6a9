import { randomBytes } from 'node:crypto';
import { createTestHome, type TestHome } from '../support/home.ts';
import { type Endpoint, type Member, must } from './client.ts';
import { OwnPostgres, ServersPostgres } from './own-postgres.ts';
import { forget, remember } from './remains.ts';
import { ServerProcess } from './server-process.ts';

/** What to start. */
export interface ClusterOptions {
  /** Servers on the one database; 1 unless given. */
  replicas?: number;
  /** Whether the (one) server brings its Postgres itself; else the servers are given one of the test's own. */
  embedded?: boolean;
  /** A Postgres to take a database of its own on, which the caller stops; a Postgres of its own unless given. */
  postgres?: OwnPostgres;
  /** Where the server of this number is to find the database: a proxy in between. Its own address unless given. */
  reach?: (postgres: OwnPostgres, server: number) => Promise<string>;
  /** A folder to use as the home, which the caller made and removes. */
  home?: string;
  environment?: Record<string, string>;
}

/** Servers, each a process, and a Postgres, durable. Everything of it is gone after `close`. */
export class Cluster {
  readonly servers: ServerProcess[];
  readonly postgres: OwnPostgres | ServersPostgres;
  readonly token: string;
  /** Where the database is, past any proxy. */
  readonly databaseUrl: string;
  readonly #close: () => Promise<void>;

  constructor(parts: Pick<Cluster, 'servers' | 'postgres' | 'token' | 'databaseUrl'>, close: () => Promise<void>) {
    this.servers = parts.servers;
    this.postgres = parts.postgres;
    this.token = parts.token;
    this.databaseUrl = parts.databaseUrl;
    this.#close = close;
  }

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const { replicas = 1, embedded = false, postgres: shared, reach, home: given, environment = {} } = options;
    const home = given === undefined ? await createTestHome() : { path: given, remove: async () => {} };
    remember('home', home.path);
    const homes = [home];
    const token = randomBytes(24).toString('hex');
    const servers: ServerProcess[] = [];
    let postgres: OwnPostgres | ServersPostgres | undefined;
    const close = async (): Promise<void> => {
      // A server is stopped before its Postgres, and everything is tried whatever fails.
      const ended = await Promise.allSettled(servers.map((server) => server.stop()));
      const stopped = await Promise.allSettled([shared ? undefined : postgres?.stop()]);
      const removed = await Promise.allSettled(homes.map((each) => each.remove()));
      for (const each of homes) forget('home', each.path);
      for (const result of [...ended, ...stopped, ...removed]) if (result.status === 'rejected') throw result.reason;
    };
    try {
      let databaseUrl = '';
      if (embedded) {
        const server = new ServerProcess({ CLAMBAKE_HOME: home.path, CLAMBAKE_TOKEN: token, ...environment });
        servers.push(server);
        const own = new ServersPostgres(home.path);
        postgres = own;
        await server.start();
        databaseUrl = await own.url();
      } else {
        const own = shared ? await shared.another() : await OwnPostgres.start(home.path);
        postgres = own;
        databaseUrl = own.url;
        for (let n = 0; n < replicas; n += 1) {
          const serverHome = await createTestHome();
          homes.push(serverHome);
          remember('home', serverHome.path);
          const server = new ServerProcess({
            CLAMBAKE_HOME: serverHome.path,
            CLAMBAKE_TOKEN: token,
            DATABASE_URL: reach ? await reach(own, n) : own.url,
            ...environment,
          });
          servers.push(server);
        }
        // At once: whichever comes first migrates the database.
        await Promise.all(servers.map((server) => server.start()));
      }
      return new Cluster({ servers, postgres, token, databaseUrl }, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** The server of this number. */
  server(n: number): ServerProcess {
    const server = this.servers[n];
    if (!server) throw new Error(`There is no server ${n}.`);
    return server;
  }

  /** Where the server of this number is reached, past any proxy. */
  endpoint(n = 0): Endpoint {
    const { port } = this.server(n);
    return { port, authority: `127.0.0.1:${port}` };
  }

  /** All of them, the given one first. */
  endpoints(first = 0): Endpoint[] {
    return this.servers.map((_, n) => this.endpoint((first + n) % this.servers.length));
  }

  async register(project: string, endpoint = this.endpoint()): Promise<Member> {
    const { register } = await must<{ register: { token: string; instance: { id: string } } }>(
      endpoint,
      this.token,
      'mutation ($project: String!) { register(project: $project, directory: "/work") { token instance { id } } }',
      { project },
    );
    return { id: register.instance.id, token: register.token, project };
  }

  /** Registers several at a time, spread over projects. */
  async registerMany(count: number, projects: number, prefix = 'project'): Promise<Member[]> {
    const members: Member[] = [];
    for (let n = 0; n < count; n += 10) {
      const some = Array.from({ length: Math.min(10, count - n) }, (_, i) =>
        this.register(`${prefix}-${(n + i) % projects}`, this.endpoint((n + i) % this.servers.length)),
      );
      members.push(...(await Promise.all(some)));
    }
    return members;
  }

  /** What servers said that ended by themselves. */
  deaths(): string[] {
    return this.servers.flatMap((server) => (server.deaths > 0 ? [`a server ended: ${server.log.slice(-500)}`] : []));
  }

  /** What the servers logged as errors that they did not expect, each kind once. */
  internalErrors(): string[] {
    const kinds = this.servers.flatMap(({ log }) =>
      log
        .split('\n')
        .filter((line) => line.includes('internal error'))
        .map((line) => /"name":"[^"]*"(,"code":"[^"]*")?,"message":"[^"]*/.exec(line)?.[0] ?? line.slice(0, 200)),
    );
    return [...new Set(kinds)].map((kind) => `logged as internal error: ${kind}`);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Clusters that wait for the next fault, by what they were started with. */
const kept = new Map<string, Cluster>();
let keeping = false;
/** The one Postgres for all clusters that do not bring theirs. */
let shared: Promise<{ postgres: OwnPostgres; home: TestHome }> | undefined;

/**
 * From now on a cluster that came through a fault is used for the next one that wants the like, and those of another kind
 * get a database on the same Postgres: each start takes seconds.
 */
export function keepClusters(): void {
  keeping = true;
}

/** Ends what was kept. */
export async function closeClusters(): Promise<void> {
  const clusters = [...kept.values()];
  kept.clear();
  const closed = await Promise.allSettled(clusters.map((cluster) => cluster.close()));
  const sharing = shared;
  shared = undefined;
  if (sharing) {
    const { postgres, home } = await sharing;
    await postgres.stop();
    await home.remove();
    forget('home', home.path);
  }
  for (const result of closed) if (result.status === 'rejected') throw result.reason;
}

async function startShared(): Promise<{ postgres: OwnPostgres; home: TestHome }> {
  const home = await createTestHome();
  remember('home', home.path);
  try {
    return { postgres: await OwnPostgres.start(home.path), home };
  } catch (error) {
    await home.remove();
    forget('home', home.path);
    throw error;
  }
}

/** Has a cluster for as long as `use` runs. */
export async function withCluster<T>(options: ClusterOptions, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const isPlain = keeping && options.reach === undefined && options.home === undefined;
  const key = JSON.stringify([options.replicas ?? 1, options.embedded ?? false, options.environment ?? {}]);
  const found = isPlain ? kept.get(key) : undefined;
  // Whoever else looks for one meanwhile does not get this one.
  if (isPlain) kept.delete(key);
  const cluster = found ?? (await startCluster(options));
  let survived = false;
  try {
    const result = await use(cluster);
    survived = cluster.deaths().length === 0;
    return result;
  } finally {
    if (isPlain && survived && !kept.has(key)) kept.set(key, cluster);
    else await cluster.close();
  }
}

async function startCluster(options: ClusterOptions): Promise<Cluster> {
  if (!keeping || options.embedded) return Cluster.start(options);
  shared ??= startShared();
  return Cluster.start({ ...options, postgres: (await shared).postgres });
}
