import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Caller } from './server.ts';

/** A subscription over a WebSocket of its own. */
export interface Subscription<Data> {
  /** The next event's data. Throws what ended the subscription. */
  next(): Promise<Data>;
  /** Ends it, and its socket. */
  end(): Promise<void>;
}

/** Subscribes over graphql-transport-ws, without a second try where the socket breaks. */
export function subscribe<Data>(
  caller: Caller,
  query: string,
  variables: Record<string, unknown> = {},
): Subscription<Data> {
  const client = createClient({
    url: `${caller.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${caller.token}` },
    retryAttempts: 0,
  });
  const events = client.iterate<Data>({ query, variables });
  return {
    async next() {
      const { value, done } = await events.next().catch((error: unknown) => {
        // An error message of the protocol carries a list of errors.
        throw Array.isArray(error) ? error[0] : error;
      });
      if (done) throw new Error('The subscription has ended.');
      if (value.errors) throw value.errors[0];
      if (!value.data) throw new Error('An event without data.');
      return value.data;
    },
    async end() {
      await events.return?.();
      await client.dispose();
    },
  };
}
