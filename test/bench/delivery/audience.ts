import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, Member } from '../../faults/client.ts';
import { atOnce } from '../at-once.ts';
import { type Heard, Listener } from './listener.ts';

/** Those who follow their inboxes, and what they were given. */
export class Audience {
  readonly #listeners: Listener[] = [];
  /** Of each message who has it, and when the last of them got it (performance.now). */
  readonly #heard = new Map<number, { by: Set<number>; last: number }>();
  #duplicates = 0;

  get size(): number {
    return this.#listeners.length;
  }

  /** How often somebody was given what it had. */
  get duplicates(): number {
    return this.#duplicates;
  }

  get errors(): string[] {
    return this.#listeners.flatMap(({ errors }) => errors);
  }

  /** Has more people follow, 16 connecting at a time. */
  async add(
    endpoint: Endpoint,
    members: readonly Member[],
    onMessage: (heard: Heard) => void = () => {},
  ): Promise<void> {
    const first = this.size;
    await atOnce(members.length, 16, async (index) => {
      const number = first + index;
      this.#listeners.push(
        await Listener.open(endpoint, members[index]?.token ?? '', (heard) => {
          this.#note(number, heard.id);
          onMessage(heard);
        }),
      );
    });
  }

  /** How many have a message. */
  having(id: number): number {
    return this.#heard.get(id)?.by.size ?? 0;
  }

  /**
   * Waits until everybody has a message.
   * @param within milliseconds after which it is given up
   * @returns when the last of them got it (performance.now); Infinity where not all did
   */
  async everybodyHas(id: number, within = 30_000): Promise<number> {
    for (const deadline = performance.now() + within; this.having(id) < this.size; await sleep(5)) {
      if (performance.now() > deadline || this.errors.length > 0) return Number.POSITIVE_INFINITY;
    }
    return this.#heard.get(id)?.last ?? Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #note(number: number, id: number): void {
    const heard = this.#heard.get(id) ?? { by: new Set<number>(), last: 0 };
    this.#heard.set(id, heard);
    if (heard.by.has(number)) this.#duplicates += 1;
    heard.by.add(number);
    heard.last = performance.now();
  }
}
