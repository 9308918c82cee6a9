/**
 * The same events, but leaving takes effect at once.
 *
 * `return()` of an async generator waits for its pending `next()`, which for a quiet subscription may be hours. Here it aborts the
 * operation and ends the loop that reads it; the generator follows when it notices.
 */
export function abortable<Event>(
  events: AsyncIterable<Event>,
  operation: AbortController,
): AsyncGenerator<Event, undefined> {
  const source = events[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  // One callback, not a race against one promise: that would keep a reaction for every event of a long subscription.
  let leave: (() => void) | undefined;
  operation.signal.addEventListener('abort', () => leave?.(), { once: true });
  const stop = (): void => {
    operation.abort();
    // Nobody listens to how the source ends any more.
    Promise.resolve(source.return?.()).catch(() => undefined);
  };
  const iterator: AsyncGenerator<Event, undefined> = {
    next: () =>
      new Promise((resolve, reject) => {
        if (operation.signal.aborted) {
          stop();
          resolve(done);
          return;
        }
        leave = () => {
          stop();
          resolve(done);
        };
        source.next().then((result) => resolve(result.done ? done : result), reject);
      }),
    return: async () => {
      stop();
      return done;
    },
    throw: async (error) => {
      stop();
      throw error;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
