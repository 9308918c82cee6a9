import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../server/config.ts';
import { readToken, tokenPath } from '../../server/token-file.ts';
import { nobodyAt, Unreachable } from '../client/client.ts';
import { CliError, ExitCode } from '../exit.ts';
import { type Address, findAddress, vouchesFor } from './address.ts';
import { healthOf } from './health.ts';

/** Milliseconds within which this home's own server, once it listens, says so in its home. */
const vouchTimeout = 2000;

/** The server a command talks to: where it is, how it is started when it is this home's own, and its access token. */
export class Reach {
  readonly #config: Config;
  readonly #environment: NodeJS.ProcessEnv;
  #address: Address;

  /** @throws CliError or ConfigError where the address given is none */
  constructor(config: Config, givenUrl: string | undefined, environment: NodeJS.ProcessEnv = process.env) {
    this.#config = config;
    this.#environment = environment;
    this.#address = findAddress(config, givenUrl, environment);
  }

  /** The server's address, without a path of its own. It changes when a server had to be started on a free port. */
  get url(): string {
    return this.#address.url;
  }

  /** Whether it is the server of this home. */
  get own(): boolean {
    return this.#address.own;
  }

  /**
   * Whether what answers is the server that was meant, and not another program that has taken its address: the address was
   * given, or this home's own server says that it is there.
   */
  get certain(): boolean {
    return this.#address.given || (this.own && vouchesFor(this.#config.home, this.url));
  }

  /**
   * Does something with the server, which may be to send it a token. Where nothing listens at the address of this home's own server, starts one first.
   * @param start false: only where it runs already
   * @throws Unreachable where it cannot be reached or started, or something else answers there, and whatever `action` throws
   */
  async use<Result>(action: (url: string) => Promise<Result>, start = true): Promise<Result> {
    try {
      await this.vouch();
      return await action(this.url);
    } catch (error) {
      if (!(start && error instanceof Unreachable && error.refused && this.#mayStart)) throw error;
    }
    await this.#start();
    return action(this.url);
  }

  /**
   * What is not known to be this home's own server gets none of its tokens. `CLAMBAKE_TOKEN` in the environment says that
   * they are for whatever answers, such as a server in a container.
   * @throws Unreachable where nothing answers, or something else
   */
  async vouch(): Promise<void> {
    if (!this.own || this.#config.token !== undefined) return;
    const { home } = this.#config;
    const deadline = Date.now() + vouchTimeout;
    while (!vouchesFor(home, this.url)) {
      // Port 0 stands for a free one: a server that listens has another.
      if (new URL(this.url).port === '0' || (await healthOf(this.url)) === 'refused') throw nobodyAt(this.url);
      if (Date.now() >= deadline) {
        throw new Unreachable(
          `Something else answers at ${this.url}, and it is not the server of ${home}: no token is sent to it. ` +
            'Set CLAMBAKE_PORT to another port for this home, or CLAMBAKE_URL and CLAMBAKE_TOKEN to those of the server that is meant.',
          false,
        );
      }
      await sleep(50);
    }
  }

  /**
   * The token of whoever runs the server: `CLAMBAKE_TOKEN`, else the one in this home. A server that has never run makes
   * it when it starts, so this home's own is started where there is none yet.
   * @throws CliError where there is none
   */
  async operatorToken(): Promise<string> {
    const known = this.#config.token ?? readToken(this.#config.home);
    if (known !== undefined) return known;
    if (this.#mayStart) {
      await this.#start();
      const made = readToken(this.#config.home);
      if (made !== undefined) return made;
    }
    throw new CliError(
      ExitCode.notAllowed,
      'UNAUTHENTICATED',
      `There is no access token for ${this.url}: CLAMBAKE_TOKEN is not set and ${tokenPath(this.#config.home)} does not exist. ` +
        'Set CLAMBAKE_TOKEN to what `clambake token` prints where the server runs, or start one here with `clambake serve`.',
    );
  }

  get #mayStart(): boolean {
    return this.own && this.#environment.CLAMBAKE_AUTOSTART !== '0';
  }

  async #start(): Promise<void> {
    const { ensureServer } = await import('./autostart.ts');
    const url = await ensureServer({ home: this.#config.home, url: this.url, environment: this.#environment });
    this.#address = { ...this.#address, url };
    await this.vouch();
  }
}
