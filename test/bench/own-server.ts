import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../faults/client.ts';
import { ServersPostgres } from '../faults/own-postgres.ts';
import { ServerProcess } from '../faults/server-process.ts';
import { ownHome } from './own-home.ts';

/** A server that is measured: a process of its own, with its embedded Postgres as it comes, on a home of its own. */
export interface OwnServer {
  process: ServerProcess;
  endpoint: Endpoint;
  /** The operator's. */
  token: string;
  postgres: ServersPostgres;
}

/** Has work done with a server. */
export type Serve = <Value>(work: (server: OwnServer) => Promise<Value>) => Promise<Value>;

/**
 * Starts a server on an empty home, and ends both once the work is done or has failed.
 * @throws Error where the server ended by itself meanwhile
 */
export async function withServer<Value>(work: (server: OwnServer) => Promise<Value>): Promise<Value> {
  const home = await ownHome();
  try {
    const token = randomBytes(24).toString('hex');
    const process = new ServerProcess({ CLAMBAKE_HOME: home.path, CLAMBAKE_TOKEN: token });
    try {
      await process.start();
      const endpoint = { port: process.port, authority: `127.0.0.1:${process.port}` };
      const value = await work({ process, endpoint, token, postgres: new ServersPostgres(home.path) });
      if (process.deaths > 0) throw new Error(`The server ended: ${process.log.slice(-500)}`);
      return value;
    } finally {
      await process.stop();
    }
  } finally {
    await home.remove();
  }
}

/** Starts several beside each other, so that what else happens on the machine happens to all of them. */
export async function withServers<Value>(
  count: number,
  work: (servers: OwnServer[]) => Promise<Value>,
  started: OwnServer[] = [],
): Promise<Value> {
  if (started.length === count) return work(started);
  return withServer((server) => withServers(count, work, [...started, server]));
}
