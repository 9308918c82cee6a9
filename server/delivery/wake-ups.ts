/** Why a wait ended: a message may have come, the backstop ran out, or the waiter is no longer wanted. */
export type Woken = 'message' | 'backstop' | 'aborted';

/**
 * Hints that a channel has a new message. Nothing depends on them: a follower that misses every one still reads its channels
 * once a second, so losing one costs at most that second (design: a receipt that cannot lie).
 */
export class WakeUps {
  readonly #waiters = new Map<number, Set<() => void>>();

  /** Says that a message on this channel was committed. */
  wake(channelId: number): void {
    for (const waiter of [...(this.#waiters.get(channelId) ?? [])]) waiter();
  }

  /** Says that any channel may have new messages. */
  wakeAll(): void {
    for (const channelId of [...this.#waiters.keys()]) this.wake(channelId);
  }

  /**
   * Begins to listen. Listen first and read afterwards: what is committed after the read ends the wait at once.
   * @returns `wait`, which ends at the first wake-up since the listening began
   */
  listen(channelIds: readonly number[]): {
    wait(milliseconds: number, signal: AbortSignal): Promise<Woken>;
    stop(): void;
  } {
    let end: (why: Woken) => void = () => {};
    const notice = new Promise<Woken>((resolve) => {
      end = resolve;
    });
    const waiter = () => end('message');
    for (const id of channelIds) {
      const waiters = this.#waiters.get(id) ?? new Set();
      this.#waiters.set(id, waiters.add(waiter));
    }
    const stop = () => {
      for (const id of channelIds) {
        const waiters = this.#waiters.get(id);
        waiters?.delete(waiter);
        if (waiters?.size === 0) this.#waiters.delete(id);
      }
    };
    const wait = async (milliseconds: number, signal: AbortSignal) => {
      if (signal.aborted) return 'aborted';
      const abort = () => end('aborted');
      const timer = setTimeout(() => end('backstop'), milliseconds);
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await notice;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      }
    };
    return { wait, stop };
  }
}
