import type pg from 'pg';
import type { Message } from '../database/generated/client.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';
import { Brief } from './brief.ts';
import { type MessageColumns, signed, signedUpTo } from './message-parts.ts';

/** A message as delivery sees it. Every follower of its channel is given the same object. */
export interface Entry {
  id: number;
  channelId: number;
  /** Its place on the channel. */
  seq: number;
  senderId: string | null;
  type: MessageType;
  expiresAt: Date;
  /**
   * The message with its sender and its blocker as they were at `readAt`; null where its text is too long to be kept for everybody who
   * may be behind.
   */
  row: Message | null;
  /** When it was read, by performance.now(). */
  readAt: number;
  /** What was made of it for one follower, for the next one who selects the same. */
  shared: Brief;
}

/** Messages that a tail keeps, and that are read at once: all that a slow reader ever holds. */
export const pageSize = 100;

/** Bytes of a text that is read with its page. A longer one is loaded when it is handed over. */
const shortBody = 2048;

// Within a channel ids grow as numbers do: both are drawn under the lock on the channel's row.
const readMessages = statement<MessageColumns, [channelId: number, after: number]>(
  'delivery-page',
  `SELECT ${signedUpTo(shortBody)}
   FROM clambake.message ${signed.joins} WHERE message.channel_id = $1 AND message.seq > $2 ORDER BY message.seq LIMIT ${pageSize}`,
);

/** Reads a page of a channel behind a number. */
export async function readEntries(pool: pg.Pool, channelId: number, after: number): Promise<Entry[]> {
  const readAt = performance.now();
  return (await readMessages(pool, channelId, after)).map((columns) => {
    const message = signed.read(columns);
    const { id, senderId, type, expiresAt } = message;
    // A column of a text that was left out is null.
    const row = (message.body as string | null) === null ? null : message;
    return { id, channelId, seq: Number(message.seq), senderId, type, expiresAt, row, readAt, shared: new Brief() };
  });
}

/**
 * The end of a channel that somebody follows, read once for all its followers.
 *
 * `head` is the last number read, `entries` the last messages up to it, without a gap. A reader calls `advance` when there
 * may be more; calls that come while one is under way share the next one.
 */
export class Tail {
  readonly channelId: number;
  readonly #pool: pg.Pool;
  #head: number;
  #entries: Entry[] = [];
  #underWay: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;

  /** @param head the last number of the channel that nobody who starts now needs */
  constructor(pool: pg.Pool, channelId: number, head: number) {
    this.#pool = pool;
    this.channelId = channelId;
    this.#head = head;
  }

  get head(): number {
    return this.#head;
  }

  /** What is kept behind a number: all up to the head, or undefined where the tail does not reach back so far. */
  after(seq: number): Entry[] | undefined {
    if (seq >= this.#head) return [];
    const first = this.#entries[0];
    if (!first || first.seq > seq + 1) return undefined;
    return this.#entries.filter((entry) => entry.seq > seq);
  }

  /**
   * Reads what is new.
   * @returns whether there was anything
   * @throws what the database throws; the tail stays as it was
   */
  advance(): Promise<boolean> {
    if (this.#underWay === undefined) {
      this.#underWay = this.#read().finally(() => {
        this.#underWay = undefined;
      });
      return this.#underWay;
    }
    // What is under way may have looked before the message that this call is about was committed.
    this.#next ??= this.#underWay
      .catch(() => false)
      .then(() => {
        this.#next = undefined;
        return this.advance();
      });
    return this.#next;
  }

  async #read(): Promise<boolean> {
    const before = this.#head;
    for (;;) {
      const page = await readEntries(this.#pool, this.channelId, this.#head);
      const last = page.at(-1);
      if (!last) break;
      this.#entries = [...this.#entries, ...page].slice(-pageSize);
      this.#head = last.seq;
      if (page.length < pageSize) break;
    }
    return this.#head > before;
  }
}
