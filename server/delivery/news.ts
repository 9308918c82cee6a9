import type { ActivityEvent } from './activity.ts';
import type { Announcer } from './announcer.ts';
import type { Heard } from './listener.ts';

/**
 * Tells what was committed: to whoever waits on this server at once, and to the other servers on the database. To be called
 * after the commit. Nothing here throws or waits, and nothing that must arrive depends on it.
 */
export class News {
  readonly #heard: Heard;
  readonly #announcer: Announcer | undefined;

  /**
   * @param heard who is told on this server
   * @param announcer tells the others; undefined where there can be none, as on the embedded database
   */
  constructor(heard: Heard, announcer: Announcer | undefined) {
    this.#heard = heard;
    this.#announcer = announcer;
  }

  /** A message was stored on this channel. */
  sent(channelId: number): void {
    this.#heard.message([channelId]);
    this.#announcer?.announce({ kind: 'message', channelId });
  }

  /** A token of this instance counts no longer. */
  revoked(instanceId: string): void {
    this.#heard.revoked(instanceId);
    this.#announcer?.announce({ kind: 'revoked', instanceId });
  }

  /** Something happened that watchers may want to see. */
  happened(event: Omit<ActivityEvent, 'at'>): void {
    const dated = { ...event, at: new Date() };
    this.#heard.activity(dated);
    this.#announcer?.announce({ kind: 'activity', event: dated });
  }
}
