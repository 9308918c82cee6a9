import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../errors.ts';

/** A request that is refused before GraphQL sees it. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  /**
   * @param status of HTTP
   * @param code the value of `extensions.code` in the answer
   * @param headers further headers of the answer
   */
  constructor(status: number, code: ErrorCode, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** The refusal that a masked error stands for. */
  static from({ message, extensions }: GraphQLError): Refusal {
    const code = extensions.code as ErrorCode;
    const status = statusOf[code] ?? 500;
    return new Refusal(status, code, message, status === 401 ? { 'www-authenticate': 'Bearer realm="clambake"' } : {});
  }
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  BAD_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  LIMIT_EXCEEDED: 413,
  DATABASE_UNAVAILABLE: 503,
};
