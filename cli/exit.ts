/** What the process answers to whoever ran it: the table of exit codes in the README. */
export const ExitCode = { done: 0, failed: 1, usage: 2, blocked: 3, notAllowed: 4, unreachable: 5 } as const;

/** One of the numbers in {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * Something the user has to know of, with the exit code that it ends in. The message says what is wrong, the value that
 * was given and what would be right; it may quote text of others and is made visible before it is printed.
 */
export class CliError extends Error {
  override name = 'CliError';
  readonly exitCode: ExitCode;
  /** The same for programs: an `extensions.code` of the server, or one of the command line's own such as `UNREACHABLE`. */
  readonly code: string;
  /** What else the server said in `extensions`, such as `suggestions`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(exitCode: ExitCode, code: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
    this.details = details;
  }
}

/** What was sent is more than the server takes at once, or whatever stands before it. Sent again it is again; parts of it may not be. */
export class TooLarge extends CliError {}

const exitCodes: Readonly<Record<string, ExitCode>> = {
  BLOCKED: ExitCode.blocked,
  CONFLICT: ExitCode.blocked,
  UNAUTHENTICATED: ExitCode.notAllowed,
  FORBIDDEN: ExitCode.notAllowed,
  NOT_REGISTERED: ExitCode.notAllowed,
};

/** The exit code for an `extensions.code` of the server; every code that says nothing else is a failed operation. */
export function exitCodeOf(code: string): ExitCode {
  return exitCodes[code] ?? ExitCode.failed;
}

/** Errors after which the same request may well succeed. */
const passing: ReadonlySet<string> = new Set([
  'DATABASE_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
  'LIMIT_EXCEEDED',
  'UNREACHABLE',
]);

/** Whether the same request may well succeed later, or has succeeded unseen. */
export const isPassing = (error: unknown): error is CliError =>
  error instanceof CliError && !(error instanceof TooLarge) && passing.has(error.code);
