import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, GraphQLClient } from 'graphql-request';
import { CliError, ExitCode, exitCodeOf, TooLarge } from '../exit.ts';
import { type HttpAnswer, send, TransportError } from './http.ts';

/** Milliseconds without an answer after which a request is given up. */
export const answerTimeout = 30_000;

/** Pauses before each further attempt, in milliseconds. */
const pauses = [100, 400, 1000];

/** The same for a request that waits. The server keeps its place in line for 10 s after the connection has broken off. */
const pausesInLine = [...pauses, 1000, 2000, 2000, 2000];

/** Milliseconds after which a connection counts as a good one, so that the attempts are counted anew. */
const settled = 10_000;

/** That the server may keep its answer back. */
export interface Patience {
  /** The variable that tells the server for how long. What is left of the time takes the place of its value. */
  variable: string;
  /** When the time is over: milliseconds since 1970. */
  until: number;
  /** Ends the waiting; its reason is thrown. */
  signal: AbortSignal;
}

/** One operation, asked once. */
export interface Call {
  /** The server's address, without `/graphql`. */
  url: string;
  token: string;
  /** A document with one operation. It is sent as it is: parsing it would cost more than the request. */
  document: string;
  variables: Record<string, unknown>;
  /** A mutation, which may have been carried out although no answer came. */
  mutation: boolean;
  /** Whether asking twice does no more than asking once. */
  repeatable: boolean;
  /** Told where no answer came to a request that may have been carried out, before it is repeated. */
  unanswered?: () => void;
  /** Makes sure, before the token is sent once more, that it is still the same server that listens there. @throws Unreachable */
  vouch?: () => Promise<void>;
  /** Where the server waits before it answers. */
  patience?: Patience | undefined;
}

/** The server cannot be reached: exit code 5. */
export class Unreachable extends CliError {
  /** Nothing listens at the address, so that a server could be started there. */
  readonly refused: boolean;

  constructor(message: string, refused: boolean) {
    super(ExitCode.unreachable, 'UNREACHABLE', message);
    this.refused = refused;
  }
}

/**
 * Asks the server. Where nothing was sent, or where asking twice does no harm, a failure on the way is followed by up to
 * three more attempts; one that waits goes on waiting, for what is left of its time, also while its server is restarted.
 * @returns the operation's data
 * @throws CliError with the server's own messages and code, or Unreachable; the reason of the signal that ended it
 */
export async function ask(call: Call): Promise<Record<string, unknown>> {
  const { patience, unanswered, vouch } = call;
  let reached = false;
  let again = false;
  for (let failures = 0; ; failures += 1) {
    const begun = Date.now();
    patience?.signal.throwIfAborted();
    try {
      if (again) await vouch?.();
      again = true;
      return await attempt(call);
    } catch (error) {
      patience?.signal.throwIfAborted();
      const inLine = patience !== undefined && reached && call.repeatable;
      if (patience && Date.now() - begun > settled) failures = 0;
      const pause = (patience && reached ? pausesInLine : pauses)[failures];
      const repeated = worthRepeating(error, call) || (inLine && isRefused(error));
      if (pause === undefined || !repeated) throw understood(error, call, inLine);
      if (!isRefused(error) && (!(error instanceof TransportError) || error.sent)) {
        reached = true;
        unanswered?.();
      }
      // Spread out, so that many clients of one server do not come back in the same instant.
      await sleep(pause * (0.5 + Math.random()), undefined, patience && { signal: patience.signal }).catch(
        (reason: unknown) => {
          patience?.signal.throwIfAborted();
          throw reason;
        },
      );
    }
  }
}

/** Nothing listens there now: a server that restarts is back in a moment. */
const isRefused = (error: unknown): boolean =>
  error instanceof Unreachable ? error.refused : error instanceof TransportError && error.code === 'ECONNREFUSED';

/** The variables, with what is left of the time to wait. */
function variablesNow({ variables, patience }: Call): Record<string, unknown> {
  if (!patience) return variables;
  // A wait of nothing at all is none: then an objection that has come meanwhile would not be looked for.
  return { ...variables, [patience.variable]: `${Math.max(1, Math.ceil(leftOf(patience) / 1000))}s` };
}

const leftOf = ({ until }: Patience): number => Math.max(0, until - Date.now());

/** The headers of every request to the GraphQL endpoint. */
export function headersFor(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'user-agent': 'clambake' };
}

async function attempt(call: Call): Promise<Record<string, unknown>> {
  const { url, token, document, patience } = call;
  const client = new GraphQLClient(`${url}/graphql`, {
    headers: headersFor(token),
    // Only the parts of a Response that graphql-request reads: the class itself would load the built-in fetch.
    fetch: fetchOverNode(patience) as unknown as typeof fetch,
    // Otherwise graphql-request parses the document to find the name.
    excludeOperationName: true,
  });
  const { data } = await client.rawRequest<Record<string, unknown>>(document, variablesNow(call));
  if (typeof data !== 'object' || data === null) throw notClambake(url, 'its answer holds no data');
  return data;
}

type Fetch = (
  url: URL,
  init: { method: 'GET' | 'POST'; headers: Headers; body?: string },
) => Promise<Pick<Response, 'ok' | 'status' | 'text'> & { headers: Pick<Headers, 'get'> }>;

