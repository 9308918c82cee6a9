/** What happened. */
export type ActivityKind =
  | 'INSTANCE_REGISTERED'
  | 'INSTANCE_LEFT'
  | 'MESSAGE_SENT'
  | 'BLOCKER_ENDED'
  | 'MEMORY_WRITTEN'
  | 'LOGGED';

/** Something that happened, for whoever watches the whole. */
export interface ActivityEvent {
  kind: ActivityKind;
  at: Date;
  /** Instance id of who did it, or `human`. */
  from: string;
  /** The project it was done on, where there is one. */
  project: string | null;
  /** One line in the words of whoever did it. */
  summary: string;
  /** Who may see it: instances that listen to this channel, or sent it; everybody where it is undefined. */
  channelId?: number;
  instanceId?: string;
  messageId?: number;
  memoryId?: number;
  logEntryId?: number;
}

/** Events that a watcher has not taken yet; beyond these the oldest are dropped. */
const backlog = 1000;

/**
 * Hands what happens to those who watch, best effort: nothing is stored, a watcher that lags loses the oldest events, and
 * nobody who acts ever waits for a watcher.
 */
export class Activities {
  readonly #watchers = new Set<(event: ActivityEvent) => void>();

  /** Tells every watcher on this server. */
  publish(event: ActivityEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }

  /** Follows what happens from now on, until the signal aborts or the consumer returns. */
  async *watch(signal: AbortSignal): AsyncGenerator<ActivityEvent, void> {
    const queue: ActivityEvent[] = [];
    let notify = () => {};
    const watcher = (event: ActivityEvent) => {
      queue.push(event);
      if (queue.length > backlog) queue.shift();
      notify();
    };
    const abort = () => notify();
    this.#watchers.add(watcher);
    signal.addEventListener('abort', abort, { once: true });
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else {
          await new Promise<void>((resolve) => {
            notify = resolve;
          });
        }
      }
    } finally {
      this.#watchers.delete(watcher);
      signal.removeEventListener('abort', abort);
    }
  }
}
