import type pg from 'pg';
import { isMissing } from '../client-key.ts';
import { statement } from '../database/statement.ts';

// In the order of the key: two writers that met in the middle would each wait for the other.
const insertDelivered = statement<object, [messageIds: number[], instanceIds: string[]]>(
  'receipt-delivered',
  `INSERT INTO clambake.receipt (message_id, instance_id)
   SELECT m.id, i.id FROM unnest($1::int[], $2::text[]) AS handed (message_id, instance_id)
   JOIN clambake.message m ON m.id = handed.message_id JOIN clambake.instance i ON i.id = handed.instance_id
   ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
);

/** Receipts that one statement writes at most. */
const most = 2000;

interface Handed {
  instanceId: string;
  messageIds: number[];
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/**
 * Writes down what was handed to whom. What comes while a write is under way goes together in the next one: a message to
 * everybody costs a few statements, not one for each instance.
 */
export class DeliveredReceipts {
  readonly #pool: pg.Pool;
  #waiting: Handed[] = [];
  #writing = false;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * Records that messages were handed to an instance. What was delivered before keeps its time.
   * @throws what the database throws
   */
  async record(instanceId: string, messageIds: number[]): Promise<void> {
    if (messageIds.length === 0) return;
    const recorded = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ instanceId, messageIds, resolve, reject });
    });
    if (!this.#writing) void this.#writeAll();
    await recorded;
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    // Followers that were woken together are all here after this.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      await this.#write(batch).then(
        () => {
          for (const { resolve } of batch) resolve();
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error);
        },
      );
    }
    this.#writing = false;
  }

  #take(): Handed[] {
    let count = 0;
    const end = this.#waiting.findIndex(({ messageIds }) => {
      count += messageIds.length;
      return count > most;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : Math.max(1, end));
  }

  async #write(batch: Handed[]): Promise<void> {
    const messageIds = batch.flatMap((handed) => handed.messageIds);
    const instanceIds = batch.flatMap((handed) => handed.messageIds.map(() => handed.instanceId));
    const insert = () => insertDelivered(this.#pool, messageIds, instanceIds);
    await insert().catch((error: unknown) => {
      // Cleaned up between the look and the insert: the second look does not see it.
      if (!isMissing(error, 'receipt_message_id_fkey') && !isMissing(error, 'receipt_instance_id_fkey')) throw error;
      return insert();
    });
  }
}
