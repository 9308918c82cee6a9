import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { Config } from './config.ts';
import { bind, localHost } from './front/bind.ts';
import { readBody } from './front/body.ts';
import { createEngine, type Engine } from './front/engine.ts';
import { createMask, type Mask } from './front/failure.ts';
import { assertOwn, assertSameSite } from './front/gate.ts';
import { answerHealth } from './front/health.ts';
import { hookRoutes, sendHookAnswer } from './front/hook.ts';
import { assertSafeBinding, isLoopback, OwnHosts } from './front/host.ts';
import { type Limits, limits as ordinaryLimits } from './front/limits.ts';
import { Operations } from './front/operations.ts';
import { sendPage, wantsPage } from './front/page.ts';
import { Refusal } from './front/refusal.ts';
import { refuse, sendJson } from './front/reply.ts';
import type { HookEvent } from './hook/events.ts';
import type { HookAnswer } from './hook/hook.ts';
import type { Logger } from './logger.ts';
import type { Endpoint } from './mcp/endpoint.ts';
import { acceptSockets, type Sockets } from './websocket.ts';

/** What the server is made of. */
export interface FrontOptions<Viewer> {
  schema: GraphQLSchema;
  config: Pick<Config, 'host' | 'port' | 'token' | 'allowedHosts'>;
  log: Logger;
  /**
   * Whose this Authorization header is, or the `authorization` of a connection_init. Asked once a request, and once an operation on
   * a WebSocket, so that a token revoked meanwhile fails the next one.
   * @throws ClambakeError UNAUTHENTICATED where it is missing, malformed, unknown or revoked
   */
  authenticate(authorization: string | undefined): Promise<Viewer>;
  /**
   * What the resolvers of one operation get as their context.
   * @param signal aborted when nobody waits for the operation any more: the subscription ended, the connection is gone, the server stops
   */
  context(viewer: Viewer, signal: AbortSignal): object;
  /** Answers a hook of Claude Code. */
  hook(viewer: Viewer, event: HookEvent, input: unknown, signal: AbortSignal): Promise<HookAnswer>;
  /** The viewer in the log: an instance's id, `human`. */
  nameOf(viewer: Viewer): string;
  /**
   * Asks the database for a sign of life.
   * @returns small fields for the answer of GET /health
   * @throws whatever says that it cannot be reached
   */
  health(): Promise<Record<string, unknown>>;
  /** Ends the program in good order. Called once POST /shutdown has been answered. */
  shutdown(): void;
  /** Whether this viewer may end the program. */
  mayShutDown(viewer: Viewer): boolean;
  /** Leaves secrets out of the message of an error; those of known shapes where it is not given. */
  hide?(message: string): string;
  /** For tests: other limits than the ordinary ones. */
  limits?: Partial<Limits>;
}

