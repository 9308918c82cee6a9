import type pg from 'pg';
import type { Logger } from 'pino';
import { statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { signEvery } from './presence.ts';

/** How often the tokens in use are looked at, in milliseconds. */
const interval = 1000;

const stillStanding = statement<{ tokenHash: Buffer }, [tokenHashes: Buffer[]]>(
  'instance-tokens-standing',
  'SELECT token_hash AS "tokenHash" FROM clambake.instance WHERE token_hash = ANY($1::bytea[])',
);

const signsOfLife = statement<object, [tokenHashes: Buffer[], every: number]>(
  'instance-signs-of-life',
  `UPDATE clambake.instance SET last_seen_at = now()
   WHERE token_hash = ANY($1::bytea[]) AND last_seen_at < now() - $2::float8 * interval '1 millisecond'`,
);

interface InUse {
  instanceId: string;
  tokenHash: Buffer;
  controllers: Set<AbortController>;
}

/**
 * The tokens that subscriptions run on. Whoever is subscribed shows a sign of life with it; once a token is revoked, what
 * runs on it ends: at once where it was revoked on this server, within a second where it was on another. One statement a
 * second does it for all of them.
 */
export class LiveTokens {
  readonly #pool: pg.Pool;
  readonly #log: Logger;
  readonly #staleAfter: number;
  readonly #inUse = new Map<string, InUse>();
  readonly #clock: NodeJS.Timeout;
  #checking: Promise<void> | undefined;
  #again = false;

  constructor(pool: pg.Pool, log: Logger, staleAfter: number) {
    this.#pool = pool;
    this.#log = log;
    this.#staleAfter = staleAfter;
    this.#clock = setInterval(() => this.check(), interval);
    this.#clock.unref();
  }

  close(): void {
    clearInterval(this.#clock);
  }

  /**
   * Says that something runs on a token until the signal aborts.
   * @returns a signal that aborts when it is revoked, with the error to end with as its reason
   */
  use({ id: instanceId, tokenHash }: { id: string; tokenHash: Buffer }, until: AbortSignal): AbortSignal {
    const key = tokenHash.toString('hex');
    const inUse = this.#inUse.get(key) ?? { instanceId, tokenHash, controllers: new Set() };
    const controller = new AbortController();
    this.#inUse.set(key, inUse);
    inUse.controllers.add(controller);
    const done = (): void => {
      inUse.controllers.delete(controller);
      if (inUse.controllers.size === 0) this.#inUse.delete(key);
    };
    if (until.aborted) done();
    else until.addEventListener('abort', done, { once: true });
    return controller.signal;
  }

  /** Looks now: a token may just have been revoked. */
  check(): void {
    if (this.#checking) {
      // What is under way may have looked before.
      this.#again = true;
      return;
    }
    this.#checking = this.#look()
      .catch((error: unknown) => this.#log.debug({ err: error }, 'the tokens in use could not be read'))
      .finally(() => {
        this.#checking = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.check();
      });
  }

  async #look(): Promise<void> {
    if (this.#inUse.size === 0) return;
    const looked = [...this.#inUse.values()];
    const hashes = looked.map(({ tokenHash }) => tokenHash);
    const rows = await stillStanding(this.#pool, hashes);
    const standing = new Set(rows.map(({ tokenHash }) => tokenHash.toString('hex')));
    for (const { instanceId, tokenHash, controllers } of looked) {
      if (standing.has(tokenHash.toString('hex'))) continue;
      const revoked = new ClambakeError(
        'UNAUTHENTICATED',
        `The token of ${instanceId} was revoked: it has deregistered or registered again.`,
      );
      for (const controller of controllers) controller.abort(revoked);
    }
    await signsOfLife(this.#pool, hashes, signEvery(this.#staleAfter));
  }
}
