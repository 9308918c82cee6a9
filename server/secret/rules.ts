import { findSecrets, merge } from './find.ts';
import type { Finding } from './finding.ts';

/** What one server takes for secrets, and whether they may be stored all the same. */
export class SecretRules {
  readonly #token: string;
  /** What makes others than this machine read here, as a clause; null where nothing does. Then secrets may not be allowed. */
  readonly sharedBy: string | null;

  /** @param token the server's access token, which whoever set it may have made of anything */
  constructor(token: string, sharedBy: string | null) {
    this.#token = token;
    this.sharedBy = sharedBy;
  }

  /** As {@link findSecrets}; the server's own token is known besides. */
  find(text: string): Finding[] {
    const own: Finding[] = [];
    for (let at = text.indexOf(this.#token); at >= 0; at = text.indexOf(this.#token, at + this.#token.length)) {
      own.push({ kind: 'the access token of this server', start: at, end: at + this.#token.length, kept: 0 });
    }
    return own.length === 0 ? findSecrets(text) : merge([...own, ...findSecrets(text)]);
  }
}
