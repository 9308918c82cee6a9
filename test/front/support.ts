import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { GraphQLError } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { createSchema } from 'graphql-yoga';
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import { badInput, ClambakeError } from '../../server/errors.ts';
import { type Front, type FrontOptions, listen } from '../../server/http.ts';
import { createLogger } from '../../server/logger.ts';

export const token = 'operator-token-for-tests';

interface Viewer {
  name: string;
}

/** What the resolvers below saw and did. */
export interface Seen {
  pulled: number;
  returned: number;
  aborted: number;
  ran: number;
  started: number;
}

interface Context {
  viewer: Viewer;
  signal: AbortSignal;
  seen: Seen;
}

const typeDefs = /* GraphQL */ `
  enum Mode { FAST SLOW }
  type Deep { deeper: Deep name: String! }
  type Query {
    me: String!
    echo(text: String!): String!
    mode(mode: Mode! = FAST): Mode!
    slow(ms: Int!): String!
    deep: Deep!
    bug: String
    refused: String
    coded: String
    databaseGone: String
    poolEmpty: String
  }
  type Mutation { write(text: String!): String! }
  type Subscription {
    ticks(count: Int!): Int!
    flood: String!
    quiet: Int!
    breaks: Int!
    losesDatabase: Int!
    neverStarts: Int!
  }
`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const postgresGone = (): Error =>
  Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' });

const schema = createSchema<Context>({
  typeDefs,
  resolvers: {
    Query: {
      me: (_root, _args, { viewer }) => viewer.name,
      echo: (_root, { text }) => text,
      mode: (_root, { mode }) => mode,
      slow: async (_root, { ms }, { seen }) => {
        seen.started += 1;
        await pause(ms);
        seen.ran += 1;
        return 'slept';
      },
      deep: () => ({ name: 'one' }),
      bug: () => {
        throw new TypeError('cannot handle "the body of a message"');
      },
      refused: () => {
        throw badInput('text', 'No.');
      },
      coded: () => {
        throw new GraphQLError('Not so.', { extensions: { code: 'CONFLICT', http: { status: 200 } } });
      },
      databaseGone: () => {
        throw postgresGone();
      },
      poolEmpty: () => {
        throw Object.assign(new Error('Timed out fetching a new connection from the pool.'), { code: 'P2024' });
      },
    },
    Deep: { deeper: () => ({ name: 'deeper' }) },
    Mutation: {
      write: (_root, { text }, { seen }) => {
        seen.ran += 1;
        return text;
      },
    },
    Subscription: {
      ticks: {
        subscribe: async function* (_root, { count }, { seen }) {
          for (let tick = 1; tick <= count; tick += 1) {
            seen.pulled += 1;
            yield { ticks: tick };
          }
        },
      },
      flood: {
        subscribe: async function* (_root, _args, { seen }) {
          try {
            for (;;) {
              seen.pulled += 1;
              yield { flood: 'x'.repeat(10_000) };
            }
          } finally {
            seen.returned += 1;
          }
        },
      },
      quiet: {
        subscribe: async function* (_root, _args, { signal, seen }) {
          yield { quiet: 1 };
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          seen.aborted += 1;
        },
      },
      breaks: {
        subscribe: async function* () {
          yield { breaks: 1 };
          throw new TypeError('a bug with "secret text"');
        },
      },
      losesDatabase: {
        subscribe: async function* () {
          yield { losesDatabase: 1 };
          throw postgresGone();
        },
      },
      neverStarts: {
        subscribe: () => {
          throw new TypeError('a bug before the first event');
        },
      },
    },
  },
});

