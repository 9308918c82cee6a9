/**
 * Makes a generator that ends as soon as its consumer wants no more, also while it waits for something: `return()` of a plain
 * async generator is queued behind the `next()` that waits, and a subscription that is closed would wait on for ever.
 * @param run makes the generator; it ends when the signal aborts
 */
export function stoppable<T>(run: (signal: AbortSignal) => AsyncGenerator<T, void>): AsyncIterableIterator<T, void> {
  const controller = new AbortController();
  const generator = run(controller.signal);
  return {
    next: () => generator.next(),
    return() {
      controller.abort();
      return generator.return();
    },
    throw(error: unknown) {
      controller.abort();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
