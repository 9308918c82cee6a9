import type pg from 'pg';
import type { Message } from '../database/generated/client.ts';
import { statement } from '../database/statement.ts';
import { asMessage, type MessageRow, messageColumns } from '../delivery/message-row.ts';
import { defaultLifetime, type InsertValues, insert } from './insert.ts';
import { channelOf } from './recipient.ts';

/** Messages that one statement stores at most. */
const most = 100;

/** Statements that run at once, each for one address: who writes to a channel that a cleanup holds waits alone. */
const atOnce = 4;

/** The columns of a message that opens nothing and cites nothing, behind those of its address. */
const columns = [
  ...(['text', 'clambake.message_type', 'text', 'text'] as const),
  ...(['int', 'int', 'text', 'float8'] as const),
];

/** How many of the values of {@link InsertValues} name the address. */
const ofAddress = 2;

// As `message-insert` does it for one. Ids are drawn under the lock on the channel, so that they grow with its numbers.
const insertMany = statement<MessageRow & { place: number }, [address: string, key: string, ...unknown[][]]>(
  'message-insert-many',
  `WITH recipient AS (${channelOf('$1', '$2')}),
   numbered AS (
     UPDATE clambake.channel c SET last_seq = last_seq + cardinality($3::text[]) FROM recipient r
     WHERE c.id = r."channelId" AND NOT r.ended
     RETURNING c.id AS channel_id, last_seq - cardinality($3::text[]) AS before
   ), drawn AS MATERIALIZED (
     SELECT sorted.*, nextval('clambake.message_id_seq')::int AS id
     FROM (SELECT numbered.*, given.* FROM numbered,
         unnest(${columns.map((type, index) => `$${index + 1 + ofAddress}::${type}[]`).join(', ')}) WITH ORDINALITY
           AS given (sender_id, type, subject, body, reply_to_id, thread_id, client_key, lifetime, place)
       ORDER BY place) AS sorted
   ), stored AS (
     INSERT INTO clambake.message
       (id, channel_id, seq, sender_id, type, subject, body, reply_to_id, thread_id, client_key, expires_at)
     SELECT id, channel_id, before + place, sender_id, type, subject, body, reply_to_id, coalesce(thread_id, id), client_key,
       now() + coalesce(lifetime, ${defaultLifetime}) * interval '1 millisecond'
     FROM drawn RETURNING *
   )
   SELECT drawn.place, ${messageColumns('stored')} FROM stored JOIN drawn ON drawn.id = stored.id`,
);

interface Waiting {
  values: InsertValues;
  resolve: (message: Message) => void;
  reject: (reason: unknown) => void;
}

/**
 * Stores messages: those that arrive while others are being stored go together, in one transaction of one statement. Each sender hears
 * of its own once that is durable.
 */
export class Outbox {
  readonly #pool: pg.Pool;
  /** By the recipient that they are sent to, its address and its key, in the order in which the first of each came. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** The recipients that a statement is under way to. */
  readonly #busy = new Set<string>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * Stores a message at the end of its channel.
   * @param values of a message that is no blocker and cites nothing
   * @throws what {@link insert} throws
   */
  store(values: InsertValues): Promise<Message> {
    return new Promise((resolve, reject) => {
      const [address, key] = values;
      // One address may be written in ways that are different keys.
      const recipient = `${address}\n${key}`;
      const waiting = this.#waiting.get(recipient) ?? [];
      waiting.push({ values, resolve, reject });
      this.#waiting.set(recipient, waiting);
      if (this.#busy.size < atOnce) void this.#run();
    });
  }

  async #run(): Promise<void> {
    for (let recipient = this.#next(); recipient !== undefined; recipient = this.#next()) {
      const waiting = this.#waiting.get(recipient) ?? [];
      const batch = waiting.splice(0, most);
      // What is left goes behind the others.
      this.#waiting.delete(recipient);
      if (waiting.length > 0) this.#waiting.set(recipient, waiting);
      this.#busy.add(recipient);
      await this.#storeAll(batch);
      this.#busy.delete(recipient);
    }
  }

  #next(): string | undefined {
    return [...this.#waiting.keys()].find((recipient) => !this.#busy.has(recipient));
  }

  async #storeAll(batch: Waiting[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    if (batch.length === 1) return this.#storeOne(first);
    let stored: (MessageRow & { place: number })[];
    try {
      const [address, key] = first.values;
      const lists = columns.map((_, column) => batch.map(({ values }) => values[column + ofAddress] ?? null));
      stored = await insertMany(this.#pool, address, key, ...lists);
    } catch (error) {
      // What is refused of one takes the others back with it: each is stored by itself then, and hears of its own.
      if (isRefused(error)) await this.#storeEach(batch);
      else for (const { reject } of batch) reject(error);
      return;
    }
    // Nobody has the address, or it has left: each is told.
    if (stored.length === 0) await this.#storeEach(batch);
    for (const { place, ...row } of stored) batch[place - 1]?.resolve(asMessage(row));
  }

  async #storeEach(batch: readonly Waiting[]): Promise<void> {
    await Promise.all(batch.map((waiting) => this.#storeOne(waiting)));
  }

  #storeOne({ values, resolve, reject }: Waiting): Promise<void> {
    return insert(this.#pool, values).then(resolve, reject);
  }
}

/** Whether Postgres refused it, by the classes of bad values, violated constraints and deadlocks: then nothing was stored. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|23|40)/.test(error.code);
}
