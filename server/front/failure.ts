import { randomBytes } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isDatabaseAway, isDiskFull } from '../database/away.ts';
import { ClambakeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { masked } from '../secret/mask.ts';

/** Makes every error fit to leave the server. */
export type Mask = (error: unknown) => GraphQLError;

/**
 * What goes out hides secrets: the libraries repeat whatever value they cannot take, as in `Int cannot represent …`.
 *
 * Errors meant for the caller pass, as the same objects, with a code where they had none. A lost database becomes `DATABASE_UNAVAILABLE`. Everything else
 * becomes `INTERNAL_SERVER_ERROR` with an id, under which the log has the details. The same error keeps its id.
 * @param hide leaves the secrets out of a message
 */
export function createMask(log: Logger, hide: (message: string) => string = masked): Mask {
  const made = new WeakMap<object, GraphQLError>();
  return (error) => {
    if (error instanceof GraphQLError && isMeantForCaller(error)) return withCode(error, hide);
    const origin = rootOf(error);
    const known = typeof origin === 'object' && origin !== null ? made.get(origin) : undefined;
    const result = known ?? (isDatabaseAway(error) ? databaseAway(log, origin) : internal(log, origin));
    if (typeof origin === 'object' && origin !== null) made.set(origin, result);
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

function withCode(error: GraphQLError, hide: (message: string) => string): GraphQLError {
  const { extensions } = error;
  error.message = hide(error.message);
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
