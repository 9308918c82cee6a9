import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, readConfig } from '../../server/config.ts';
import { headersFor, unreachable } from '../client/client.ts';
import { send, TransportError } from '../client/http.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { json } from '../output/json.ts';
import { print } from '../output/stream.ts';
import { healthOf } from '../reach/health.ts';
import { Reach } from '../reach/reach.ts';
import { isAlive, parseObject, readRunning } from '../reach/running.ts';

/** Milliseconds that a server has to stop. */
const stopTimeout = 30_000;

/** `clambake stop`: ends the server of this home, or the one at `--url` or `CLAMBAKE_URL`, and waits until it is gone. */
export async function stop({ globals }: LocalInput): Promise<number> {
  const config = readConfig();
  // Never starts one to ask it for its token.
  const reach = new Reach(config, globals.url, { ...process.env, CLAMBAKE_AUTOSTART: '0' });
  const { url } = reach;
  const stopped = await stopServer(config, reach);
  await print(
    globals.json
      ? json({ url, stopped }, process.stdout.isTTY === true)
      : stopped
        ? `Stopped the server at ${url}.\n`
        : `No server is running at ${url}.\n`,
  );
  return ExitCode.done;
}

/** @returns whether there was one */
async function stopServer(config: Config, reach: Reach): Promise<boolean> {
  const { url } = reach;
  if ((await healthOf(url)) === 'refused') return false;
  const running = readRunning(config.home);
  const pid = running?.url === url ? running.pid : undefined;
  const token = await reach.operatorToken();
  await reach.use(() => askToStop(url, token));

  const deadline = Date.now() + stopTimeout;
  while (Date.now() < deadline) {
    if (pid !== undefined && !isAlive(pid)) return true;
    // Of a process that nobody has reaped the id lives on: what it took away behind itself tells.
    if (readRunning(config.home)?.pid !== pid || pid === undefined) {
      if ((await healthOf(url)) === 'refused') return true;
    }
    await sleep(50);
  }
  throw new CliError(
    ExitCode.failed,
    'STILL_RUNNING',
    `The server at ${url} has been asked to stop but still runs after ${stopTimeout / 1000} seconds` +
      `${pid === undefined ? '' : ` (process ${pid})`}. Its log says what it waits for.`,
  );
}

async function askToStop(url: string, token: string): Promise<void> {
  try {
    const { status, body } = await send({
      url: `${url}/shutdown`,
      method: 'POST',
      headers: headersFor(token),
      body: '',
      timeout: 10_000,
    });
    if (status >= 200 && status < 300) return;
    const [error] = (parseObject(body)?.errors ?? []) as { message?: unknown }[];
    const reason = typeof error?.message === 'string' ? error.message : `it answered with HTTP status ${status}.`;
    const refused = status === 401 || status === 403;
    throw new CliError(
      refused ? ExitCode.notAllowed : ExitCode.failed,
      refused ? 'FORBIDDEN' : 'FAILED',
      `The server at ${url} does not stop: ${reason}`,
    );
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    // It may be gone before its answer has arrived.
    if (!error.sent || error.code === 'ETIMEDOUT') throw unreachable(error, { url, mutation: false });
  }
}
