/** What the writers of a run did, for whoever checks it. */
export class Ledger {
  /** Subject of every message that somebody began to send, and when (performance.now). */
  readonly begun = new Map<string, number>();
  /** Messages that a server has acknowledged, by their subject. */
  readonly acknowledged = new Map<string, { id: number; to: string; from: string; at: number }>();
  /** Errors that were no passing ones. */
  readonly refused: string[] = [];
  /** Passing errors by their code, to see how a fault showed. */
  readonly passed = new Map<string, number>();
  /** What the servers said to passing errors, in their words, counted. */
  readonly said = new Map<string, number>();

  /** Milliseconds that each acknowledged send took, all its attempts included. */
  get sendTimes(): number[] {
    return [...this.acknowledged].map(([subject, { at }]) => at - (this.begun.get(subject) ?? at));
  }

  pass(code: string, message?: string): void {
    this.passed.set(code, (this.passed.get(code) ?? 0) + 1);
    if (message !== undefined) this.said.set(message, (this.said.get(message) ?? 0) + 1);
  }
}
