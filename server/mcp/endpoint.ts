import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Engine } from '../front/engine.ts';
import type { Mask } from '../front/failure.ts';
import { Refusal } from '../front/refusal.ts';
import { sendJson, sendText } from '../front/reply.ts';
import type { Logger } from '../logger.ts';
import { runOperation } from './run.ts';
import { createServer, type Surroundings } from './server.ts';

interface House<Viewer> {
  log: Logger;
  context(viewer: Viewer, signal: AbortSignal): object;
  nameOf(viewer: Viewer): string;
}

/** The headers that the protocol reads. The token stays outside. */
const known = ['accept', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];

/**
 * The Model Context Protocol at /mcp: streamable HTTP without sessions, each request answered with JSON, in the revisions of 2025 and of 2026.
 * Nothing is pushed: a client that wants to hear of news takes a subscription of GraphQL.
 */
export class Endpoint<Viewer> {
  readonly #house: House<Viewer>;
  readonly #engine: Engine;
  readonly #mask: Mask;
  readonly #handler: McpHttpHandler;
  /** What the handler, which is one for all requests, needs to know of each. */
  readonly #asked = new WeakMap<Request, Surroundings>();

  constructor(house: House<Viewer>, engine: Engine, mask: Mask) {
    this.#house = house;
    this.#engine = engine;
    this.#mask = mask;
    this.#handler = createMcpHandler(({ requestInfo }) => this.#serverFor(requestInfo), {
      legacy: 'reject',
      // A subscription would be a stream on which nothing ever comes.
      maxSubscriptions: 0,
      onerror: (error) => house.log.debug({ err: error, via: 'mcp' }, 'refused'),
    });
  }

  /**
   * Answers one POST of an authenticated caller.
   * @throws Refusal where the address asks for tools that there are not
   */
  async answer(request: IncomingMessage, response: ServerResponse, viewer: Viewer, body: string): Promise<void> {
    const all = asksForAll(request.url ?? '');
    let parsedBody: unknown;
    try {
      parsedBody = JSON.parse(body);
    } catch {
      return refuse(response, -32700, 'The body of the request is no JSON.');
    }
    if (Array.isArray(parsedBody))
      return refuse(response, -32600, 'Send one message at a time: batches are not taken.');

    const { log, context, nameOf } = this.#house;
    const abandoned = new AbortController();
    const abandon = (): void => abandoned.abort();
    response.once('close', abandon);
    const asker = { name: nameOf(viewer), makeContext: () => context(viewer, abandoned.signal) };
    const asked = new Request(`http://localhost${request.url ?? ''}`, {
      method: 'POST',
      headers: headersOf(request),
      body,
      signal: abandoned.signal,
    });
    this.#asked.set(asked, {
      all,
      mask: this.#mask,
      run: (document, variables) => runOperation({ engine: this.#engine, log }, asker, document, variables),
    });
    const answer = (await isLegacyRequest(asked, parsedBody))
      ? await this.#answerLegacy(asked, parsedBody)
      : await this.#handler.fetch(asked, { parsedBody });
    response.off('close', abandon);
    if (answer.status >= 400) log.info({ viewer: asker.name, via: 'mcp', status: answer.status }, 'refused');
    await sendText(response, answer);
  }

  /** The revisions of 2025, of which the SDK's own handler answers with event streams. */
  async #answerLegacy(asked: Request, parsedBody: unknown): Promise<Response> {
    const server = this.#serverFor(asked);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      return await transport.handleRequest(asked, { parsedBody });
    } finally {
      await server.close();
    }
  }

  #serverFor(asked: Request | undefined): Server {
    const surroundings = asked && this.#asked.get(asked);
    if (!surroundings) throw new Error('A request is served that nobody sent.');
    return createServer(surroundings);
  }
}

/** @throws Refusal where it asks for neither */
function asksForAll(url: string): boolean {
  const asked = new URL(url, 'http://localhost').searchParams.get('tools');
  if (asked === null || asked === 'all') return asked === 'all';
  throw new Refusal(
    400,
    'BAD_INPUT',
    `tools is ${JSON.stringify(asked.slice(0, 100))}: it is "all", or left out for the few that most need.`,
  );
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const taken = known.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(taken), 'content-type': 'application/json' };
}

function refuse(response: ServerResponse, code: number, message: string): void {
  sendJson(response, 400, { jsonrpc: '2.0', id: null, error: { code, message } });
}
