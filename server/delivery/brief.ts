/** Milliseconds that something is kept: as long as the followers of a channel take to come for the same message. */
export const kept = 1000;

/**
 * What was made for one and serves all who ask for the same within a second. Longer would be a lie: a sender moves to another
 * project, a blocker ends.
 */
export class Brief {
  readonly #values = new Map<unknown, Promise<unknown>>();

  /**
   * @param key names what is made, with everything it depends on
   * @returns what `make` gives, or has given to whoever asked first; a failure is kept for nobody who asks later
   */
  share<Value>(key: unknown, make: () => Promise<Value>): Promise<Value> {
    const known = this.#values.get(key) as Promise<Value> | undefined;
    if (known) return known;
    const made = make();
    this.#values.set(key, made);
    const forget = (): void => void this.#values.delete(key);
    made.then(() => setTimeout(forget, kept).unref(), forget);
    return made;
  }
}
