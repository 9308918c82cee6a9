import { Agent, request } from 'node:http';

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

/**
 * Runs one operation over HTTP.
 * @param within milliseconds it may take
 * @throws what the network throws; an error of the server is no exception
 */
export function post<Data>(
  { port, authority }: Endpoint,
  token: string,
  operation: { query: string; variables?: Record<string, unknown> },
  within = 10_000,
): Promise<Reply<Data>> {
  const body = JSON.stringify(operation);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ agent, host: '127.0.0.1', port, path: '/graphql', method: 'POST', signal: AbortSignal.timeout(within) },
        headers: {
          host: authority,
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          const status = incoming.statusCode ?? 0;
          try {
            const { data, errors = [] } = JSON.parse(Buffer.concat(chunks).toString()) as Partial<Reply<Data>>;
            resolve({ status, data, errors });
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
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
