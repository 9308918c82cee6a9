import { type DestinationStream, destination as fileDestination, type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

/**
 * A logger of JSON lines. What callers write (bodies, variables, documents) and tokens are never given to it; the fields they would
 * come in are removed all the same.
 *
 * pino runs here without transports: these start worker threads from files that a bundle does not have.
 * @param level least level that is logged
 * @param destination standard error unless given
 */
export function createLogger(
  level: Config['logLevel'],
  destination: DestinationStream = fileDestination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        // Without a text pino takes the error's own message, past the serializer.
        logMethod([first, ...rest], method) {
          const fields: unknown = first instanceof Error ? { err: first } : first;
          if (typeof fields === 'object' && fields !== null && rest.length === 0) method.call(this, fields, 'error');
          else Reflect.apply(method, this, [fields, ...rest]);
        },
      },
      serializers: { err: describeError, error: describeError },
      redact: {
        paths: [...secret, ...secret.map((name) => `*.${name}`), ...secret.map((name) => `*.*.${name}`)],
        remove: true,
      },
    },
    destination,
  );
}

const secret = ['authorization', 'token', 'headers', 'body', 'variables', 'query', 'connectionParams', 'password'];

/** What of an error goes to the log. */
interface ErrorDescription {
  name: string;
  code?: string;
  message: string;
  /** Where in the program, without the message that leads a stack. */
  stack?: string[];
  cause?: ErrorDescription;
}

/**
 * An error without the values it quotes. Postgres, Prisma and JSON.parse put the input at fault into their messages, in double
 * quotes, and into further properties; an error of graphql carries the whole document.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, message: scrub(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const inner = error.cause ?? ('originalError' in error ? error.originalError : undefined);
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(code ? { code } : {}),
    message: scrub(error.message),
    ...(stack?.length ? { stack: stack.map((line) => line.trim()) } : {}),
    ...(inner && depth < 3 ? { cause: describeError(inner, depth + 1) } : {}),
  };
}

function scrub(message: string): string {
  // Prisma leads with the call and its arguments; the last line says what went wrong.
  const [text = ''] = message.trim().split('\n').filter(Boolean).slice(-1);
  return text
    .replace(/"[^"]*("|$)/g, '"…"')
    .replace(/Bearer\s+\S+/gi, 'Bearer …')
    .slice(0, 300);
}