const fetchOverNode =
  (patience: Patience | undefined): Fetch =>
  async (url, init) => {
    const headers: Record<string, string> = {};
    init.headers.forEach((value, name) => {
      headers[name] = value;
    });
    const { method, body } = init;
    const answer = await send({
      url: url.href,
      method,
      headers,
      timeout: answerTimeout,
      ...(body === undefined ? {} : { body }),
      ...(patience ? { signal: patience.signal, patience: leftOf(patience) } : {}),
    });
    refuseUnlessGraphQL(answer, url.href);
    return {
      ok: answer.status >= 200 && answer.status < 300,
      status: answer.status,
      headers: { get: (name) => (name.toLowerCase() === 'content-type' ? answer.contentType : null) },
      text: async () => answer.body,
    };
  };

/** An answer of status 5xx that did not come from Clambake: a proxy whose server is restarting, for one. */
class BadGateway extends Unreachable {}

/**
 * @throws CliError where the answer is a redirect, or does not come from a GraphQL server
 */
export function refuseUnlessGraphQL(
  answer: Pick<HttpAnswer, 'status' | 'contentType' | 'location'>,
  url: string,
): void {
  const { status, contentType, location } = answer;
  if (status >= 300 && status < 400) {
    throw notClambake(url, `it redirects to ${location ?? 'elsewhere'}, and a token is not sent on`);
  }
  if (/^application\/(graphql-response\+)?json\b/i.test(contentType)) return;
  if (status === 401 || status === 403) throw tokenRefused(url);
  if (status === 413) {
    throw new TooLarge(ExitCode.failed, 'LIMIT_EXCEEDED', `What answers at ${url} takes no request of this size.`);
  }
  if (status >= 500)
    throw new BadGateway(`The server at ${url} answered with HTTP status ${status}. Try again in a moment.`, false);
  throw notClambake(url, `it answered with HTTP status ${status} and ${contentType || 'no content type'}`);
}

function notClambake(url: string, reason: string): Unreachable {
  return new Unreachable(
    `What answers at ${url} is no Clambake server: ${reason}. Give the right address with --url or CLAMBAKE_URL.`,
    false,
  );
}

function tokenRefused(url: string): CliError {
  return new CliError(
    ExitCode.notAllowed,
    'TOKEN_REFUSED',
    `The server at ${url} does not accept the token. Set CLAMBAKE_TOKEN to what \`clambake token\` prints where the server runs.`,
  );
}

function worthRepeating(error: unknown, call: Call): boolean {
  if (error instanceof BadGateway) return call.repeatable;
  if (error instanceof ClientError) return call.repeatable && error.response.status >= 500;
  if (!(error instanceof TransportError)) return false;
  // Where nothing listens, asking again does not help: a server has to be started.
  if (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' || error.code === 'ETIMEDOUT') return false;
  return call.repeatable || !error.sent;
}

/** The same error for people and for exit codes. What graphql-request throws quotes the whole request and answer. */
function understood(error: unknown, call: Call, inLine: boolean): Error {
  // A server that was stopped while somebody waited is not started again by that.
  if (inLine && isRefused(error)) return new Unreachable(`The server at ${call.url} has stopped meanwhile.`, false);
  if (error instanceof CliError) return error;
  if (error instanceof TransportError) return unreachable(error, call);
  if (error instanceof ClientError) {
    const { status, errors } = error.response;
    const first = graphqlError(errors, call.url);
    if (first) return status === 413 ? new TooLarge(first.exitCode, first.code, first.message, first.details) : first;
    if (status === 401 || status === 403) return tokenRefused(call.url);
    if (status >= 500) return new Unreachable(`The server at ${call.url} answered with HTTP status ${status}.`, false);
    return notClambake(call.url, `it answered with HTTP status ${status} and no GraphQL errors`);
  }
  // All that is left is text that graphql-request could not read.
  return notClambake(call.url, 'its answer is no GraphQL result');
}

/** @returns what the errors of a GraphQL answer say; undefined where there are none */
export function graphqlError(errors: unknown, url: string): CliError | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const [first] = errors as { message?: unknown; extensions?: unknown }[];
  const messages = (errors as { message?: unknown }[]).map((error) => String(error?.message ?? 'no message'));
  const extensions = typeof first?.extensions === 'object' && first.extensions !== null ? first.extensions : {};
  const { code, http, ...details } = extensions as Record<string, unknown>;
  const text = [...new Set(messages)].join('\n');
  const name = typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
  const remedy =
    name === 'GRAPHQL_VALIDATION_FAILED' ? `\nThe server at ${url} is of another version than this command line.` : '';
  return new CliError(exitCodeOf(name), name, text + remedy, details);
}

/** Nothing listens there. */
export function nobodyAt(url: string): Unreachable {
  return new Unreachable(
    `No server answers at ${url}. Start one with \`clambake serve\`, or give its address with --url or CLAMBAKE_URL.`,
    true,
  );
}

/** What it means for people that no answer came. */
export function unreachable(error: TransportError, call: Pick<Call, 'url' | 'mutation'>): Unreachable {
  if (error.code === 'ECONNREFUSED') return nobodyAt(call.url);
  const doubt =
    error.sent && call.mutation ? ' It may have been carried out all the same: look before you repeat it.' : '';
  return new Unreachable(`The server at ${call.url} cannot be reached: ${error.message}.${doubt}`, false);
}
