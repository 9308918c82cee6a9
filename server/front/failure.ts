import { randomBytes } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ClambakeError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/**
 * Codes that say the database is out of reach, not that the statement is wrong: of Node, of Postgres (beside class 08), of Prisma, and
 * the kinds under which Prisma's adapter hides what pg reported.
 */
const awayCodes = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'ENOENT',
    'ENOTFOUND',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EAI_AGAIN',
  ],
  // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_session_timeout
  ...['57P01', '57P02', '57P03', '57P04', '57P05'],
  // too_many_connections; query_canceled, by the limit on a statement; read_only_sql_transaction, on a server that became a standby;
  // idle_in_transaction_session_timeout
  ...['53300', '57014', '25006', '25P03'],
  // disk_full, out_of_memory, configuration_limit_exceeded, io_error: it lasts longer, and is no fault of the statement either
  ...['53100', '53200', '53400', '58030'],
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037'],
  ...['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections'],
]);

/** pg, its pool and Prisma's transactions report these without a code of their own. */
const awayMessages =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection error|was closed)|Cannot use a pool after calling end|Transaction API error: Unable to start a transaction in the given time)/;

/** Whether this error, or one that it wraps, says that the database is out of reach for the moment. */
export function isDatabaseAway(error: unknown): boolean {
  return says(error, (code) => awayCodes.has(code) || /^08[0-9A-Z]{3}$/.test(code), awayMessages);
}

const isDiskFull = (error: unknown): boolean => says(error, (code) => code === '53100');

/** Whether this error, or one that it wraps, has such a code or message. */
function says(error: unknown, isSuch: (code: string) => boolean, such?: RegExp, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const read = (name: string): unknown => (error as Record<string, unknown>)[name];
  // Prisma keeps what pg reported as plain data: P2039 and P2010 have it in meta.driverAdapterError.cause.originalCode.
  const codes = ['code', 'originalCode', 'kind'].map(read);
  if (codes.some((code) => typeof code === 'string' && isSuch(code))) return true;
  const message = read('message');
  if (typeof message === 'string' && such?.test(message)) return true;
  const wrapped = ['cause', 'originalError', 'meta', 'driverAdapterError'].map(read);
  return wrapped.some((inner) => says(inner, isSuch, such, depth + 1));
}

/** Makes every error fit to leave the server. */
export type Mask = (error: unknown) => GraphQLError;

/**
 * Errors meant for the caller pass, with a code where they had none. A lost database becomes `DATABASE_UNAVAILABLE`. Everything else
 * becomes `INTERNAL_SERVER_ERROR` with an id, under which the log has the details. The same error keeps its id.
 */
export function createMask(log: Logger): Mask {
  const masked = new WeakMap<object, GraphQLError>();
  return (error) => {
    if (error instanceof GraphQLError && isMeantForCaller(error)) return withCode(error);
    const origin = rootOf(error);
    const known = typeof origin === 'object' && origin !== null ? masked.get(origin) : undefined;
    const result = known ?? (isDatabaseAway(error) ? databaseAway(log, origin) : internal(log, origin));
    if (typeof origin === 'object' && origin !== null) masked.set(origin, result);
    return placedLike(error, result);
  };
}

function isMeantForCaller(error: GraphQLError): boolean {
  const { originalError } = error;
  return originalError == null || (originalError instanceof GraphQLError && isMeantForCaller(originalError));
}

function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;
}

/** Codes of the libraries for what is the caller's mistake. */
const foreignCodes = new Set<unknown>([undefined, 'BAD_REQUEST', 'BAD_USER_INPUT', 'OPERATION_RESOLUTION_FAILURE']);

function withCode(error: GraphQLError): GraphQLError {
  const { extensions } = error;
  if (foreignCodes.has(extensions.code)) extensions.code = 'BAD_INPUT';
  if ('originalError' in extensions) {
    // Yoga repeats there what the JSON parser said, with a piece of the body, and by its presence knows that 400 is due and not 200.
    delete extensions.originalError;
    extensions.http = { status: 400 };
  }
  return error;
}

function databaseAway(log: Logger, origin: unknown): GraphQLError {
  log.error(
    { err: origin },
    isDiskFull(origin) ? 'the disk of the database is full' : 'the database cannot be reached',
  );
  return new ClambakeError(
    'DATABASE_UNAVAILABLE',
    isDiskFull(origin)
      ? 'The disk of the database is full, and nothing was stored: whoever runs the server has to make room.'
      : 'The database cannot be reached at the moment: try again in a few seconds.',
    { retryable: true },
  );
}

function internal(log: Logger, origin: unknown): GraphQLError {
  const id = randomBytes(4).toString('hex');
  log.error({ err: origin, errorId: id }, 'internal error');
  return new ClambakeError(
    'INTERNAL_SERVER_ERROR',
    `Internal error. The server's log has the details under id ${id}.`,
    {
      id,
      http: { status: 500 },
    },
  );
}

/** The masked error at the field where the real one happened. */
function placedLike(error: unknown, masked: GraphQLError): GraphQLError {
  if (!(error instanceof GraphQLError)) return masked;
  return new GraphQLError(masked.message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    // An error of one field leaves the others their answer: the status of the whole request stays 200.
    extensions: error.path ? withoutHttp(masked.extensions) : masked.extensions,
  });
}

/** The error as it is sent: `extensions.http` is a note to the HTTP side only. */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...rest } = error.toJSON();
  return { ...rest, extensions: withoutHttp(extensions ?? {}) };
}

function withoutHttp(extensions: Record<string, unknown>): Record<string, unknown> {
  const { http: _http, unexpected: _unexpected, ...rest } = extensions;
  return rest;
}
