import { type IncomingMessage, request } from 'node:http';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { readEvents } from '../../cli/client/event-stream.ts';
import type { Endpoint } from './client.ts';

/** An event of messageReceived. */
export interface Step {
  cursor: string;
  message: { id: string; subject: string } | null;
}

/** The events of one connection, until it ends; throws what ended it. */
export type Connection = AsyncIterable<Step>;

/** An error that the server sent. */
export class SubscriptionError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Opening {
  endpoint: Endpoint;
  token: string;
  after: string | undefined;
  signal: AbortSignal;
}

interface Result {
  data?: { messageReceived: Step } | null | undefined;
  errors?: readonly { message: string; extensions?: { code?: unknown } }[] | undefined;
}

const query = `subscription ($after: String) {
  messageReceived(after: $after) { cursor message { id subject } }
}`;

/** Milliseconds of silence after which a connection is given up. The server sends a sign of life every 12 seconds. */
const silence = 20_000;

/** Follows over graphql-transport-ws, on a socket of its own. */
export async function* overWebSocket({ endpoint, token, after, signal }: Opening): AsyncGenerator<Step, void> {
  const { authority } = endpoint;
  class Socket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { headers: { host: authority }, handshakeTimeout: 5_000 });
      // The server pings every 12 seconds.
      let timer = setTimeout(() => this.terminate(), silence);
      this.on('ping', () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.terminate(), silence);
      });
      this.on('close', () => clearTimeout(timer));
    }
  }
  const client = createClient({
    url: `ws://127.0.0.1:${endpoint.port}/graphql`,
    webSocketImpl: Socket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const leave = (): void => client.terminate();
  signal.addEventListener('abort', leave, { once: true });
  try {
    for await (const result of client.iterate<NonNullable<Result['data']>>({ query, variables: { after } })) {
      yield stepOf(result as Result);
    }
  } catch (error) {
    throw Array.isArray(error) ? errorOf(error[0] as NonNullable<Result['errors']>[number]) : asError(error);
  } finally {
    signal.removeEventListener('abort', leave);
    await client.dispose();
  }
}

/** Follows over server-sent events. */
export async function* overSse({ endpoint, token, after, signal }: Opening): AsyncGenerator<Step, void> {
  const incoming = await open({ endpoint, token, after, signal });
  if (!/^text\/event-stream/.test(incoming.headers['content-type'] ?? '')) {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    stepOf(JSON.parse(Buffer.concat(chunks).toString()) as Result);
    throw new Error('no stream');
  }
  for await (const { type, data } of readEvents(incoming)) {
    if (type === 'complete') return;
    if (type === 'next') yield stepOf(JSON.parse(data) as Result);
  }
  throw new Error('the stream was cut off');
}

function open({ endpoint, token, after, signal }: Opening): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...{ host: '127.0.0.1', port: endpoint.port, path: '/graphql', method: 'POST', signal, timeout: silence },
      agent: false,
      headers: {
        host: endpoint.authority,
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
    });
    outgoing.once('response', resolve);
    // Later errors come out of the response.
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error('silence')));
    outgoing.end(JSON.stringify({ query, variables: { after } }));
  });
}

/** An event whose message could not be loaded counts as not received: the cursor must not move past it. */
function stepOf({ data, errors }: Result): Step {
  if (errors?.[0]) throw errorOf(errors[0]);
  if (!data) throw new Error('an event without data');
  return data.messageReceived;
}

function errorOf({ message, extensions }: NonNullable<Result['errors']>[number]): SubscriptionError {
  return new SubscriptionError(String(extensions?.code), message);
}

/** graphql-ws ends with the close event of its socket. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : 'without a code';
  return new Error(`closed ${String(code)}`);
}
