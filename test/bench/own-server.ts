import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../faults/client.ts';
import { ServersPostgres } from '../faults/own-postgres.ts';
import { ServerProcess } from '../faults/server-process.ts';
import { ownHome } from './own-home.ts';

/** A server that is measured: a process of its own, with its embedded Postgres as it comes, on a home of its own. */
export interface OwnServer {
  process: ServerProcess;
  /** The folder of its home. */
  home: string;
  endpoint: Endpoint;
  /** The operator's. */
  token: string;
  postgres: ServersPostgres;
  /**
   * Stops it and removes its home.
   * @throws Error where it ended by itself before
   */
  close(): Promise<void>;
}

/** Has work done with a server. */
export type Serve = <Value>(work: (server: OwnServer) => Promise<Value>) => Promise<Value>;

/** Has work done with as many servers. */
export type ServeMany = <Value>(count: number, work: (servers: OwnServer[]) => Promise<Value>) => Promise<Value>;

/** Starts a server on an empty home. */
export async function startServer(): Promise<OwnServer> {
  const home = await ownHome();
  const token = randomBytes(24).toString('hex');
  const process = new ServerProcess({ CLAMBAKE_HOME: home.path, CLAMBAKE_TOKEN: token });
  const close = async (): Promise<void> => {
    await process.stop();
    await home.remove();
    if (process.deaths > 0) throw new Error(`The server ended: ${process.log.slice(-500)}`);
  };
  try {
    await process.start();
  } catch (error) {
    await close();
    throw error;
  }
  const endpoint = { port: process.port, authority: `127.0.0.1:${process.port}` };
  return { process, home: home.path, endpoint, token, postgres: new ServersPostgres(home.path), close };
}

/** Starts servers that run beside each other, and ends them once the work is done or has failed. */
export const withServers: ServeMany = async (count, work) => {
  const starts = await Promise.allSettled(Array.from({ length: count }, startServer));
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  try {
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
    return await work(servers);
  } finally {
    await Promise.all(servers.map(({ close }) => close()));
  }
};

/** Starts a server, and ends it once the work is done or has failed. */
export const withServer: Serve = (work) => withServers(1, ([server]) => work(server as OwnServer));
