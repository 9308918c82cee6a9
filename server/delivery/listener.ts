import { setTimeout as sleep } from 'node:timers/promises';
import { troubleCode } from '../database/trouble.ts';
import type { Logger } from '../logger.ts';
import type { ActivityEvent } from './activity.ts';
import { listenUntilBroken, Unsupported } from './listening.ts';
import type { Payload } from './notice.ts';

/** Milliseconds between two heartbeats. */
export const heartbeatInterval = 5_000;
/** Milliseconds the database has for each answer; with the interval, how long a half-open connection stays unnoticed. */
export const answerDeadline = 5_000;

/** Milliseconds until LISTEN is tried again where it did not work. */
const unsupportedPause = 60_000;
/** Bounds of the pause before a connection is tried again, in milliseconds; it doubles with each failure. */
const shortestPause = 100;
const longestPause = 5_000;

/** Failures in a row before the log tells: a restart of the database is none of its own. */
const patience = 3;

/** Whether other servers' notifications arrive: they do; not at the moment; or LISTEN does not work in this place. */
export type ListenerState = 'listening' | 'connecting' | 'unsupported';

/** Who is told of what other servers announce. What is thrown is logged. */
export interface Heard {
  /** Messages were committed on these channels. */
  message(channelIds: number[]): void;
  /** The token of this instance counts no longer. */
  revoked(instanceId: string): void;
  activity(event: ActivityEvent): void;
  /** Notifications are to arrive from now on, and earlier ones may be lost: everybody has to look again. */
  resumed(): void;
}

export interface ListenerOptions {
  /** Connection string of the database. */
  url: string;
  /** Id of this server: what it announces itself is passed over. */
  origin: string;
  heard: Heard;
  log: Logger;
  /** Milliseconds between two heartbeats; 5,000 unless given. */
  heartbeat?: number;
  /** Milliseconds the database has for each answer; 5,000 unless given. */
  deadline?: number;
  /** Milliseconds until LISTEN is tried again where it did not work; 60,000 unless given. */
  retry?: number;
}

/**
 * Hears what the announcers of other servers tell, on a connection of its own, which it replaces for as long as it
 * takes. Nothing depends on it: without it everything works, with news from other servers up to a second late.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #closing = new AbortController();
  #state: ListenerState = 'connecting';
  #running: Promise<void> | undefined;
  /** Whether the outage was logged: once, and once when it ends, not at each attempt. */
  #warned = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  get state(): ListenerState {
    return this.#state;
  }

  /** For `/health`. */
  get health(): { notifications: ListenerState } {
    return { notifications: this.#state };
  }

  /** Begins; a second time does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the connection and every timer. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#state = 'connecting';
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; ) {
      let since: number | undefined;
      const error = await this.#listen(() => {
        since = performance.now();
      });
      if (signal.aborted) return;
      // One that ends as soon as it listens would else be replaced without a pause.
      const lasted = since === undefined ? 0 : performance.now() - since;
      failures = lasted > shortestPause ? 0 : failures + 1;
      this.#lost(error, failures);
      const pause = this.#pauseAfter(error, failures);
      await sleep(pause, undefined, { ref: false, signal }).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    }
  }

  /** @returns why it ended */
  async #listen(listening: () => void): Promise<unknown> {
    const { url, origin, heartbeat = heartbeatInterval, deadline = answerDeadline } = this.#options;
    try {
      return await listenUntilBroken({
        url,
        origin,
        heartbeat,
        deadline,
        signal: this.#closing.signal,
        connected: () => this.#guard(() => this.#options.heard.resumed()),
        listening: () => {
          listening();
          this.#regained();
        },
        heard: (payload) => this.#tell(payload),
      });
    } catch (error) {
      return error;
    }
  }

  #pauseAfter(error: unknown, failures: number): number {
    if (error instanceof Unsupported) return this.#options.retry ?? unsupportedPause;
    if (failures === 0 || (failures === 1 && troubleCode(error) === '57P01')) return 0;
    // Full jitter: servers that lost the same database do not come back to it at once.
    return Math.random() * Math.min(longestPause, shortestPause * 2 ** Math.min(failures - 1, 10));
  }

  #lost(error: unknown, failures: number): void {
    const unsupported = error instanceof Unsupported;
    this.#state = unsupported ? 'unsupported' : 'connecting';
    if (failures === 0) this.#options.log.debug({ err: error }, 'the listening connection broke: connecting again');
    if (this.#warned || (!unsupported && failures < patience)) return;
    this.#warned = true;
    this.#options.log.warn(
      { err: error },
      unsupported
        ? 'LISTEN does not work on this connection: news from other servers come up to a second late. DATABASE_URL seems to lead through a pooler in transaction mode, or to a standby: give the address of the primary server itself, or of a pooler in session mode.'
        : 'The connection that listens for other servers cannot be had: their news come up to a second late. It is tried again and again.',
    );
  }

  #regained(): void {
    this.#state = 'listening';
    if (this.#warned) this.#options.log.info('notifications of other servers arrive again');
    this.#warned = false;
  }

  #tell({ origin, channelIds, revoked, events }: Payload): void {
    if (origin === this.#options.origin) return;
    const { heard } = this.#options;
    if (channelIds.length > 0) this.#guard(() => heard.message(channelIds));
    for (const id of revoked) this.#guard(() => heard.revoked(id));
    for (const event of events) this.#guard(() => heard.activity(event));
  }

  /** What is thrown in here would come up in a socket's event, and end the process. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a notification could not be handed on');
    }
  }
}
