import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Leads each connection of a server to Postgres by what its first packet says: those of one application name to one port,
 * all others to another. So a proxy can spoil the listener's connection alone.
 */
export class StartupSwitch {
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  /** @param route the port to lead a connection to, by its startup message */
  constructor(route: (startup: Buffer) => number) {
    this.#server = createServer({ noDelay: true }, (near) => {
      this.#hold(near);
      near.once('data', (startup: Buffer) => {
        const far = connect({ host: '127.0.0.1', port: route(startup), noDelay: true });
        this.#hold(far);
        far.write(startup);
        near.pipe(far);
        far.pipe(near);
        near.once('close', () => far.destroy());
        far.once('close', () => near.destroy());
      });
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The switch does not listen.');
    return address.port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #hold(socket: Socket): void {
    this.#open.add(socket);
    // Its other half is closed with it.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#open.delete(socket));
  }
}
