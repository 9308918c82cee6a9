import { type Config, ConfigError } from '../../server/config.ts';
import { CliError, ExitCode } from '../exit.ts';
import { isAlive, readRunning } from './running.ts';

/** Where the server is. */
export interface Address {
  /** Without a slash at the end: `http://127.0.0.1:2526`. */
  url: string;
  /** Whether it is the server of this home, which may be started where it does not run. */
  own: boolean;
  /** Whether it was given, by `--url` or `CLAMBAKE_URL`. */
  given: boolean;
}

/**
 * Finds the server's address: `--url`, else `CLAMBAKE_URL`, else where this home's own server is or would be: by
 * `CLAMBAKE_HOST` and `CLAMBAKE_PORT` where these say it, else where it says itself that it runs.
 * @throws CliError (usage) or ConfigError where the address given is none
 */
export function findAddress(
  config: Pick<Config, 'home' | 'host' | 'port'>,
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
): Address {
  const running = readRunning(config.home);
  const chosen = config.port !== 0 && (environment.CLAMBAKE_PORT || environment.CLAMBAKE_HOST);
  const local = !chosen && running && isAlive(running.pid) ? running.url : localUrl(config.host, config.port);
  const named = given ?? (environment.CLAMBAKE_URL || undefined);
  if (named === undefined) return { url: local, own: true, given: false };

  const url = normalise(named);
  if (url !== undefined) return { url, own: url === local, given: true };
  const name = given === undefined ? 'CLAMBAKE_URL' : '--url';
  const message = `${name} is ${JSON.stringify(named)}: give the server's address, like http://127.0.0.1:2526.`;
  throw given === undefined ? new ConfigError(message) : new CliError(ExitCode.usage, 'BAD_URL', message);
}

/**
 * @returns the address as it is compared and stored: no slash or `/graphql` at the end, `localhost` as the address it
 * stands for (not over https, where the certificate is for the name); undefined where the text is no HTTP address or carries a password, query or fragment
 */
export function normalise(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) return undefined;
  if (url.protocol === 'http:' && url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url.origin + url.pathname.replace(/\/(graphql\/?)?$/, '');
}

/** Whether a server that runs on this home says that it is at this address. */
export function vouchesFor(home: string, url: string): boolean {
  const running = readRunning(home);
  return running !== undefined && isAlive(running.pid) && normalise(running.url) === normalise(url);
}

/** The address at which a client on this machine finds a server that listens on `host` and `port`. */
function localUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === 'localhost') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
