import { readConfig } from '../../server/config.ts';
import { visibleLine } from '../../server/visible.ts';
import { ask } from '../client/client.ts';
import { patiently } from '../during/patience.ts';
import { Actor } from '../identity/acting.ts';
import type { Globals } from '../line/table.ts';
import { complain } from '../output/stream.ts';
import { Reach } from '../reach/reach.ts';

/** Milliseconds for which a server that has gone away is waited for. */
const longestAbsence = 30_000;

/** The server as an export or an import asks it: many times, while it may be restarted. */
export class Server {
  readonly #actor: Actor;
  readonly #reach: Reach;
  readonly #patience: number;
  #answered = false;

  private constructor(actor: Actor, reach: Reach, patience: number) {
    this.#actor = actor;
    this.#reach = reach;
    this.#patience = patience;
  }

  /**
   * Finds the server and who asks.
   * @param patience milliseconds for which a server that has gone away is waited for
   * @throws CliError
   */
  static async find(need: 'operator' | 'any', globals: Globals, patience = longestAbsence): Promise<Server> {
    const environment = process.env;
    const config = readConfig(environment);
    const reach = new Reach(config, globals.url, environment);
    const actor = await Actor.find(need, { config, reach, as: globals.as, cwd: process.cwd(), environment });
    return new Server(actor, reach, patience);
  }

  /** Where it is. */
  get url(): string {
    return this.#reach.url;
  }

  /** The project of whoever asks; undefined for the operator. */
  get project(): string | undefined {
    return this.#actor.session?.project;
  }

  /**
   * Asks. A server that has answered before is waited for.
   * @param document an operation that does no harm when it is asked twice
   * @returns the value of its one root field
   * @throws CliError; the reason of the signal
   */
  async ask<Result>(
    document: string,
    variables: Record<string, unknown>,
    signal: AbortSignal,
    mutation = false,
  ): Promise<Result> {
    const data = await patiently(
      () => {
        signal.throwIfAborted();
        // One that was stopped on purpose is waited for, not started again.
        return this.#actor.act(
          (url, token, vouch) => ask({ url, token, document, variables, mutation, repeatable: true, vouch }),
          !this.#answered,
        );
      },
      this.#answered ? Date.now() + this.#patience : 0,
      ({ message }) => complain(`clambake: ${visibleLine(message)} Waiting for it to come back.\n`),
      signal,
    );
    this.#answered = true;
    const [value] = Object.values(data);
    return value as Result;
  }
}
