import type pg from 'pg';
import type { Logger } from 'pino';
import { statement } from '../database/statement.ts';
import { Pages } from './pages.ts';
import { patiently } from './patience.ts';
import { Tail } from './tail.ts';

/** How often every followed channel is looked at, in milliseconds: what a lost wake-up costs. */
const backstop = 1000;

/** The state of a channel. */
export interface ChannelState {
  id: number;
  epoch: number;
  lastSeq: number;
  prunedSeq: number;
}

const readChannels = statement<ChannelState, [channelIds: number[]]>(
  'delivery-channels',
  `SELECT id, epoch, last_seq AS "lastSeq", pruned_seq AS "prunedSeq" FROM clambake.channel WHERE id = ANY($1::int[])`,
);

/** What one follower holds of the channels it follows, until it closes it. */
export interface Hold {
  /** The channels as they were when the following began. */
  states: ChannelState[];
  tails: Tail[];
  /**
   * Ends at the next change of any of the channels since the last call of `changed` ended, with the signal, or after so many
   * milliseconds.
   */
  changed(signal: AbortSignal, atMost?: number): Promise<void>;
  close(): void;
}

/**
 * The tails of all channels that are followed on this server.
 *
 * A wake-up is only a hint: every followed channel is looked at once a second in one statement, however many followers there
 * are, so losing every hint costs at most that second (design: a receipt that cannot lie).
 */
export class Tails {
  /** What is further back. */
  readonly pages: Pages;
  readonly #pool: pg.Pool;
  readonly #log: Logger;
  readonly #tails = new Map<number, { tail: Tail; followers: Set<() => void> }>();
  readonly #clock: NodeJS.Timeout;
  #looking = false;

  constructor(pool: pg.Pool, log: Logger) {
    this.#pool = pool;
    this.pages = new Pages(pool);
    this.#log = log;
    this.#clock = setInterval(() => void this.wakeAll(), backstop);
    this.#clock.unref();
  }

  /** Ends the looking; followers are ended by their signals. */
  close(): void {
    clearInterval(this.#clock);
  }

  /** Says that a message on this channel was committed. */
  wake(channelId: number): void {
    const followed = this.#tails.get(channelId);
    if (!followed) return;
    patiently(() => followed.tail.advance()).then(
      (found) => {
        if (found) for (const notify of [...followed.followers]) notify();
      },
      // The backstop tries again.
      (error: unknown) => this.#log.debug({ err: error, channelId }, 'a channel could not be read'),
    );
  }

  /** Looks at every followed channel: any of them may have new messages. */
  async wakeAll(): Promise<void> {
    if (this.#looking || this.#tails.size === 0) return;
    this.#looking = true;
    try {
      for (const { id, lastSeq } of await readChannels(this.#pool, [...this.#tails.keys()])) {
        const head = this.#tails.get(id)?.tail.head;
        if (head !== undefined && lastSeq > head) this.wake(id);
      }
    } catch (error) {
      this.#log.debug({ err: error }, 'the followed channels could not be read');
    } finally {
      this.#looking = false;
    }
  }

  /** Begins to follow channels. */
  async open(channelIds: readonly number[]): Promise<Hold> {
    const states = await readChannels(this.#pool, [...channelIds]);
    let changed = false;
    let wakeUp = (): void => {};
    const notify = (): void => {
      changed = true;
      wakeUp();
    };
    const tails = states.map(({ id, lastSeq }) => {
      const known = this.#tails.get(id);
      const followed = known ?? { tail: new Tail(this.#pool, id, lastSeq), followers: new Set() };
      this.#tails.set(id, followed);
      followed.followers.add(notify);
      // What was committed since the channels were read woke nobody here yet; a tail that is behind lost a wake-up.
      if (!known || followed.tail.head < lastSeq) this.wake(id);
      return followed.tail;
    });
    return {
      states,
      tails,
      async changed(signal, atMost) {
        if (!changed && !signal.aborted) {
          const timer = atMost === undefined ? undefined : setTimeout(() => wakeUp(), atMost);
          await new Promise<void>((resolve) => {
            wakeUp = resolve;
            signal.addEventListener('abort', wakeUp, { once: true });
          });
          clearTimeout(timer);
          signal.removeEventListener('abort', wakeUp);
        }
        changed = false;
      },
      close: () => {
        for (const { channelId } of tails) {
          const followed = this.#tails.get(channelId);
          followed?.followers.delete(notify);
          if (followed?.followers.size === 0) this.#tails.delete(channelId);
        }
      },
    };
  }
}
