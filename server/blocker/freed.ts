import { setMaxListeners } from 'node:events';

/**
 * Tells who waits on this server that resources may be free. A hint like all wake-ups: who waits also looks by itself once a second.
 */
export class Freed {
  readonly #closing = new AbortController();
  readonly #waiting = new Set<() => void>();
  #told = 0;

  constructor() {
    // Everybody who waits listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborted once the server stops: who waits has to come back to the next one. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** How often it has been told: whoever looks takes it before, so that nothing is missed that is told while it looks. */
  get told(): number {
    return this.#told;
  }

  /** Has everybody look who waits. */
  tell(): void {
    this.#told += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Ends where it was told more often than so, at the next `tell`, after so many milliseconds, or with the signal. */
  async next(told: number, atMost: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || told !== this.#told) return;
    let wake = (): void => {};
    const timer = setTimeout(() => wake(), atMost);
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
    clearTimeout(timer);
    this.#waiting.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  /** Sends everybody away. */
  close(): void {
    this.#closing.abort();
  }
}
