import { setTimeout as sleep } from 'node:timers/promises';
import { decodeCursor, type Position } from '../../server/delivery/cursor.ts';
import { type Endpoint, type Member, passing } from './client.ts';
import { type Connection, overSse, overWebSocket, SubscriptionError } from './stream.ts';

/** A message that a subscriber was given. */
export interface Received {
  id: number;
  subject: string;
  /** performance.now */
  at: number;
}

/** Somebody who follows an inbox and, whatever ends the connection, comes back behind the last cursor it was given. */
export class Subscriber {
  readonly member: Member;
  readonly transport: 'ws' | 'sse';
  readonly received: Received[] = [];
  /** Errors that coming back does not mend. */
  readonly refused: string[] = [];
  /** What ended its connections, counted. */
  readonly ended = new Map<string, number>();
  /** How often it connected. */
  connections = 0;
  /** When it was last told where it is (performance.now). */
  connectedAt = 0;
  readonly #endpoints: () => Endpoint[];
  readonly #stopping = new AbortController();
  #cursor: string | undefined;
  #begins: Position[] | undefined;
  #running: Promise<void> | undefined;
  #onMessage: (message: Received) => void = () => {};

  /**
   * @param endpoints where to connect; the next one after a failure
   * @param after the cursor to begin behind; now where there is none
   */
  constructor(member: Member, transport: 'ws' | 'sse', endpoints: () => Endpoint[], after?: string) {
    this.member = member;
    this.transport = transport;
    this.#endpoints = endpoints;
    this.#cursor = after;
  }

  /** Where it began: everything behind is for it. */
  get begins(): Position[] {
    if (!this.#begins) throw new Error('The subscriber has not begun.');
    return this.#begins;
  }

  /** The last cursor it was given. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  onMessage(listener: (message: Received) => void): void {
    this.#onMessage = listener;
  }

  /** Connects, and waits until it knows where it begins. */
  async start(): Promise<this> {
    this.#running = this.#run();
    for (const deadline = performance.now() + 30_000; !this.#begins; await sleep(10)) {
      if (performance.now() > deadline || this.refused.length > 0) {
        throw new Error(`A subscriber does not get to its beginning: ${this.refused.join()} ${[...this.ended.keys()]}`);
      }
    }
    return this;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    for (let turn = 0; !signal.aborted && this.refused.length === 0; turn += 1) {
      const endpoints = this.#endpoints();
      const endpoint = endpoints[turn % endpoints.length];
      if (!endpoint) throw new Error('There is no server to follow.');
      const open = this.transport === 'ws' ? overWebSocket : overSse;
      const connection = open({ endpoint, token: this.member.token, after: this.#cursor, signal });
      const before = this.connectedAt;
      try {
        await this.#take(connection);
        this.#note('complete');
      } catch (error) {
        if (signal.aborted) return;
        this.#note(error instanceof SubscriptionError ? error.code : error instanceof Error ? error.message : 'closed');
        if (error instanceof SubscriptionError && !passing.has(error.code)) {
          this.refused.push(`${this.member.id}: ${error.code}, ${error.message}`);
        }
      }
      // Once it was connected the next attempt comes at once; otherwise nobody is there yet.
      failures = this.connectedAt > before ? 0 : failures + 1;
      const wait = failures === 0 ? 5 : Math.min(250, 25 * 2 ** failures);
      await sleep(wait * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }

  async #take(connection: Connection): Promise<void> {
    let first = true;
    for await (const { cursor, message } of connection) {
      if (first) {
        this.connections += 1;
        this.connectedAt = performance.now();
        this.#begins ??= decodeCursor(cursor);
      }
      first = false;
      // One that comes together with the end of the connection counts: whoever prints it has printed it.
      this.#cursor = cursor;
      if (!message) continue;
      const received = { id: Number(message.id), subject: message.subject, at: performance.now() };
      this.received.push(received);
      this.#onMessage(received);
    }
  }

  #note(what: string): void {
    this.ended.set(what, (this.ended.get(what) ?? 0) + 1);
  }
}
