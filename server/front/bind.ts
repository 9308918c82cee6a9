import type { Server } from 'node:http';
import { type Config, ConfigError } from '../config.ts';
import { asUrlHost } from './host.ts';

/** Another program listens on the port: the setting may be right, and the start fails all the same. */
export class PortInUse extends ConfigError {
  override name = 'PortInUse';
}

/** The address under which this machine itself reaches the server. */
export function localHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  const name = asUrlHost(host);
  return name === '[::]' ? '[::1]' : name;
}

/** Has a server listen. @throws PortInUse, ConfigError */
export function bind(server: Server, { host, port }: Pick<Config, 'host' | 'port'>): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(explain(error, host, port));
    server.once('error', failed);
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new PortInUse(
        `Port ${port} on ${host} is in use. If a Clambake server is running there, use it, or end it with "clambake stop"; else set CLAMBAKE_PORT to a free port.`,
      );
    case 'EACCES':
      return new ConfigError(`Port ${port} may not be used by this user: set CLAMBAKE_PORT to one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigError(
        `CLAMBAKE_HOST is "${host}", which is no address of this machine: 127.0.0.1 and 0.0.0.0 always work.`,
      );
    default:
      return error;
  }
}