/** A server that listens. */
export interface Front {
  host: string;
  port: number;
  /** Its address for a program on the same machine, without a path. */
  url: string;
  /**
   * Stops in good order: no new connections, what is running finishes, subscribers are told to come back. Calling it again waits for
   * the first call.
   * @param graceMs milliseconds until what is left is cut
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Opens the server's one port: GraphQL over HTTP, SSE and WebSocket, GraphiQL, MCP, /health and /shutdown.
 * @throws PortInUse; ConfigError where the address cannot be used, or reaches beyond this machine without a chosen token
 */
export async function listen<Viewer>(options: FrontOptions<Viewer>): Promise<Front> {
  const { config, log, schema } = options;
  assertSafeBinding(config);
  const limits: Limits = { ...ordinaryLimits, ...options.limits };
  const mask = createMask(log, options.hide);
  const engine = createEngine(schema, mask, limits);
  const server = createServer({
    requestTimeout: limits.arrival,
    headersTimeout: Math.min(10_000, limits.arrival),
    // Longer than the 60 s after which the usual proxies drop an idle connection.
    keepAliveTimeout: 65_000,
  });
  await bind(server, config);
  const { port } = server.address() as AddressInfo;
  const hosts = new OwnHosts(config, port);
  const operations = new Operations(options, engine, mask, limits);
  const sockets = acceptSockets(server, { options, engine, mask, limits, hosts });
  const stopping = new AbortController();
  // Most servers are never asked for it, and it takes memory and time to load.
  let mcp: Promise<Endpoint<Viewer>> | undefined;
  const loadMcp = async (): Promise<Endpoint<Viewer>> => {
    const { Endpoint } = await import('./mcp/endpoint.ts');
    return new Endpoint(options, engine, mask);
  };
  const getMcp = (): Promise<Endpoint<Viewer>> => (mcp ??= loadMcp());

  const unanswered = new Set<ServerResponse>();
  server.on('request', (request, response) => {
    unanswered.add(response);
    response.once('close', () => {
      unanswered.delete(response);
      // A connection kept alive after its last answer would hold up the stop.
      if (stopping.signal.aborted) request.socket.end();
    });
    handle({ request, response, hosts, operations, getMcp, options, mask, limits, stopping: stopping.signal }).catch(
      (error: unknown) => fail(request, response, error, mask, log),
    );
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  server.on('error', (error) => log.error({ err: error }, 'the listening socket failed'));

  let closing: Promise<void> | undefined;
  return {
    host: config.host,
    port,
    url: `http://${localHost(config.host)}:${port}`,
    close: (graceMs = 5000) => {
      closing ??= close({ server, sockets, operations, engine, stopping, unanswered }, graceMs);
      return closing;
    },
  };
}

interface Exchange<Viewer> {
  request: IncomingMessage;
  response: ServerResponse;
  hosts: OwnHosts;
  operations: Operations<Viewer>;
  getMcp(): Promise<Endpoint<Viewer>>;
  options: FrontOptions<Viewer>;
  mask: Mask;
  limits: Limits;
  stopping: AbortSignal;
}

async function handle<Viewer>(exchange: Exchange<Viewer>): Promise<void> {
  const { request, response, hosts, operations, getMcp, options, mask, limits, stopping } = exchange;
  if (stopping.aborted) response.setHeader('connection', 'close');
  assertOwn(request, hosts);
  const path = pathOf(request);
  switch (path) {
    case '/graphql':
      if (wantsPage(request)) return sendPage(request, response);
      assertSameSite(request);
      return await answerGraphQL(exchange);
    case '/mcp':
      allow(request, 'POST');
      assertSameSite(request);
      return await answerMcp(exchange);
    case '/health':
      allow(request, 'GET', 'HEAD');
      return await answerHealth(response, options.health, stopping, limits.health, options.log);
    case '/shutdown':
      allow(request, 'POST');
      assertSameSite(request);
      return await shutDown(exchange);
    case '/':
      allow(request, 'GET', 'HEAD');
      response.writeHead(302, { location: '/graphql', 'content-length': 0 }).end();
      return;
    default:
      if (path.startsWith(hookRoutes)) {
        allow(request, 'POST');
        assertSameSite(request);
        return await sendHookAnswer(request, response, path.slice(hookRoutes.length), { ...options, mask, limits });
      }
      throw new Refusal(
        404,
        'NOT_FOUND',
        `There is nothing at ${JSON.stringify(path.slice(0, 200))}: GraphQL is at /graphql, MCP at /mcp.`,
      );
  }

  async function answerGraphQL({ request, response }: Exchange<Viewer>): Promise<void> {
    allow(request, 'GET', 'POST');
    const viewer = await options.authenticate(request.headers.authorization);
    const body = request.method === 'POST' ? await readBody(request, limits.bodyBytes) : undefined;
    await operations.answer(request, response, viewer, body);
  }

  async function answerMcp({ request, response }: Exchange<Viewer>): Promise<void> {
    const viewer = await options.authenticate(request.headers.authorization);
    const body = await readBody(request, limits.bodyBytes);
    await (await getMcp()).answer(request, response, viewer, body);
  }
}

async function shutDown<Viewer>({ request, response, options }: Exchange<Viewer>): Promise<void> {
  const viewer = await options.authenticate(request.headers.authorization);
  if (!isLoopback(request.socket.remoteAddress ?? '')) {
    throw new Refusal(403, 'FORBIDDEN', 'The server can be stopped from its own machine only.');
  }
  if (!options.mayShutDown(viewer)) {
    throw new Refusal(
      403,
      'FORBIDDEN',
      `${options.nameOf(viewer)} may not stop the server: that takes the server's own token.`,
    );
  }
  request.resume();
  options.log.info({ viewer: options.nameOf(viewer) }, 'asked to stop');
  response.once('close', () => options.shutdown());
  sendJson(response, 202, { status: 'stopping' }, { connection: 'close' });
}

function allow({ method = '' }: IncomingMessage, ...methods: string[]): void {
  if (methods.includes(method)) return;
  throw new Refusal(405, 'BAD_INPUT', `${method} is not possible here: use ${methods.join(' or ')}.`, {
    allow: methods.join(', '),
  });
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown, mask: Mask, log: Logger): void {
  if (response.headersSent) {
    mask(error);
    response.destroy();
    return;
  }
  const refusal = error instanceof Refusal ? error : Refusal.from(mask(error));
  log.info({ method: request.method, status: refusal.status, code: refusal.code }, 'refused');
  refuse(request, response, refusal);
}

interface Parts {
  server: Server;
  sockets: Sockets;
  operations: { endStreams(): void };
  engine: Engine;
  stopping: AbortController;
  unanswered: ReadonlySet<ServerResponse>;
}

async function close(
  { server, sockets, operations, engine, stopping, unanswered }: Parts,
  graceMs: number,
): Promise<void> {
  stopping.abort();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of unanswered) if (!response.headersSent) response.setHeader('connection', 'close');
  operations.endStreams();
  sockets.restart();
  const grace = setTimeout(() => {
    sockets.terminate();
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(grace);
  await engine.dispose();
}
