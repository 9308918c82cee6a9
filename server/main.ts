import manifest from '../package.json' with { type: 'json' };
import { human } from './address.ts';
import { sweepLine } from './blocker/queue.ts';
import { lapseBlockers } from './blocker/service.ts';
import type { Config } from './config.ts';
import type { Context, Viewer } from './context.ts';
import { connectDatabase } from './database/connect.ts';
import { assertSafeBinding } from './front/host.ts';
import { answerHook } from './hook/hook.ts';
import { type Front, listen } from './http.ts';
import { authenticate } from './instance/authenticate.ts';
import { hashToken } from './instance/token.ts';
import { createLogger, type Logger } from './logger.ts';
import { removeRunningFile, writeRunningFile } from './running-file.ts';
import { schema } from './schema.ts';
import { masked } from './secret/mask.ts';
import { ensureToken, tokenPath } from './token-file.ts';
import { wire } from './wire.ts';

/** A server that runs. */
export interface Running {
  /** Its address for programs on the same machine, without a path. */
  url: string;
  /** Which database it uses, for people. */
  databaseDescription: string;
  /** Where its token is, for people. */
  tokenDescription: string;
  /** Stops it in good order: requests finish, subscribers are told to come back, the embedded Postgres stops. */
  close(): Promise<void>;
  /** Settles once it has stopped, for whatever reason. */
  closed: Promise<void>;
}

/** Milliseconds between two looks for blockers and waiters that are over. */
const lapseInterval = 15_000;

/**
 * Starts a server.
 * @param log where it logs; standard error unless given
 * @param signal gives the start up; it does nothing to a server that runs
 * @throws ConfigError, DatabaseError with one message that says what is wrong and how to mend it, or the signal's reason;
 *   nothing is left running
 */
export async function serve(
  config: Config,
  log: Logger = createLogger(config.logLevel),
  signal?: AbortSignal,
): Promise<Running> {
  assertSafeBinding(config);
  const token = config.token ?? ensureToken(config.home);
  const operatorHash = hashToken(token);
  const connected = await connectDatabase(config, log, signal);
  const { database } = connected;
  const { services, health, quieten } = wire(config, token, connected, log);
  const closed = settler();
  let front: Front | undefined;
  try {
    signal?.throwIfAborted();
    const opened = await listen<Viewer>({
      schema,
      config,
      log,
      authenticate: (authorization) => authenticate(services, operatorHash, authorization),
      context: (viewer, abandoned): Context => ({ ...services, viewer, signal: abandoned }),
      hook: (viewer, event, input, abandoned) => answerHook({ ...services, viewer, signal: abandoned }, event, input),
      nameOf: (viewer) => (viewer.kind === 'instance' ? viewer.id : human),
      hide: (message) => masked(message, (text) => services.secrets.find(text)),
      async health() {
        await database.ping();
        return { version: manifest.version, database: 'reachable', ...health() };
      },
      shutdown: () => void close().catch((error: unknown) => log.error({ err: error }, 'stopping failed')),
      mayShutDown: ({ kind }) => kind === 'operator',
    });
    front = opened;
    const file = { pid: process.pid, url: opened.url };
    writeRunningFile(config.home, file);
    const clock = setInterval(() => {
      Promise.all([lapseBlockers(services), sweepLine(database.pool)]).catch((error: unknown) =>
        log.warn({ err: error }, 'what is over could not be ended'),
      );
    }, lapseInterval);

    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closing ??= (async () => {
        clearInterval(clock);
        // Who waits in line would else be waited for.
        services.freed.close();
        await opened.close();
        await quieten();
        await connected.close();
        removeRunningFile(config.home, file);
        log.info('stopped');
      })().finally(closed.settle);
      return closing;
    };
    log.info({ url: opened.url, database: connected.description }, 'listening');
    return {
      url: opened.url,
      databaseDescription: connected.description,
      tokenDescription: config.token === undefined ? `in ${tokenPath(config.home)}` : 'from CLAMBAKE_TOKEN',
      close,
      closed: closed.promise,
    };
  } catch (error) {
    await front?.close();
    await quieten();
    await connected.close();
    throw error;
  }
}

function settler(): { promise: Promise<void>; settle: () => void } {
  let settle = () => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
