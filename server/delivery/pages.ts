import type pg from 'pg';
import { kept } from './brief.ts';
import { type Entry, pageSize, readEntries } from './tail.ts';

/**
 * The pages of channels that tails do not reach back to. All who are behind read from the same places on, so that a page is read once
 * for them, and what is made of its messages as well.
 */
export class Pages {
  readonly #pool: pg.Pool;
  readonly #pages = new Map<string, Promise<Entry[]>>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * Messages of a channel behind a number: some, and one at least where there is any.
   * @throws what the database throws
   */
  async after(channelId: number, seq: number): Promise<Entry[]> {
    const from = seq - (seq % pageSize);
    const page = (await this.#page(channelId, from)).filter((entry) => entry.seq > seq);
    // What came since somebody began to read the page.
    return page.length > 0 ? page : readEntries(this.#pool, channelId, seq);
  }

  #page(channelId: number, from: number): Promise<Entry[]> {
    const key = `${channelId}:${from}`;
    const known = this.#pages.get(key);
    if (known) return known;
    const reading = readEntries(this.#pool, channelId, from);
    this.#pages.set(key, reading);
    const forget = (): void => void this.#pages.delete(key);
    // A page that is not full may have more in it by now.
    reading.then((page) => (page.length < pageSize ? forget() : setTimeout(forget, kept).unref()), forget);
    return reading;
  }
}
