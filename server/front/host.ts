import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config.ts';
import { ConfigError } from '../config.ts';

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];
const wildcards = ['0.0.0.0', '[::]'];

/** Whether this address can be reached from this machine only: 127.0.0.0/8, ::1 or `localhost`. */
export function isLoopback(address: string): boolean {
  const plain = address.toLowerCase().replace(/^\[|\]$/g, '');
  return plain === 'localhost' || plain === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(plain);
}

/**
 * What lets others than this machine reach the server, as a clause; null where nothing does.
 *
 * In a container it listens on 0.0.0.0, and cannot see how far its port is passed on. Further names are given where somebody passes
 * requests on, and that can be to anybody.
 */
export function sharedBy({ host, allowedHosts }: Pick<Config, 'host' | 'allowedHosts'>): string | null {
  if (!isLoopback(host)) return `others can reach it, as it listens on ${host} (CLAMBAKE_HOST)`;
  if (allowedHosts.length > 0) return 'others can reach it, as it answers to further names (CLAMBAKE_ALLOWED_HOSTS)';
  return null;
}

/** The address as it stands in a URL: IPv6 in its short form and in brackets. */
export function asUrlHost(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '');
  return isIPv6(plain) ? new URL(`http://[${plain}]`).hostname : plain;
}

/**
 * Refuses to offer the server to other machines under a token that nobody chose.
 * @throws ConfigError where `host` is not loopback and no token was given
 */
export function assertSafeBinding(config: Pick<Config, 'host' | 'token'>): void {
  if (isLoopback(config.host) || config.token !== undefined) return;
  throw new ConfigError(
    `CLAMBAKE_HOST is "${config.host}", which other machines can reach, and CLAMBAKE_TOKEN is not set: ` +
      'set CLAMBAKE_TOKEN to a secret of at least 16 characters, or CLAMBAKE_HOST to 127.0.0.1.',
  );
}

/**
 * Which authorities (`name:port` of a Host or Origin header) are this server's own.
 *
 * A page from elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding) and then talk to the server as if from
 * the same origin. Its Host header still says its own name: that is what this tells apart.
 */
export class OwnHosts {
  readonly #host: string;
  readonly #port: number;
  readonly #loopbackOnly: boolean;
  readonly #allowed: ReadonlySet<string>;

  /**
   * @param config `host` is what the server is bound to; a name in `allowedHosts` is accepted with any port, since proxies change it
   * @param port the port the server really listens on
   */
  constructor(config: Pick<Config, 'host' | 'allowedHosts'>, port: number) {
    this.#host = asUrlHost(config.host);
    this.#port = port;
    this.#loopbackOnly = isLoopback(config.host);
    this.#allowed = new Set(config.allowedHosts.map(asUrlHost));
  }

  /** Whether a Host header names this server. */
  isOwn(authority: string | undefined, defaultPort = 80): boolean {
    const [, name, port] = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?$/i.exec(authority ?? '') ?? [];
    if (name === undefined || (name.startsWith('[') && !isIPv6(name.slice(1, -1)))) return false;
    const host = asUrlHost(name);
    if (this.#allowed.has(host)) return true;
    if (Number(port ?? defaultPort) !== this.#port) return false;
    if (loopbackNames.includes(host)) return true;
    // Browsers take 0.0.0.0 for this machine, also when a foreign page asks.
    if (wildcards.includes(host)) return false;
    if (host === this.#host) return true;
    return !this.#loopbackOnly && ownAddresses().includes(host);
  }

  /** Whether an Origin header is one of the server's own pages. `null` (a sandbox, a file) is not. */
  isOwnOrigin(origin: string): boolean {
    const [, scheme, authority] = /^(https?):\/\/([^/]+)$/i.exec(origin) ?? [];
    return scheme !== undefined && this.isOwn(authority, scheme.toLowerCase() === 'https' ? 443 : 80);
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => asUrlHost(address));
}
