import { relative } from 'node:path';
import { type Config, readConfig } from '../../server/config.ts';
import type { Running } from '../../server/main.ts';
import { readToken } from '../../server/token-file.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { json } from '../output/json.ts';
import { report } from '../output/report.ts';
import { print } from '../output/stream.ts';
import { type LogFile, openServerLog, serverLog } from '../reach/server-log.ts';
import { listenForSignals } from '../signals.ts';

/** `clambake serve`: runs the server in the foreground until it is told to stop, which it may be before it is up. */
export async function serve({ globals }: LocalInput): Promise<number> {
  const config = readConfig();
  // Until the process is gone: a signal that comes twice would else end in the midst of it a server that has stopped in good order.
  const { signal } = listenForSignals();
  // On a terminal the lines of the log would hide the few that are for people.
  const log = process.stderr.isTTY === true ? openServerLog(config.home) : undefined;
  const running = await start(config, signal, log);
  if (running === undefined) return ExitCode.done;
  const stopped = untilStopped(running, signal);
  const token = config.token ?? readToken(config.home);
  await print(
    globals.json
      ? json({ url: running.url, database: running.databaseDescription, token: running.tokenDescription }, false)
      : announcement(running, token, log && serverLog(config.home)),
  );
  return stopped;
}

/** Codes for why a server with the right settings cannot start, by the names of the errors. */
const failures: Readonly<Record<string, string>> = { DatabaseError: 'DATABASE_UNAVAILABLE', PortInUse: 'PORT_IN_USE' };

/**
 * @returns undefined where it was told to stop before it was up: nothing is left running
 * @throws CliError where the database or the port cannot be used, ConfigError where another setting cannot
 */
async function start(config: Config, signal: AbortSignal, log: LogFile | undefined): Promise<Running | undefined> {
  const [{ serve: startServer }, { createLogger }] = await Promise.all([
    import('../../server/main.ts'),
    import('../../server/logger.ts'),
  ]);
  return startServer(config, createLogger(config.logLevel, log), signal).catch((error: unknown) => {
    if (signal.aborted && error === signal.reason) return undefined;
    // Known by their names: the classes would bring the server's code into the command line.
    const code = error instanceof Error ? failures[error.name] : undefined;
    if (error instanceof Error && code !== undefined) throw new CliError(ExitCode.failed, code, error.message);
    throw error;
  });
}

/**
 * What is printed once the server listens. The token is part of the address only on a terminal, where it is for the eyes of
 * whoever started the server: a log would keep it.
 * @param log the file it logs to, where that is not standard error
 */
function announcement(running: Running, token: string | undefined, log: string | undefined): string {
  const shown = process.stdout.isTTY === true && token !== undefined;
  return [
    'Clambake is running.',
    `  GraphiQL  ${graphiqlUrl(running.url, shown ? token : undefined)}`,
    `  Database  ${running.databaseDescription}`,
    `  Token     ${running.tokenDescription}${shown ? '' : ' (`clambake token` prints it)'}`,
    ...(log === undefined ? [] : [`  Log       ${log}`]),
    `  Next      ${ownName()} register --project <name>`,
    '',
  ].join('\n');
}

/** @param token goes into the fragment, which browsers keep to themselves */
export function graphiqlUrl(url: string, token: string | undefined): string {
  return `${url}/graphql${token === undefined ? '' : `#token=${encodeURIComponent(token)}`}`;
}

/** How this program is called from where it was started: after `npm start` in a clone, nothing is on the path yet. */
function ownName(): string {
  const program = process.argv[1] ?? '';
  if (process.env.npm_lifecycle_event === undefined || program === '') return 'clambake';
  return `${program.endsWith('.ts') ? 'npx tsx' : 'node'} ${relative(process.cwd(), program)}`;
}

/** Waits until the server has stopped: by a signal, by `clambake stop`, or by itself. */
async function untilStopped(running: Running, signal: AbortSignal): Promise<number> {
  let exitCode: number = ExitCode.done;
  const close = (): void => {
    running.close().catch((error: unknown) => {
      exitCode = report(error, false);
    });
  };
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  await running.closed;
  // Why it did not stop in good order is told by then.
  await new Promise((resolve) => setImmediate(resolve));
  return exitCode;
}
