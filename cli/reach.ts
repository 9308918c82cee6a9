import type { Config } from '../server/config.ts';
import { readToken, tokenPath } from '../server/token-file.ts';
import { type Address, findAddress } from './address.ts';
import { Unreachable } from './client.ts';
import { CliError, ExitCode } from './exit.ts';

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
   * Does something with the server. Where nothing listens at the address of this home's own server, starts one first.
   * @param start false: only where it runs already
   * @throws Unreachable where it cannot be reached or started, and whatever `action` throws
   */
  async use<Result>(action: (url: string) => Promise<Result>, start = true): Promise<Result> {
    try {
      return await action(this.url);
    } catch (error) {
      if (!(start && error instanceof Unreachable && error.refused && this.#mayStart)) throw error;
    }
    await this.#start();
    return action(this.url);
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
  }
}
