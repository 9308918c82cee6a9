import { ConfigError } from '../../server/config.ts';
import { CliError, ExitCode } from '../exit.ts';
import { Interrupted } from '../signals.ts';
import { json } from './json.ts';
import { complain } from './stream.ts';
import { visible } from './visible.ts';

/**
 * Tells on standard error what went wrong: a sentence, or with `--json` one object.
 * @returns the exit code
 */
export function report(error: unknown, asJson: boolean): number {
  const { exitCode, code, message, details } = understood(error);
  if (asJson) {
    complain(json({ error: { code, message, ...details } }, false));
    return exitCode;
  }
  const [first = '', ...rest] = visible(message).split('\n');
  complain([`clambake: ${first}`, ...rest.map((line) => `    ${line}`)].map((line) => `${line}\n`).join(''));
  return exitCode;
}

type Told = Pick<CliError, 'code' | 'message' | 'details'> & { exitCode: number };

function understood(error: unknown): Told {
  if (error instanceof CliError) return error;
  if (error instanceof Interrupted) {
    return { exitCode: error.exitCode, code: 'INTERRUPTED', message: error.message, details: {} };
  }
  if (error instanceof ConfigError) {
    return { exitCode: ExitCode.usage, code: 'BAD_CONFIGURATION', message: error.message, details: {} };
  }
  // Only `serve` loads the room of this class; the command line knows it by its name.
  if (error instanceof Error && error.name === 'DatabaseError') {
    return { exitCode: ExitCode.failed, code: 'DATABASE', message: error.message, details: {} };
  }
  // No mistake of the user's: a file that cannot be written, or a fault of Clambake's own. The stack says where.
  const system = error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
  const message = error instanceof Error ? ((system ? error.message : error.stack) ?? error.message) : String(error);
  return { exitCode: ExitCode.failed, code: 'UNEXPECTED', message, details: {} };
}
