import http, { type IncomingMessage } from 'node:http';

/** Most bytes of an answer that are kept, so that a wrong address cannot fill the memory. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Milliseconds of silence after which a connection on which an answer is waited for is looked after. */
const keepAliveDelay = 10_000;

/** One request. Bodies are text. */
export interface HttpRequest {
  url: string;
  method: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Milliseconds of silence after which the request is given up. */
  timeout: number;
  /** Milliseconds more, once there is a connection: the server keeps its answer back. */
  patience?: number;
  signal?: AbortSignal;
}

/** A whole answer. Redirects are answers too: they are never followed, so that a token stays where it was meant to go. */
export interface HttpAnswer {
  status: number;
  contentType: string;
  location: string | undefined;
  /** Why a hook was answered with nothing, where something went wrong. */
  problem: string | undefined;
  body: string;
}

/** No answer came. */
export class TransportError extends Error {
  override name = 'TransportError';
  /** Whether the other side may have got the request. */
  readonly sent: boolean;
  /** The system's name for it, such as `ECONNREFUSED`; `ETIMEDOUT` where time ran out. */
  readonly code: string;

  constructor(message: string, code: string, sent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.sent = sent;
  }
}

/**
 * Sends a request over its own connection, which is closed after the answer: a command ends when its work does.
 * The built-in fetch is not used: loading it takes longer than the request.
 * @returns the answer's head, its body still to be read
 * @throws TransportError where no answer came
 */
export async function open(request: HttpRequest): Promise<IncomingMessage> {
  const url = new URL(request.url);
  // Most servers are on this machine, and what https needs takes time to load.
  const { request: start } = url.protocol === 'https:' ? await import('node:https') : http;
  return new Promise((resolve, reject) => {
    let sent = false;
    const headers: Record<string, string> = { ...request.headers };
    if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
    const outgoing = start(url, {
      method: request.method,
      agent: false,
      headers,
      timeout: request.timeout,
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
    let timeout = request.timeout;
    outgoing.on('socket', (socket) =>
      socket.once(connected, () => {
        sent = true;
        if (request.patience === undefined) return;
        timeout += request.patience;
        socket.setTimeout(timeout);
        // Nothing else would tell that the other side is gone.
        socket.setKeepAlive(true, keepAliveDelay);
      }),
    );
    outgoing.on('timeout', () => outgoing.destroy(silence(timeout, sent)));
    outgoing.on('error', (error) => reject(asTransportError(error, sent)));
    outgoing.on('response', resolve);
    outgoing.end(request.body);
  });
}

/**
 * Sends a request and reads the whole answer.
 * @throws TransportError where no answer came, or not all of it
 */
export async function send(request: HttpRequest): Promise<HttpAnswer> {
  const incoming = await open(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) throw new TransportError('its answer is longer than 64 MiB', 'EMSGSIZE', true);
      chunks.push(chunk);
    }
  } catch (error) {
    throw asTransportError(error, true);
  } finally {
    incoming.destroy();
  }
  return {
    status: incoming.statusCode ?? 0,
    contentType: incoming.headers['content-type'] ?? '',
    location: incoming.headers.location,
    problem: incoming.headers['clambake-problem']?.toString(),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** The error for a connection on which nothing came for so many milliseconds. */
function silence(milliseconds: number, sent: boolean): TransportError {
  return new TransportError(`there was no answer within ${milliseconds / 1000} seconds`, 'ETIMEDOUT', sent);
}

/** @param sent whether the request had left when this happened */
export function asTransportError(error: unknown, sent: boolean): TransportError {
  if (error instanceof TransportError) return error;
  const cause: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  // A name that stands for several addresses fails with one error for each and a message of its own that is empty.
  const inner = cause instanceof AggregateError ? (cause.errors[0] as NodeJS.ErrnoException | undefined) : undefined;
  return new TransportError(
    cause.message || inner?.message || 'the connection failed',
    cause.code ?? inner?.code ?? '',
    sent,
    { cause },
  );
}
