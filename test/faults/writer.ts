import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, type Member, passing, post } from './client.ts';
import type { Ledger } from './ledger.ts';

const sendMessage = `mutation ($to: String!, $subject: String!, $body: String!, $clientKey: String!) {
  sendMessage(to: $to, subject: $subject, body: $body, clientKey: $clientKey) { message { id } }
}`;

/** Milliseconds after which a writer gives a message up: longer than any fault lasts. */
const patience = 120_000;

/** Somebody who sends and, as the command line does, repeats each request under its key until it is acknowledged. */
export class Writer {
  readonly member: Member;
  readonly #ledger: Ledger;
  readonly #endpoints: () => Endpoint[];
  #turn = 0;

  /** @param endpoints where to send; the next one after a failure */
  constructor(member: Member, ledger: Ledger, endpoints: () => Endpoint[]) {
    this.member = member;
    this.#ledger = ledger;
    this.#endpoints = endpoints;
  }

  /**
   * Sends to one address after the other until told to stop; the message under way is finished first.
   * @param pause milliseconds between two messages, on average
   */
  async run(
    targets: string[],
    signal: AbortSignal,
    { pause = 0, bytes = 10, count = Number.POSITIVE_INFINITY } = {},
  ): Promise<void> {
    for (let n = 0; n < count && !signal.aborted; n += 1) {
      await this.send(targets[(n + this.#turn) % targets.length] ?? '@all', bytes);
      // A stop in the pause is seen by the loop.
      if (pause > 0) await sleep(pause * 2 * Math.random(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Sends one message. @returns its number, or undefined where it was refused for good */
  async send(to: string, bytes = 10): Promise<number | undefined> {
    const clientKey = randomUUID();
    const subject = `${this.member.id} ${clientKey}`;
    const ledger = this.#ledger;
    const variables = { to, subject, body: randomBytes(bytes).toString('base64').slice(0, bytes), clientKey };
    const begun = performance.now();
    ledger.begun.set(subject, begun);
    for (let attempt = 0; performance.now() - begun < patience; attempt += 1) {
      const endpoints = this.#endpoints();
      const endpoint = endpoints[this.#turn % endpoints.length];
      if (!endpoint) throw new Error('There is no server to send to.');
      const id = await this.#attempt(endpoint, to, subject, variables);
      if (id !== undefined) return id ?? undefined;
      this.#turn += 1;
      await sleep(Math.min(200, 10 * 2 ** attempt) * (0.5 + Math.random() / 2));
    }
    ledger.refused.push(`${subject} was not acknowledged within ${patience} ms`);
    return undefined;
  }

  /** @returns the number of the message, null where it is refused, undefined where another attempt may succeed */
  async #attempt(endpoint: Endpoint, to: string, subject: string, variables: Record<string, unknown>) {
    const ledger = this.#ledger;
    try {
      const { data, errors } = await post<{ sendMessage: { message: { id: string } } }>(endpoint, this.member.token, {
        query: sendMessage,
        variables,
      });
      if (data) {
        const id = Number(data.sendMessage.message.id);
        ledger.acknowledged.set(subject, { id, to, from: this.member.id, at: performance.now() });
        return id;
      }
      const [error] = errors;
      const code = error?.extensions.code ?? 'no error';
      if (!passing.has(code)) {
        ledger.refused.push(`${subject} to ${to}: ${code}, ${error?.message}`);
        return null;
      }
      ledger.pass(code, error?.message);
    } catch (error) {
      ledger.pass(error instanceof Error && 'code' in error ? String(error.code) : String(error));
    }
    return undefined;
  }
}
