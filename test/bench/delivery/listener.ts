import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Endpoint } from '../../faults/client.ts';
import { operationOf } from '../asking.ts';

/** A message as it came. */
export interface Heard {
  id: number;
  /** The frame it came in. */
  frame: Buffer;
}

/** Follows an inbox on a WebSocket as `clambake watch` does, but reads of a frame no more than the number of the message. */
export class Listener {
  /** What went wrong, the end of the connection included where nobody asked for it. */
  readonly errors: string[] = [];
  readonly #socket: WebSocket;
  #leaving = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /**
   * Connects, and waits until the subscription has begun.
   * @param onMessage is told of each message as it comes
   * @throws Error where it does not begin
   */
  static async open(endpoint: Endpoint, token: string, onMessage: (heard: Heard) => void): Promise<Listener> {
    const socket = new WebSocket(`ws://127.0.0.1:${endpoint.port}/graphql`, 'graphql-transport-ws', {
      headers: { host: endpoint.authority },
      perMessageDeflate: false,
      handshakeTimeout: 30_000,
    });
    const listener = new Listener(socket);
    await once(socket, 'open');
    await new Promise<void>((begun, failed) => {
      const fail = (what: string): void => {
        listener.errors.push(what);
        failed(new Error(`A subscription failed: ${what}`));
      };
      socket.on('error', (error) => fail(error.message));
      socket.on('close', (code) => {
        if (!listener.#leaving) fail(`closed with ${code}`);
      });
      socket.on('message', (frame: Buffer) => {
        const read = readFrame(frame);
        if (read === 'ack') socket.send(subscribe);
        else if (read === 'begun') begun();
        else if (read === 'ping') socket.send('{"type":"pong"}');
        else if (read === 'failed') fail(frame.toString().slice(0, 300));
        else if (read !== 'pong') onMessage({ id: read, frame });
      });
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    });
    return listener;
  }

  async close(): Promise<void> {
    this.#leaving = true;
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close(1000);
    const patience = setTimeout(() => this.#socket.terminate(), 5_000);
    await closed;
    clearTimeout(patience);
  }
}

const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: operationOf('watch').document } });

const [next, message, none] = [
  Buffer.from('"type":"next"'),
  Buffer.from('"message":{"id":"'),
  Buffer.from('"message":null'),
] as const;

/** What a frame says: the number of the message in it where there is one. */
function readFrame(frame: Buffer): number | 'ack' | 'begun' | 'ping' | 'pong' | 'failed' {
  if (frame.includes(next)) {
    const place = frame.indexOf(message);
    if (place >= 0)
      return Number.parseInt(frame.toString('latin1', place + message.length, place + message.length + 12), 10);
    return frame.includes(none) ? 'begun' : 'failed';
  }
  const { type } = JSON.parse(frame.toString()) as { type: string };
  if (type === 'connection_ack') return 'ack';
  return type === 'ping' || type === 'pong' ? type : 'failed';
}
