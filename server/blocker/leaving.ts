import { type Context, signature } from '../context.ts';
import { ClambakeError } from '../errors.ts';

/** What ends a request that waits, other than what it waits for. */
export interface Leaving {
  /** Aborted once it has to end. */
  signal: AbortSignal;
  /** @throws ClambakeError that it ends with, once it has to */
  assertStays(): void;
  /** Whether it ends because this server stops: made again at another one it goes on waiting. */
  readonly stops: boolean;
  /** To be called when it has ended, however it did. */
  end(): void;
}

/**
 * Watches over a request that waits: nobody waits for its answer any more, its token is revoked, the server stops. Meanwhile its
 * instance counts as alive. Not `AbortSignal.any`, whose results stay with the server's own signal for ever (Node 20).
 */
export function watchLeaving(context: Context): Leaving {
  const { freed, signal, viewer, liveTokens } = context;
  const ended = new AbortController();
  const revoked = viewer.kind === 'instance' ? liveTokens.use(viewer, ended.signal) : undefined;
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  const sources = [signal, freed.closing, ...(revoked ? [revoked] : [])];
  for (const source of sources) {
    if (source.aborted) leave();
    source.addEventListener('abort', leave);
  }
  return {
    signal: leaving.signal,
    assertStays() {
      revoked?.throwIfAborted();
      if (signal.aborted) throw new ClambakeError('BLOCKED', `${signature(context)} has stopped waiting.`);
      if (freed.closing.aborted) {
        const message = 'The server is stopping: ask again, and the waiting goes on.';
        throw new ClambakeError('DATABASE_UNAVAILABLE', message, { retryable: true });
      }
    },
    get stops() {
      return freed.closing.aborted && !signal.aborted && !revoked?.aborted;
    },
    end() {
      ended.abort();
      for (const source of sources) source.removeEventListener('abort', leave);
    },
  };
}
