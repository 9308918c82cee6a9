import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** Where a server is reached: by itself, or through a proxy, which has another port than the server answers to. */
export interface Endpoint {
  port: number;
  /** What the Host header has to say. */
  authority: string;
}

/** A registered instance. */
export interface Member {
  id: string;
  token: string;
  project: string;
}

/** What came back of an operation. */
export interface Reply<Data> {
  status: number;
  data: Data | null | undefined;
  errors: { message: string; extensions: { code: string } }[];
}

/** Codes after which the same request may well succeed. */
export const passing = new Set(['DATABASE_UNAVAILABLE', 'INTERNAL_SERVER_ERROR', 'LIMIT_EXCEEDED']);

const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 64 });

/** What came back of a request. */
export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/**
 * Sends one request, on a connection that is kept for the next.
 * @param body JSON; a GET where there is none
 * @param options `within`: milliseconds it may take; `accept`: what answers are taken, where that is said
 * @throws what the network throws
 */
export function exchange(
  { port, authority }: Endpoint,
  token: string,
  path: string,
  body: string | undefined,
  { within = 10_000, accept }: { within?: number | undefined; accept?: string } = {},
): Promise<Received> {
  const posted =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ agent, host: '127.0.0.1', port, path, signal: AbortSignal.timeout(within) },
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          host: authority,
          authorization: `Bearer ${token}`,
          ...posted,
          ...(accept === undefined ? {} : { accept }),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          const { statusCode: status = 0, headers } = incoming;
          resolve({ status, headers, text: Buffer.concat(chunks).toString() });
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/**
 * Runs one operation over HTTP.
 * @param within milliseconds it may take
 * @throws what the network throws; an error of the server is no exception
 */
export async function post<Data>(
  endpoint: Endpoint,
  token: string,
  operation: { query: string; variables?: Record<string, unknown> },
  within?: number,
): Promise<Reply<Data>> {
  const { status, text } = await exchange(endpoint, token, '/graphql', JSON.stringify(operation), { within });
  const { data, errors = [] } = JSON.parse(text) as Partial<Reply<Data>>;
  return { status, data, errors };
}

/** Runs an operation that is expected to succeed. */
export async function must<Data>(
  endpoint: Endpoint,
  token: string,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const { data, errors } = await post<Data>(endpoint, token, { query, variables });
  if (errors.length > 0 || !data) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
  return data;
}

/** Closes the connections that were kept for the next request. */
export function hangUp(): void {
  agent.destroy();
}
