import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/**
 * What a proxy does with the bytes of its connections, both ways: hands them on; keeps them without a reset, as a dead network
 * does (back at `pass` they go on, as after a stall); or hands them on one byte a packet.
 */
export type ProxyMode = 'pass' | 'blackhole' | 'trickle';

/** A TCP proxy whose network can be spoiled while it runs. */
export interface Proxy {
  readonly port: number;
  /** Holds for open and for new connections, from the next byte on. */
  mode: ProxyMode;
  /** Milliseconds that every piece is held back, each way; 0 at first. */
  delay: number;
  /** Connections open now. */
  readonly connections: number;
  /** Connections ever accepted. */
  readonly accepted: number;
  /** Ends every open connection with a TCP reset, on both sides. New ones are accepted. */
  reset(): void;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a proxy on a free port of 127.0.0.1.
 * @param target where its connections lead; a target that refuses resets the connection
 */
export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const proxy = new FaultyProxy(target);
  await proxy.listen();
  return proxy;
}

class FaultyProxy implements Proxy {
  delay = 0;
  accepted = 0;
  readonly #target: { host: string; port: number };
  readonly #server: net.Server;
  readonly #open = new Set<net.Socket[]>();
  /** Pieces that wait in the black hole. */
  readonly #waiting = new Set<() => void>();
  #mode: ProxyMode = 'pass';

  constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    return address.port;
  }

  get connections(): number {
    return this.#open.size;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  set mode(mode: ProxyMode) {
    this.#mode = mode;
    this.#release();
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  reset(): void {
    for (const pair of [...this.#open]) this.#end(pair);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.reset();
    await closed;
  }

  #accept(near: net.Socket): void {
    this.accepted += 1;
    const far = net.connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    const pair = [near, far];
    this.#open.add(pair);
    // The pumps see each error as well and end the pair; without a listener it would end the test run.
    for (const socket of pair) socket.on('error', () => this.#end(pair));
    void Promise.all([this.#pump(near, far), this.#pump(far, near)]).then(
      () => this.#open.delete(pair),
      () => this.#end(pair),
    );
  }

  async #pump(from: net.Socket, to: net.Socket): Promise<void> {
    for await (const data of from) {
      if (this.delay > 0) await sleep(this.delay);
      let rest: Buffer = data;
      while (rest.length > 0) {
        while (this.#mode === 'blackhole' && !to.destroyed) await new Promise<void>((go) => this.#waiting.add(go));
        const piece = this.#mode === 'trickle' ? rest.subarray(0, 1) : rest;
        rest = rest.subarray(piece.length);
        // Tells also of a socket that was destroyed: its error ends the pair.
        await new Promise<void>((written) => to.write(piece, () => written()));
        if (to.destroyed) return;
        if (rest.length > 0) await turn();
      }
    }
    // A black hole swallows the end of a connection as well.
    while (this.#mode === 'blackhole' && !to.destroyed) await new Promise<void>((go) => this.#waiting.add(go));
    to.end();
  }

  #end(pair: net.Socket[]): void {
    this.#open.delete(pair);
    for (const socket of pair) if (!socket.destroyed) socket.resetAndDestroy();
    this.#release();
  }

  #release(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const go of waiting) go();
  }
}
