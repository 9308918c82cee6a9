import { parseDuration } from '../../server/config.ts';
import { limits } from '../../server/front/limits.ts';
import {
  answerTimeout,
  graphqlError,
  headersFor,
  refuseUnlessGraphQL,
  Unreachable,
  unreachable,
} from '../client/client.ts';
import { send, TransportError } from '../client/http.ts';
import { CliError, ExitCode } from '../exit.ts';
import { commands } from '../generated/commands.ts';
import type { Actor } from '../identity/acting.ts';
import { nameResources } from '../identity/resource.ts';
import type { Command } from '../line/table.ts';
import { isObject, type Message } from './message.ts';

/** A request on its way to the server. */
export interface Forwarded {
  message: Message;
  /** Offer every tool. */
  all: boolean;
  cwd: string;
  signal: AbortSignal;
}

/** The command that a request calls as a tool; undefined where it calls none. */
export function commandOf({ method, params }: Message): Command | undefined {
  return method === 'tools/call' ? commands.find(({ name }) => name === params.name) : undefined;
}

/** Milliseconds that the server may keep its answer back, as the request itself says. */
export function patienceOf({ method, params }: Message): number | undefined {
  const wait = method === 'tools/call' && isObject(params.arguments) ? params.arguments.wait : undefined;
  return typeof wait === 'string' ? parseDuration(wait) : undefined;
}

/**
 * Has the server answer a request, as whoever acts.
 * @returns its answer: a message of JSON-RPC
 * @throws CliError where there was none
 */
export async function forward(
  actor: Actor,
  { message, all, cwd, signal }: Forwarded,
): Promise<Record<string, unknown>> {
  const command = commandOf(message);
  const params = withResources(message.params, command, { cwd, session: actor.session });
  const body = JSON.stringify({ jsonrpc: '2.0', ...message, params });
  const bytes = Buffer.byteLength(body);
  if (bytes > limits.bodyBytes) throw tooLong(bytes);
  const patience = patienceOf(message);
  return actor.act(async (server, token) => {
    const url = `${server}/mcp${all ? '?tools=all' : ''}`;
    try {
      const answer = await send({
        ...{ url, method: 'POST', body, signal, timeout: answerTimeout },
        headers: {
          ...headersFor(token),
          ...protocolHeaders(message),
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        ...(patience === undefined ? {} : { patience }),
      });
      refuseUnlessGraphQL(answer, server);
      return readAnswer(answer.body, server);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      throw unreachable(error, { url: server, mutation: command?.operation === 'mutation' });
    }
  });
}

/** The server says the same, but to one who still sends megabytes that does not always get through. */
function tooLong(bytes: number): CliError {
  return new CliError(
    ExitCode.failed,
    'LIMIT_EXCEEDED',
    `The request has ${bytes} bytes, and the server takes ${limits.bodyBytes} (${limits.bodyBytes / 1024} KiB): send less at a time.`,
  );
}

function readAnswer(body: string, server: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  if (isObject(value) && value.jsonrpc === '2.0') return value;
  const refused = isObject(value) ? graphqlError(value.errors, server) : undefined;
  throw (
    refused ??
    new Unreachable(`What answers at ${server} does not speak MCP: it is no Clambake server, or an older one.`, false)
  );
}

/** Files as the server calls them, whatever folder this process runs in. */
function withResources(
  params: Message['params'],
  command: Command | undefined,
  standpoint: Parameters<typeof nameResources>[2],
): Message['params'] {
  if (!command || !isObject(params.arguments)) return params;
  return { ...params, arguments: nameResources(command, params.arguments, standpoint) };
}

/** What the revisions since 2026 repeat of a message in headers: its revision, its method, and what that is about. */
function protocolHeaders({ method, params }: Message): Record<string, string> {
  const { _meta: meta, name, uri } = params;
  const revision = isObject(meta) ? meta['io.modelcontextprotocol/protocolVersion'] : undefined;
  if (typeof revision !== 'string' || !isPlain(revision) || !isPlain(method)) return {};
  const about = method === 'resources/read' ? uri : name;
  return {
    'mcp-protocol-version': revision,
    'mcp-method': method,
    ...(typeof about === 'string' ? { 'mcp-name': asHeader(about) } : {}),
  };
}

/** Whether it can stand in a header as it is. */
const isPlain = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

const asHeader = (text: string): string =>
  isPlain(text) && !text.startsWith('=?') ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