/** A server of the test schema with everything that a test may want to look at. */
export interface TestServer extends Front {
  seen: Seen;
  /** The lines of its log so far. */
  lines: () => Record<string, unknown>[];
  logText: () => string;
  /** Takes the token away. */
  revoke: () => void;
  /** Whether its database answers. */
  database: { up: boolean };
  stops: number;
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Runs an operation over HTTP. */
  run: (
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; body: Answer }>;
  /** Runs a subscription, or anything, over SSE, to its end. */
  sse: (query: string, variables?: object) => Promise<{ events: Answer[]; complete: boolean }>;
  socket: (authorization?: string) => Client;
  /** Runs an operation over WebSocket, to its end. */
  ws: (query: string, variables?: Record<string, unknown>) => Promise<Answer[]>;
}

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function atEnd(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export async function startServer(changes: Partial<FrontOptions<Viewer>> = {}): Promise<TestServer> {
  const seen: Seen = { pulled: 0, returned: 0, aborted: 0, ran: 0, started: 0 };
  const log: string[] = [];
  const database = { up: true };
  let valid = true;
  const front = await listen<Viewer>({
    schema,
    config: { host: '127.0.0.1', port: 0, token: undefined, allowedHosts: ['proxy.example'] },
    log: createLogger('debug', { write: (line) => void log.push(line) }),
    authenticate: async (authorization) => {
      if (!database.up) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      if (authorization === 'Bearer guest-token') return { name: 'guest' };
      if (valid && authorization === `Bearer ${token}`) return { name: 'operator' };
      throw new ClambakeError(
        'UNAUTHENTICATED',
        'The token is missing or unknown: send "Authorization: Bearer <token>".',
      );
    },
    context: (viewer, signal) => ({ viewer, signal, seen }),
    nameOf: ({ name }) => name,
    health: async () => {
      if (!database.up) throw new Error('no database');
      return { database: 'test' };
    },
    shutdown: () => {
      server.stops += 1;
    },
    hook: () => Promise.resolve({ output: undefined }),
    mayShutDown: ({ name }) => name === 'operator',
    ...changes,
  });
  atEnd(() => front.close(0));

  const socket = (authorization = `Bearer ${token}`): Client => {
    const client = createClient({
      url: `${front.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      retryAttempts: 0,
    });
    atEnd(() => client.dispose());
    return client;
  };
  const fetchHere: TestServer['fetch'] = (path, init = {}) =>
    fetch(front.url + path, {
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
  const post = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetchHere('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  const server: TestServer = {
    ...front,
    seen,
    database,
    stops: 0,
    lines: () => log.map((line) => JSON.parse(line) as Record<string, unknown>),
    logText: () => log.join(''),
    revoke: () => {
      valid = false;
    },
    fetch: fetchHere,
    run: async (query, variables, headers) => {
      const response = await post({ query, variables }, { accept: 'application/json', ...headers });
      return { status: response.status, body: (await response.json()) as Answer };
    },
    sse: async (query, variables) => {
      const response = await post({ query, variables }, { accept: 'text/event-stream' });
      return readEvents(await response.text());
    },
    socket,
    ws: async (query, variables) => {
      const answers: Answer[] = [];
      const client = socket();
      await new Promise<void>((resolve, reject) => {
        client.subscribe<Record<string, unknown>>(variables ? { query, variables } : { query }, {
          next: (answer) => answers.push(answer as Answer),
          error: (errors) => {
            if (!Array.isArray(errors)) return reject(errors);
            answers.push({ errors });
            resolve();
          },
          complete: resolve,
        });
      });
      return answers;
    },
  };
  return server;
}

/** The events of an SSE body. */
export function readEvents(text: string): { events: Answer[]; complete: boolean } {
  const events = [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Answer);
  return { events, complete: /^event: complete$/m.test(text) };
}

/** A socket on which a test writes what no HTTP library would. */
export async function rawSocket({
  port,
}: {
  port: number;
}): Promise<{ socket: Socket; text: () => string; closed: Promise<void> }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise((resolve) => socket.once('connect', resolve));
  atEnd(() => socket.destroy());
  return { socket, text: () => text, closed };
}

/** A request whose Host and Origin are of the test's choosing. */
export async function rawRequest(server: { port: number }, head: string, body = ''): Promise<string> {
  const { socket, text, closed } = await rawSocket(server);
  socket.write(`${head.trim().replaceAll(/\n\s*/g, '\r\n')}\r\nConnection: close\r\n\r\n${body}`);
  await closed;
  return text();
}

/** Waits until something holds. */
export async function until(holds: () => boolean, what: string, ms = 3000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await pause(5);
  }
}

/** A port that something else listens on. */
export async function takenPort(): Promise<number> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  atEnd(() => other.close());
  return (other.address() as AddressInfo).port;
}

export { pause };
