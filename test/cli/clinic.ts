import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Check } from '../../cli/doctor/check.ts';
import { createTestHome, type TestHome } from '../support/home.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { cli, type Said } from './process.ts';

/** What the doctor found. */
export interface Seen {
  code: number | null;
  ok: boolean;
  links: Record<string, Omit<Check, 'link'>>;
}

/** A server for a test file, and for each test of it a home, a folder to work in, and a folder for Claude Code. */
export class Clinic {
  #server: TestServer | undefined;
  #place: TestHome | undefined;

  /** To be called where tests are defined. */
  constructor() {
    beforeAll(async () => {
      this.#server = await startTestServer();
    });
    afterAll(() => this.#server?.close());
    beforeEach(async () => {
      this.#place = await createTestHome();
      await Promise.all([mkdir(this.home), mkdir(this.work)]);
    });
    afterEach(() => this.#place?.remove());
  }

  get server(): TestServer {
    if (!this.#server) throw new Error('No test runs.');
    return this.#server;
  }

  get place(): TestHome {
    if (!this.#place) throw new Error('No test runs.');
    return this.#place;
  }

  get token(): string {
    return this.server.config.token ?? '';
  }

  get home(): string {
    return join(this.place.path, 'home');
  }

  get work(): string {
    return join(this.place.path, 'work');
  }

  run(args: string[], more: Record<string, string> = {}): Promise<Said> {
    const env = {
      ...{ CLAMBAKE_HOME: this.home, CLAMBAKE_URL: this.server.url, CLAMBAKE_TOKEN: this.token },
      ...{ CLAMBAKE_SESSION: 'a key', CLAUDE_CONFIG_DIR: join(this.place.path, 'claude') },
    };
    return cli(args, { ...env, ...more }, this.work);
  }

  /** What the doctor finds, by links. */
  async examine(more: Record<string, string> = {}, args: string[] = []): Promise<Seen> {
    const { code, stdout, stderr } = await this.run(['doctor', '--json', ...args], more);
    expect(stderr).toBe('');
    expect(stdout).not.toContain(more.CLAMBAKE_TOKEN || this.token);
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
    expect(code).toBe(ok ? 0 : 1);
    return { code, ok, links: Object.fromEntries(checks.map(({ link, ...found }) => [link, found])) };
  }
}

/** A finding whose text has all of this in it, and that says what to do where something is wrong. */
export const failed = (...words: string[]): unknown => ({
  state: 'fail',
  text: expect.stringMatching(
    new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'), 's'),
  ),
  mend: expect.any(String),
});

export async function put(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
}
