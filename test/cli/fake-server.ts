import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a fake server got. */
export interface Got {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** The body's `query`, or nothing. */
  query: string;
  variables: Record<string, unknown>;
}

/** A server that answers whatever a test wants, over a real socket. */
export interface FakeServer {
  url: string;
  port: number;
  got: Got[];
  close(): Promise<void>;
}

type Answer = (response: ServerResponse, got: Got, request: IncomingMessage) => void;

export async function startFake(answer: Answer, port = 0): Promise<FakeServer> {
  const got: Got[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const parsed = (body.startsWith('{') ? JSON.parse(body) : {}) as Partial<Got>;
    const one = {
      path: request.url ?? '',
      headers: request.headers,
      body,
      query: parsed.query ?? '',
      variables: parsed.variables ?? {},
    };
    got.push(one);
    answer(response, one, request);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    got,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers as GraphQL over HTTP does. */
export function answerJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/graphql-response+json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

export function answerError(response: ServerResponse, code: string, message: string, status = 200): void {
  answerJson(response, { errors: [{ message, extensions: { code } }] }, status);
}

/** Begins a stream of server-sent events. */
export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(':\n\n');
}

export function sendEvent(response: ServerResponse, data: unknown): void {
  response.write(`event: next\ndata: ${JSON.stringify(data)}\n\n`);
}
