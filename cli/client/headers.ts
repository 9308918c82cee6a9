/**
 * As much of the Fetch API's `Headers` as graphql-request uses. The bundle takes it in place of the built-in one
 * (esbuild's `inject`), whose first use loads the whole built-in fetch: 35-45 ms of a command's time.
 */
class PlainHeaders {
  readonly #values = new Map<string, string>();

  constructor(init: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(init)) this.set(name, value);
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value);
  }

  forEach(callback: (value: string, name: string) => void): void {
    for (const [name, value] of this.#values) callback(value, name);
  }
}

export { PlainHeaders as Headers };
