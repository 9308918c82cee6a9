import type { InstanceViewer } from '../context.ts';

/** Most tokens that are remembered; beyond it all are forgotten. */
const most = 10_000;

/**
 * Whose the tokens are that were looked up a moment ago, so that the calls of one who makes many cost a lookup a second and not one each.
 *
 * Only where no other server uses the database: every revocation goes through this one, which forgets all before it says that it is
 * done. The short time is for a revocation that was committed although its commit was never answered.
 */
export class TokenCache {
  readonly #forAtMost: number;
  readonly #known = new Map<string, { viewer: InstanceViewer; until: number }>();
  /** Goes up with each revocation. */
  #generation = 0;

  /** @param forAtMost milliseconds that an answer holds; 0 looks up each time */
  constructor(forAtMost: number) {
    this.#forAtMost = forAtMost;
  }

  /**
   * Whose a token is.
   * @param lookUp asks the database
   */
  async find(
    tokenHash: Buffer,
    lookUp: () => Promise<InstanceViewer | undefined>,
  ): Promise<InstanceViewer | undefined> {
    if (this.#forAtMost === 0) return lookUp();
    const key = tokenHash.toString('latin1');
    const known = this.#known.get(key);
    if (known && performance.now() < known.until) return known.viewer;
    const [generation, asked] = [this.#generation, performance.now()];
    const viewer = await lookUp();
    // What was revoked meanwhile may have been read before.
    if (!viewer || generation !== this.#generation) return viewer;
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(key, { viewer, until: asked + this.#forAtMost });
    return viewer;
  }

  /** A token was revoked, or says something else now. */
  forget(): void {
    this.#generation += 1;
    this.#known.clear();
  }
}
