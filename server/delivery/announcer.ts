import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isPassing } from '../database/trouble.ts';
import type { Logger } from '../logger.ts';
import type { ActivityEvent } from './activity.ts';
import { encodeNotices, type Notice, notifyChannel } from './notice.ts';

/** Activity events that wait at most; beyond these the oldest are dropped. */
const backlog = 1000;
/** Milliseconds one NOTIFY may take before its connection is given up. */
const patience = 5_000;
/**
 * Milliseconds between two transactions: what comes alone goes at once, and under load notices gather. Each transaction takes
 * a lock that all databases of the Postgres server share, and wakes every listener. Of 5,000 announcements a second it makes
 * about 120 transactions, for 18 % of a core; without it they were 650, for 33 %.
 */
const pause = 5;

// NOTIFY inside the writing transaction serialises commits: 12.8-17.8k a second fell to 770 with a flush of 1 ms. A hint need
// not survive a crash, so this transaction of its own does not wait for the disk either. One statement, so one round trip.
const notify = `SELECT set_config('synchronous_commit', 'off', true), pg_notify('${notifyChannel}', payload)
  FROM unnest($1::text[]) AS notice (payload)`;

/** What waits to be announced. */
class Batch {
  readonly channelIds = new Set<number>();
  readonly revoked = new Set<string>();
  readonly events: ActivityEvent[] = [];

  get empty(): boolean {
    return this.channelIds.size + this.revoked.size + this.events.length === 0;
  }

  add(notice: Notice): void {
    switch (notice.kind) {
      case 'message':
        this.channelIds.add(notice.channelId);
        break;
      case 'revoked':
        this.revoked.add(notice.instanceId);
        break;
      case 'activity':
        this.events.push(notice.event);
        if (this.events.length > backlog) this.events.shift();
        break;
    }
  }

  /** Takes the hints of another batch. Not its events: they may have arrived, and would then be shown twice. */
  addHints({ channelIds, revoked }: Batch): void {
    for (const id of channelIds) this.channelIds.add(id);
    for (const id of revoked) this.revoked.add(id);
  }
}

/**
 * Tells the other servers on the database what was committed, for their listeners. While one transaction is under way the
 * next notices gather, each channel and each instance once, and then go together.
 */
export class Announcer {
  readonly #pool: pg.Pool;
  readonly #log: Logger;
  readonly #origin: string;
  #gathered = new Batch();
  #sending: Promise<void> | undefined;
  #closed = false;

  /** @param origin id of this server, up to 200 characters: its own listener passes over what it announced */
  constructor(pool: pg.Pool, log: Logger, origin: string) {
    this.#pool = pool;
    this.#log = log;
    this.#origin = origin;
  }

  /**
   * Announces something, after its commit. Returns at once and never throws. Events are best effort: of more than 1,000 the
   * oldest are dropped. Other notices are lost only where the database fails twice, which costs the second of the backstop.
   */
  announce(notice: Notice): void {
    if (this.#closed) return;
    this.#gathered.add(notice);
    this.#sending ??= this.#sendAll();
  }

  /** Takes no more and sends what still waits. To be awaited before the pool is closed; ends within about 20 seconds. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    for (let failures = 0; !this.#gathered.empty; await sleep(pause)) {
      try {
        await this.#send();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1 && isPassing(error)) continue;
        this.#gathered = new Batch();
        this.#log.debug({ err: error }, 'other servers were not told of news: they look by themselves within a second');
      }
    }
    // In the same turn as the last look at what gathered: what comes later begins anew.
    this.#sending = undefined;
  }

  /** Sends what has gathered by the time there is a connection. */
  async #send(): Promise<void> {
    const client = await this.#pool.connect();
    const batch = this.#gathered;
    this.#gathered = new Batch();
    let broken: Error | undefined;
    try {
      const payloads = encodeNotices(this.#origin, batch);
      const query: pg.QueryConfig & { query_timeout: number } = {
        text: notify,
        values: [payloads],
        query_timeout: patience,
      };
      await client.query(query);
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error));
      this.#gathered.addHints(batch);
      throw error;
    } finally {
      client.release(broken);
    }
  }
}
