import type { Context } from '../context.ts';
import type { Queryable } from '../database/statement.ts';
import { type FoundSecret, logAllowed, refuseSecrets, type Texts } from '../secret/refuse.ts';

/** What looks like a secret in records that are imported: refused, or stored because whoever asks allows it, which the log says. */
export class AllowedSecrets {
  readonly #context: Context;
  readonly #allow: boolean;

  constructor(context: Context, allow: boolean) {
    this.#context = context;
    this.#allow = allow;
  }

  /**
   * Looks for secrets in the texts of a memory.
   * @returns what was found and is allowed, to be stored with the record, for {@link log}
   * @throws ClambakeError SECRET_REFUSED; FORBIDDEN where it is allowed on a server that others share
   */
  look(texts: Texts): FoundSecret[] {
    return refuseSecrets(this.#context, texts, this.#allow);
  }

  /** Looks for secrets in names of places, where nobody may allow one. @throws ClambakeError SECRET_REFUSED */
  refuse(texts: Texts): void {
    refuseSecrets(this.#context, texts);
  }

  /** Says in the log what was allowed in each memory. In the transaction that stores them. */
  async log(client: Queryable, memories: readonly { uid: string; allowed: FoundSecret[] }[]): Promise<void> {
    for (const { uid, allowed } of memories) {
      await logAllowed(client, this.#context, `memory ${uid}, which was imported`, allowed);
    }
  }
}
