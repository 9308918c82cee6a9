import type { Context } from '../context.ts';
import type { Queryable } from '../database/statement.ts';
import { type FoundSecret, logAllowed, refuseSecrets, type Texts } from '../secret/refuse.ts';

/** What looks like a secret in records that are imported: refused, or stored because whoever asks allows it, which the log says. */
export class AllowedSecrets {
  readonly #context: Context;
  readonly #allow: boolean;
  readonly #byLine = new Map<number, FoundSecret[]>();

  constructor(context: Context, allow: boolean) {
    this.#context = context;
    this.#allow = allow;
  }

  /**
   * Looks for secrets in the texts of the record of one line.
   * @throws ClambakeError SECRET_REFUSED; FORBIDDEN where it is allowed on a server that others share
   */
  look(line: number, texts: Texts): void {
    const found = refuseSecrets(this.#context, texts, this.#allow);
    if (found.length > 0) this.#byLine.set(line, found);
  }

  /** Looks for secrets in texts that nobody may allow one in: names of places. @throws ClambakeError SECRET_REFUSED */
  refuse(texts: Texts): void {
    refuseSecrets(this.#context, texts);
  }

  /** Says in the log what was allowed in memories, each with the lines it is made of. In the transaction that stores them. */
  async log(client: Queryable, memories: readonly { uid: string; lines: number[] }[]): Promise<void> {
    for (const { uid, lines } of memories) {
      const found = lines.flatMap((line) => this.#byLine.get(line) ?? []);
      await logAllowed(client, this.#context, `memory ${uid}, which was imported`, found);
    }
  }
}
