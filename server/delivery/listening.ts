import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { troubleCode } from '../database/trouble.ts';
import { encodeBeat, notifyChannel, type Payload, readPayload } from './notice.ts';

/** LISTEN is refused, or taken and brings nothing: a pooler is in between, or a standby answers. */
export class Unsupported extends Error {
  override name = 'Unsupported';
}

/** A connection that listens. */
export interface Listening {
  url: string;
  /** Id of the server that it listens for. */
  origin: string;
  /** Milliseconds between two heartbeats. */
  heartbeat: number;
  /** Milliseconds the database has for each answer. */
  deadline: number;
  /** Ends it. */
  signal: AbortSignal;
  /** Called once, when LISTEN was taken: what was announced until then is lost, what follows should arrive. */
  connected: () => void;
  /** Called once, when it is shown that notifications arrive. */
  listening: () => void;
  /** Called with every payload that can be read, except heartbeats. */
  heard: (payload: Payload) => void;
}

/**
 * Listens on a connection of its own until that breaks, and leaves nothing open.
 *
 * That notifications arrive is shown by sending some. First from a second connection: behind a pooler in transaction mode
 * LISTEN succeeds and what the same connection sends can come back, but nobody else's does. Then from the connection itself,
 * at every heartbeat: one that is half open, which TCP reports after minutes or never, fails that.
 * @throws Unsupported, what broke the connection, or the reason of the signal; it never returns
 */
export async function listenUntilBroken(options: Listening): Promise<never> {
  const { signal, origin, heartbeat, deadline } = options;
  signal.throwIfAborted();
  const ended = new AbortController();
  const ears = openConnection(options);
  const mouth = openConnection(options);
  const waiting = new Map<string, () => void>();

  ears.client.on('notification', ({ channel, payload = '' }) => {
    const read = channel === notifyChannel ? readPayload(payload) : undefined;
    if (!read) return;
    if (read.beat === undefined) options.heard(read);
    else if (read.origin === origin) waiting.get(read.beat)?.();
  });

  const run = async (client: pg.Client, sql: string, values: string[] = []): Promise<void> => {
    const answered = client.query(sql, values).then(() => true);
    if (!(await within(deadline, answered))) throw new Error(`The database did not answer within ${deadline} ms.`);
  };
  const isHeardFrom = async (client: pg.Client): Promise<boolean> => {
    const nonce = randomUUID();
    const heard = new Promise<true>((resolve) => waiting.set(nonce, () => resolve(true)));
    await run(client, 'SELECT pg_notify($1, $2)', [notifyChannel, encodeBeat(origin, nonce)]);
    const arrived = await within(deadline, heard);
    waiting.delete(nonce);
    return arrived ?? false;
  };
  const listen = async (): Promise<never> => {
    await ears.client.connect();
    await run(ears.client, `LISTEN ${notifyChannel}`).catch(throwRefusal);
    options.connected();
    await mouth.client.connect();
    if (!(await isHeardFrom(mouth.client))) {
      // Fails where the connection is half open. Where it is not, a pooler may give it to others, who need not hear.
      await run(ears.client, `UNLISTEN ${notifyChannel}`);
      throw new Unsupported('Notifications of other connections do not arrive.');
    }
    mouth.socket.destroy();
    options.listening();
    for (;;) {
      await sleep(heartbeat, undefined, { ref: false, signal: ended.signal });
      if (!(await isHeardFrom(ears.client))) throw new Error(`No heartbeat came back within ${deadline} ms.`);
    }
  };
  const broken = new Promise<never>((_, reject) => {
    ears.client.on('error', reject);
    ears.client.on('end', () => reject(new Error('Connection terminated')));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([broken, listen()]);
  } finally {
    ended.abort();
    ears.socket.destroy();
    mouth.socket.destroy();
  }
}

function openConnection({ url, deadline }: Listening): { client: pg.Client; socket: net.Socket } {
  // Its own socket, to be destroyed: the client's end() waits for a peer that may be gone.
  const socket = new net.Socket();
  const client = new pg.Client({
    connectionString: url,
    application_name: 'clambake listener',
    connectionTimeoutMillis: deadline,
    keepAlive: true,
    stream: () => socket,
  });
  // Every failure is seen by whoever awaits; an 'error' that nobody listens to would end the process.
  client.on('error', () => socket.destroy());
  return { client, socket };
}

/** @returns undefined where the promise takes longer */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined).unref();
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A feature that is not there (class 0A), a standby (25), a statement that a pooler does not know or forbids (42). */
function throwRefusal(error: unknown): never {
  if (/^(0A|25|42)/.test(troubleCode(error))) throw new Unsupported('LISTEN is refused.', { cause: error });
  throw error;
}
