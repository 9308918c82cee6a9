import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, passing, post } from './client.ts';
import type { Subscriber } from './subscriber.ts';

/** Marks every third message that a subscriber receives as read, and repeats itself until that is acknowledged. */
export class Reader {
  /** Ids that are marked for certain. */
  readonly read = new Set<number>();
  readonly subscriber: Subscriber;
  readonly refused: string[] = [];
  readonly #endpoints: () => Endpoint[];
  #work: Promise<void> = Promise.resolve();
  #seen = 0;

  constructor(subscriber: Subscriber, endpoints: () => Endpoint[]) {
    this.subscriber = subscriber;
    this.#endpoints = endpoints;
    subscriber.onMessage(({ id }) => {
      this.#seen += 1;
      if (this.#seen % 3 === 0) this.#work = this.#work.then(() => this.#mark(id));
    });
  }

  /** Waits until everything begun is marked. */
  done(): Promise<void> {
    return this.#work;
  }

  async #mark(id: number): Promise<void> {
    const { member } = this.subscriber;
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const endpoints = this.#endpoints();
      const endpoint = endpoints[attempt % endpoints.length];
      if (!endpoint) throw new Error('There is no server to ask.');
      const reply = await post<object>(endpoint, member.token, {
        query: 'mutation ($ids: [ID!]!) { markRead(ids: $ids) { count } }',
        variables: { ids: [String(id)] },
      }).catch(() => undefined);
      if (reply?.data) {
        this.read.add(id);
        return;
      }
      const [error] = reply?.errors ?? [];
      if (error && !passing.has(error.extensions.code)) {
        this.refused.push(`marking ${id} read: ${error.extensions.code}, ${error.message}`);
        return;
      }
      await sleep(100);
    }
    this.refused.push(`marking ${id} read was not acknowledged`);
  }
}
