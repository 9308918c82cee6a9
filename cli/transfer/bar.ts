/** Milliseconds after which a work counts as long. */
const quiet = 500;

/** Milliseconds between two drawings. */
const pause = 100;

const width = 30;

/**
 * A progress bar on standard error, where that is a terminal and the work takes long. (npm's cli-progress would bring five more
 * packages for these lines.)
 */
export class Bar {
  readonly #what: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #begun = Date.now();
  #drawnAt = 0;

  /** @param what in one or two words, for people */
  constructor(what: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#what = what;
    this.#stream = stream;
  }

  /** Shows how much is done; none where nobody looks. */
  update(done: number, total: number): void {
    const now = Date.now();
    if (this.#stream.isTTY !== true || now - this.#begun < quiet || now - this.#drawnAt < pause) return;
    this.#drawnAt = now;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const full = Math.round(share * width);
    const left = share > 0.02 ? `, ${lasting(((now - this.#begun) * (1 - share)) / share)} left` : '';
    const text = `${this.#what} [${'='.repeat(full)}${' '.repeat(width - full)}] ${Math.floor(share * 100)} %${left}`;
    this.#stream.write(`\r\u001b[K${text.slice(0, Math.max(1, (this.#stream.columns || 80) - 1))}`);
  }

  /** Takes it away, before something else is written. */
  clear(): void {
    if (this.#drawnAt > 0) this.#stream.write('\r\u001b[K');
    this.#drawnAt = 0;
  }
}

function lasting(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
