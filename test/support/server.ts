import { randomBytes } from 'node:crypto';
import { type Config, readConfig } from '../../server/config.ts';
import { createLogger, type Logger } from '../../server/logger.ts';
import { type Running, serve } from '../../server/main.ts';
import { createTestHome } from './home.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';

/** What came back of one operation. */
export interface Answer<Data> {
  data: Data | null | undefined;
  errors: { message: string; path?: (string | number)[]; extensions: { code: string; [name: string]: unknown } }[];
}

/** Somebody with a token. */
export class Caller {
  readonly url: string;
  readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /** Runs an operation and gives whatever came back. */
  async ask<Data = Record<string, never>>(
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<Answer<Data>> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await response.json()) as Partial<Answer<Data>>;
    return { data, errors };
  }

  /** Runs an operation that is expected to succeed. */
  async do<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
    const { data, errors } = await this.ask<Data>(query, variables);
    if (errors.length > 0 || !data) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
    return data;
  }

  /** Runs an operation that is expected to fail, and gives its one error. */
  async fail(query: string, variables: Record<string, unknown> = {}) {
    const { errors } = await this.ask(query, variables);
    const [error, ...more] = errors;
    if (!error || more.length > 0) throw new Error(`One error was expected: ${JSON.stringify(errors)}`);
    return { code: error.extensions.code, message: error.message, extensions: error.extensions };
  }
}

/** A registered instance. */
export class Agent extends Caller {
  readonly id: string;

  constructor(url: string, token: string, id: string) {
    super(url, token);
    this.id = id;
  }

  /** Sends a message and gives its number. */
  async send(to: string, subject: string, more: Record<string, unknown> = {}): Promise<string> {
    const { sendMessage } = await this.do<{ sendMessage: { message: { id: string } } }>(
      `mutation ($to: String!, $subject: String!, $type: MessageType! = INFO, $body: String! = "", $replyTo: ID, $expiresIn: Duration, $for: Duration) {
        sendMessage(to: $to, subject: $subject, type: $type, body: $body, replyTo: $replyTo, expiresIn: $expiresIn, for: $for) { message { id } }
      }`,
      { to, subject, ...more },
    );
    return sendMessage.message.id;
  }

  /** The subjects of its inbox, newest first. */
  async inbox(includeRead = false): Promise<string[]> {
    const { inbox } = await this.do<{ inbox: { nodes: { subject: string }[] } }>(
      'query ($includeRead: Boolean!) { inbox(first: 100, includeRead: $includeRead) { nodes { subject } } }',
      { includeRead },
    );
    return inbox.nodes.map(({ subject }) => subject);
  }

  /** Marks messages read and gives how many were not before. */
  async read(...ids: string[]): Promise<number> {
    const { markRead } = await this.do<{ markRead: { count: number } }>(
      'mutation ($ids: [ID!]!) { markRead(ids: $ids) { count } }',
      { ids },
    );
    return markRead.count;
  }

  /** Remembers something and gives its number. */
  async remember(type: string, title: string, more: Record<string, unknown> = {}): Promise<string> {
    const { remember } = await this.do<{ remember: { id: string } }>(
      `mutation ($type: MemoryType!, $title: String!, $content: String! = "as the title says", $global: Boolean! = false, $project: String,
        $tags: [String!], $files: [String!]) {
        remember(type: $type, title: $title, content: $content, global: $global, project: $project, tags: $tags, files: $files, force: true) { id }
      }`,
      { type, title, ...more },
    );
    return remember.id;
  }

  async leave(): Promise<void> {
    await this.do('mutation { deregister { id } }');
  }
}

/** A real server on a free port, over a database of its own. */
export class TestServer {
  readonly running: Running;
  readonly config: Config;
  readonly database: TestDatabase;
  readonly operator: Caller;
  readonly #end: () => Promise<void>;

  constructor(running: Running, config: Config, database: TestDatabase, end: () => Promise<void>) {
    this.running = running;
    this.config = config;
    this.database = database;
    this.operator = new Caller(running.url, config.token ?? '');
    this.#end = end;
  }

  get url(): string {
    return this.running.url;
  }

  /** Registers an instance. */
  async register(project: string, more: Record<string, unknown> = {}): Promise<Agent> {
    const { register } = await this.operator.do<{ register: { token: string; instance: { id: string } } }>(
      `mutation ($project: String!, $directory: String! = "/work", $model: String, $sessionKey: String) {
        register(project: $project, directory: $directory, model: $model, sessionKey: $sessionKey) { token instance { id } }
      }`,
      { project, ...more },
    );
    return new Agent(this.url, register.token, register.instance.id);
  }

  async close(): Promise<void> {
    await this.running.close();
    await this.#end();
  }
}

/**
 * Starts a server for one test file, on a database of its own.
 * @param log where it logs; nowhere unless given
 */
export async function startTestServer(settings: Partial<Config> = {}, log?: Logger): Promise<TestServer> {
  return startOn(await createTestDatabase(), settings, log);
}

/** Starts a second server on the database of another, which is closed after it. */
export function startReplica({ database, config }: TestServer): Promise<TestServer> {
  return startOn({ url: database.url, drop: async () => {} }, { token: config.token });
}

async function startOn(database: TestDatabase, settings: Partial<Config>, log?: Logger): Promise<TestServer> {
  const home = await createTestHome();
  const config: Config = {
    ...readConfig({
      CLAMBAKE_HOME: home.path,
      CLAMBAKE_PORT: '0',
      DATABASE_URL: database.url,
      CLAMBAKE_LOG_LEVEL: 'silent',
    }),
    token: randomBytes(24).toString('hex'),
    ...settings,
  };
  const running = await serve(config, log ?? createLogger(config.logLevel));
  return new TestServer(running, config, database, async () => {
    await database.drop();
    await home.remove();
  });
}
