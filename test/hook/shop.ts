import { randomUUID } from 'node:crypto';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createTestHome, type TestHome } from '../support/home.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';
import { Hooks } from './support.ts';

interface Place {
  /** The name of the project, which is that of its repository. */
  project: string;
  repository: string;
  /** Sessions in it. */
  hooks: Hooks;
  /** An instance that works there too. */
  other: Agent;
}

/** A server for a test file, and for each test of it a git repository of its own. */
export class Shop {
  #server: TestServer | undefined;
  #home: TestHome | undefined;
  #place: Place | undefined;

  /** To be called where tests are defined. */
  constructor() {
    let places = 0;
    beforeAll(async () => {
      this.#server = await startTestServer();
      this.#home = await createTestHome();
    });
    beforeEach(async () => {
      places += 1;
      const project = `shop${places}`;
      const repository = join(await realpath(this.home), project);
      await mkdir(join(repository, '.git'), { recursive: true });
      await writeFile(join(repository, '.git', 'HEAD'), 'ref: refs/heads/main\n');
      await writeFile(join(repository, 'compose.yaml'), '');
      const other = await this.server.register(project, { directory: repository });
      this.#place = { project, repository, other, hooks: new Hooks(this.server, repository) };
    });
    afterAll(async () => {
      await this.#server?.close();
      await this.#home?.remove();
    });
  }

  get server(): TestServer {
    if (!this.#server) throw new Error('No test runs.');
    return this.#server;
  }

  /** The folder that the repositories lie in. */
  get home(): string {
    if (!this.#home) throw new Error('No test runs.');
    return this.#home.path;
  }

  get place(): Place {
    if (!this.#place) throw new Error('No test runs.');
    return this.#place;
  }

  /** Has an instance hold something, and the project hear of it. @returns the blocker's number */
  async hold(holder: Agent, resource: string, subject = 'Mine'): Promise<string> {
    const { sendMessage } = await holder.do<{ sendMessage: { message: { id: string } } }>(
      `mutation ($resource: String!, $subject: String!, $to: String!) {
        sendMessage(to: $to, type: BLOCKER, subject: $subject, resources: [$resource]) { message { id } }
      }`,
      { resource, subject, to: this.place.project },
    );
    return sendMessage.message.id;
  }

  async release(holder: Agent, id: string): Promise<void> {
    await holder.do('mutation ($id: ID!) { releaseBlocker(id: $id) { id } }', { id });
  }

  /** What Edit is given for a file of the repository. */
  edit(path: string): Record<string, string> {
    return { file_path: join(this.place.repository, path), old_string: 'a', new_string: 'b' };
  }
}

/** The id of a session that there has not been. */
export const newSession = (): string => `session-${randomUUID()}`;
