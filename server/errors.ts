import { GraphQLError } from 'graphql';

/**
 * What went wrong, for programs: the value of `extensions.code` in every error a caller sees.
 * The command line maps them to its exit codes.
 */
export type ErrorCode =
  | 'BAD_INPUT'
  | 'NOT_FOUND'
  | 'UNKNOWN_RECIPIENT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_REGISTERED'
  | 'CONFLICT'
  | 'BLOCKED'
  | 'SECRET_REFUSED'
  | 'CURSOR_UNKNOWN'
  | 'CURSOR_EXPIRED'
  | 'LIMIT_EXCEEDED'
  | 'DATABASE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/** HTTP status of an error that stops the whole request before any field runs. */
const httpStatus: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  LIMIT_EXCEEDED: 413,
  DATABASE_UNAVAILABLE: 503,
};

/**
 * An error meant for the caller: its message says what is wrong, the value that was given and what would be right.
 * Every other error is masked before it leaves the server.
 */
export class ClambakeError extends GraphQLError {
  readonly code: ErrorCode;

  /**
   * @param code what went wrong, for programs
   * @param message the same for people and agents, one or a few sentences
   * @param details further `extensions`, such as `suggestions`
   */
  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    const status = httpStatus[code];
    super(message, { extensions: { code, ...details, ...(status ? { http: { status } } : {}) } });
    this.code = code;
  }
}

/** The input breaks a rule: `BAD_INPUT`. `argument` names the argument at fault. */
export const badInput = (argument: string, message: string): ClambakeError =>
  new ClambakeError('BAD_INPUT', message, { argument });

/** Nothing has this id, or it is not for the caller, which looks the same: `NOT_FOUND`. */
export const notFound = (message: string): ClambakeError => new ClambakeError('NOT_FOUND', message);

/** The caller is known but may not do this: `FORBIDDEN`. */
export const forbidden = (message: string): ClambakeError => new ClambakeError('FORBIDDEN', message);
