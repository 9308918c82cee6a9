import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { createTestHome, type TestHome } from '../support/home.ts';
import { program, type Said, type Started, type Surroundings, start } from '../support/program.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** A server on a database of its own, and the built program that talks to it as the operator. */
export class Place {
  readonly server: TestServer;
  readonly #home: TestHome;
  readonly env: Record<string, string>;

  private constructor(server: TestServer, home: TestHome) {
    this.server = server;
    this.#home = home;
    this.env = {
      CLAMBAKE_HOME: join(home.path, 'home'),
      CLAMBAKE_URL: server.url,
      CLAMBAKE_TOKEN: server.operator.token,
      CLAMBAKE_AUTOSTART: '0',
    };
  }

  static async create(): Promise<Place> {
    const home = await createTestHome();
    await mkdir(join(home.path, 'home'));
    return new Place(await startTestServer(), home);
  }

  file(name: string): string {
    return join(this.#home.path, name);
  }

  async write(name: string, text: string | Uint8Array): Promise<string> {
    await writeFile(this.file(name), text);
    return this.file(name);
  }

  start(args: string[], more: Surroundings = {}): Started {
    return start([process.execPath, program, ...args], {
      cwd: this.#home.path,
      ...more,
      env: { ...this.env, ...more.env },
    });
  }

  run(args: string[], more: Surroundings = {}): Promise<Said> {
    return this.start(args, more).ended;
  }

  /** Everything there is, as an export says it. @throws Error where it fails */
  async export(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(['export', ...args]);
    if (code !== 0) throw new Error(`The export failed: ${stderr}`);
    return stdout;
  }

  read(name: string): Promise<string> {
    return readFile(this.file(name), 'utf8');
  }

  /** Runs a statement on its database. */
  async sql<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.server.database.url });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.#home.remove();
  }
}
