import { visible } from '../../server/visible.ts';
import { CliError, ExitCode } from '../exit.ts';
import { Interrupted } from '../signals.ts';
import { json } from './json.ts';
import { complain } from './stream.ts';

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

/** Errors that are known by their names: the server, which `serve` loads, has classes of its own. */
const named = new Map<string, Pick<Told, 'exitCode' | 'code'>>([
  ['ConfigError', { exitCode: ExitCode.usage, code: 'BAD_CONFIGURATION' }],
  ['DatabaseError', { exitCode: ExitCode.failed, code: 'DATABASE' }],
]);

function understood(error: unknown): Told {
  if (error instanceof CliError) return error;
  if (error instanceof Interrupted) {
    return { exitCode: error.exitCode, code: 'INTERRUPTED', message: error.message, details: {} };
  }
  const known = error instanceof Error && named.get(error.name);
  if (known) return { ...known, message: error.message, details: {} };
  // No mistake of the user's: a file that cannot be written, or a fault of Clambake's own. The stack says where.
  const system = error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
  const message = error instanceof Error ? ((system ? error.message : error.stack) ?? error.message) : String(error);
  return { exitCode: ExitCode.failed, code: 'UNEXPECTED', message, details: {} };
}
