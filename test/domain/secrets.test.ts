import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../server/logger.ts';
import { drawn } from '../secret/made-up.ts';
import { type Agent, type Caller, startTestServer, type TestServer } from '../support/server.ts';
import { subscribe } from '../support/subscribe.ts';

const password = drawn(12);
const url = `postgresql://app:${password}@db/prod`;
const github = `ghp${'_'}${drawn(36)}`;

const lines: string[] = [];
let server: TestServer;
let ann: Agent;
beforeAll(async () => {
  server = await startTestServer({}, createLogger('debug', { write: (line) => void lines.push(line) }));
  ann = await server.register('vault');
});
afterAll(() => server.close());

const remember =
  'mutation ($type: MemoryType! = GOTCHA, $title: String! = "t", $content: String! = "c", $tags: [String!], $files: [String!], $project: String, $allowSecret: Boolean! = false, $clientKey: String) { remember(force: true, type: $type, title: $title, content: $content, tags: $tags, files: $files, project: $project, allowSecret: $allowSecret, clientKey: $clientKey) { id } }';
const update =
  'mutation ($id: ID!, $status: MemoryStatus, $title: String, $content: String, $tags: [String!], $files: [String!], $allowSecret: Boolean! = false) { updateMemory(id: $id, status: $status, title: $title, content: $content, tags: $tags, files: $files, allowSecret: $allowSecret) { id version } }';
const send =
  'mutation ($to: String! = "@all", $type: MessageType! = INFO, $subject: String! = "s", $body: String! = "", $resources: [String!], $replyTo: ID, $allowSecret: Boolean! = false) { sendMessage(to: $to, type: $type, subject: $subject, body: $body, resources: $resources, replyTo: $replyTo, allowSecret: $allowSecret) { message { id } endedBlocker { id } } }';
const log =
  'mutation ($action: LogAction! = FILE_MODIFIED, $summary: String! = "s", $files: [String!], $project: String, $allowSecret: Boolean! = false, $clientKey: String) { logAction(action: $action, summary: $summary, files: $files, project: $project, allowSecret: $allowSecret, clientKey: $clientKey) { id } }';
const register =
  'mutation ($project: String! = "vault", $directory: String! = "/work", $model: String) { register(project: $project, directory: $directory, model: $model) { token } }';
const heartbeat = 'mutation ($task: String!) { heartbeat(task: $task) { id } }';
const release = 'mutation ($id: ID!, $reason: String!) { releaseBlocker(id: $id, reason: $reason) { id } }';

const allowed = async (caller: Caller): Promise<{ from: string; summary: string }[]> =>
  (
    await caller.do<{ log: { nodes: { from: string; summary: string }[] } }>(
      '{ log(action: [SECRET_ALLOWED], first: 100) { nodes { from summary } } }',
    )
  ).log.nodes;

describe('a secret is refused', () => {
  it('with its place, its kind and the remedy, its value masked', async () => {
    const content = `Notes\nabout it\nThe URL is: ${url} (staging too)`;
    const { code, message, extensions } = await ann.fail(remember, { content });
    expect(code).toBe('SECRET_REFUSED');
    expect(message.split('\n')).toEqual([
      'Nothing was stored, as it holds what looks like a secret:',
      'content, line 3, column 30: a password in a URL: The URL is: postgresql://app:***@db/prod',
      'Leave it out and say where it is kept: the name of a variable, or of an entry in a password manager. If it may be known to all: --allow-secret (allowSecret: true), which the log will say.',
    ]);
    expect(extensions).toEqual({
      code: 'SECRET_REFUSED',
      findings: [{ argument: 'content', kind: 'a password in a URL', line: 3, column: 30 }],
    });
  });

  const refused: [operation: string, query: string, variables: Record<string, unknown>, places: string[]][] = [
    ['remember', remember, { title: `Key ${github}`, content: url }, ['title, line 1, column 5', 'content, line 1']],
    ['remember', remember, { tags: ['db', github] }, ['tags, entry 2, column 1: a GitHub token: ghp_***']],
    ['remember', remember, { files: ['a', 'b', url] }, ['files, entry 3, column 18']],
    ['remember', remember, { project: github }, ['project, line 1']],
    ['sendMessage', send, { subject: url }, ['subject, line 1, column 18']],
    [
      'sendMessage',
      send,
      { body: `\r\n\r\npassword=${password}` },
      ['body, line 3, column 10: a password: password=***'],
    ],
    [
      'sendMessage',
      send,
      { type: 'BLOCKER', resources: ['port:5432', `no:resource:${github}`, github] },
      ['resources, entry 2, column 13', 'resources, entry 3, column 1: a GitHub token: ghp_***'],
    ],
    ['logAction', log, { summary: url }, ['summary, line 1']],
    ['logAction', log, { files: [github] }, ['files, entry 1']],
    ['logAction', log, { project: github }, ['project, line 1']],
    ['heartbeat', heartbeat, { task: `Rotating ${github}` }, ['task, line 1, column 10']],
  ];
  it.each(refused)('by %s (%#)', async (_, query, variables, places) => {
    const { code, message } = await ann.fail(query, variables);
    expect(code).toBe('SECRET_REFUSED');
    for (const place of places) expect(message).toContain(place);
    expect(message.split('\n')).toHaveLength(places.length + 2);
    expect(message).not.toContain(github.slice(4));
    expect(message).not.toContain(password);
  });

  it('by register and by a release, which have no way around it', async () => {
    for (const variables of [{ directory: `/work?token=${github}` }, { model: github }, { project: github }]) {
      const { code, message } = await server.operator.fail(register, variables);
      expect(code).toBe('SECRET_REFUSED');
      expect(message).not.toContain('--allow-secret');
    }
    const id = await ann.send('@all', 'Mine', { type: 'BLOCKER' });
    expect(await server.operator.fail(release, { id, reason: url })).toMatchObject({ code: 'SECRET_REFUSED' });
    await ann.do(release, { id, reason: 'over' });
  });

  it('by updateMemory, in what is changed; what stands already may stay', async () => {
    const id = await ann.remember('GOTCHA', 'plain');
    for (const change of [{ title: github }, { content: url }, { tags: [github] }, { files: [url] }])
      expect(await ann.fail(update, { id, ...change })).toMatchObject({ code: 'SECRET_REFUSED' });
    await ann.do(update, { id, content: url, allowSecret: true });
    expect(await ann.do(update, { id, status: 'RESOLVED' })).toMatchObject({ updateMemory: { version: 3 } });
  });

  describe('by an import', () => {
    const importing =
      'mutation ($instances: [ImportedInstance!]! = [], $memories: [ImportedMemory!]! = []) { importMemories(instances: $instances, memories: $memories, links: []) { stored problems { line message } } }';
    const createdAt = '2026-01-01T00:00:00.000Z';
    const instance = { line: 1, id: 'calm-crane-0a0a', project: 'vault', directory: '/work', startedAt: createdAt };
    const revision = {
      line: 3,
      version: 1,
      title: 't',
      content: 'c',
      status: 'ACTIVE',
      tags: [],
      files: [],
      createdAt,
    };
    const memory = { line: 2, uid: randomUUID(), project: 'vault', type: 'FIX', createdAt, revisions: [revision] };
    const problems = async (given: object): Promise<{ line: number; message: string }[]> =>
      (
        await server.operator.do<{ importMemories: { problems: { line: number; message: string }[] } }>(
          importing,
          given as Record<string, unknown>,
        )
      ).importMemories.problems;

    it.each([
      ['directory', { instances: [{ ...instance, directory: `/work?token=${github}` }] }],
      ['model', { instances: [{ ...instance, model: github }] }],
      ['project', { instances: [{ ...instance, project: github }] }],
      ['project', { memories: [{ ...memory, project: `@${github}` }] }],
      ['tags', { memories: [{ ...memory, revisions: [{ ...revision, tags: ['a', 'a', github] }] }] }],
    ])('in the %s (%#)', async (name, given) => {
      const [{ message } = { message: '' }] = await problems(given);
      expect(message).toContain(`${name}, `);
      expect(message).toContain('a GitHub token: ');
      expect(message).not.toContain(github.slice(4));
      expect(await rowsWith(server.database.url, github)).toEqual([]);
    });

    it('once it keeps to the limits: what is too long is not looked through', async () => {
      const long = { ...memory, revisions: [{ ...revision, content: 'token=a1B2c3D4'.repeat(5000) }] };
      const [{ message } = { message: '' }] = await problems({ memories: [long] });
      expect(message).toBe('content has 70000 bytes: at most 65536 are stored.');
    });

    it('also where an id would be repeated in an error', async () => {
      for (const given of [{ instances: [{ ...instance, id: url }] }, { memories: [{ ...memory, uid: url }] }]) {
        const [{ message } = { message: '' }] = await problems(given);
        expect(message).toContain('postgresql://app:***@db/prod');
        expect(message).not.toContain(password);
      }
    });
  });

  it('ten at a time, with the number of the others', async () => {
    const { message, extensions } = await ann.fail(remember, { content: `${url}\n`.repeat(12) });
    expect(extensions.findings).toHaveLength(10);
    expect(message).toContain('content, line 10, column 18');
    expect(message).toContain('\n… and 2 more\n');
  });

  it.each([
    ['of a variable', 'query ($n: Int) { inbox(first: $n) { nodes { id } } }', { n: url }],
    ['in a list', 'query ($n: [MemoryType!]) { recall(type: $n) { nodes { id } } }', { n: ['FIX', url] }],
    ['of a time', 'query ($n: DateTime) { recall(asOf: $n) { nodes { id } } }', { n: url }],
    ['in the document', `{ inbox(first: "${url}") { nodes { id } } }`, {}],
    ['where a name would stand', `{ ${url} }`, {}],
    ['of an id', 'query ($n: ID!) { memory(id: $n) { id } }', { n: url }],
    ['in an object', 'query ($n: [MergedMemory!]!) { planMerge(memories: $n) { line } }', { n: [{ title: url }] }],
  ])('also where the value %s breaks a rule before it is looked at', async (_, query, variables) => {
    const { errors } = await ann.ask(query, variables);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain(password);
    const socket = subscribe(ann, query, variables);
    const failed: unknown = await socket.next().catch((error: unknown) => error);
    expect(JSON.stringify([failed, (failed as Error).message])).not.toContain(password);
    await socket.end();
  });

  it('on a WebSocket too', async () => {
    const mutation = subscribe(ann, send, { body: url });
    await expect(mutation.next()).rejects.toMatchObject({
      message: expect.stringContaining('body, line 1, column 18: a password in a URL: postgresql://app:***@db/prod'),
      extensions: { code: 'SECRET_REFUSED' },
    });
    await mutation.end();
  });

  it("where it is the server's own token, or an instance's", async () => {
    for (const token of [server.config.token ?? '', ann.token, (await server.register('other')).token]) {
      const { code, message } = await ann.fail(remember, { content: `the token: ${token}` });
      expect(code).toBe('SECRET_REFUSED');
      expect(message).not.toContain(token.slice(0, 8));
    }
  });

  it('and nothing of it is stored, told to watchers or logged', async () => {
    const watcher = subscribe<{ activity: { summary: string } }>(ann, 'subscription { activity { summary } }');
    const first = watcher.next();
    // The subscription is there once it hears something.
    const beat = setInterval(() => void ann.do(log, { summary: 'still here' }).catch(() => {}), 50);
    expect(await first).toEqual({ activity: { summary: 'still here' } });
    clearInterval(beat);
    for (const [, query, variables] of refused) await ann.fail(query, variables);
    await ann.do(log, { summary: 'the last' });
    for (let summary = ''; summary !== 'the last'; ) {
      summary = (await watcher.next()).activity.summary;
      expect(['still here', 'the last']).toContain(summary);
    }
    await watcher.end();
    expect(lines.join('')).toContain('SECRET_REFUSED');
    for (const value of [password, github.slice(4)]) expect(lines.join('')).not.toContain(value);
    expect(await rowsWith(server.database.url, github)).toEqual([]);
  });

  it('while connection strings and endpoints without one are stored', async () => {
    for (const content of ['postgresql://app@db:5432/prod', 'postgres://user:$PGPASSWORD@host/db', 'password: ask Tim'])
      await ann.do(
        'mutation ($content: String!) { remember(type: CREDENTIAL, global: true, title: "db", content: $content) { id } }',
        { content },
      );
  });
});

describe('on a server of this machine a secret may be allowed', () => {
  it('and the log says who allowed what, and where, never the value', async () => {
    const before = (await allowed(ann)).length;
    const { remember: memory } = await ann.do<{ remember: { id: string } }>(remember, {
      content: url,
      allowSecret: true,
    });
    await ann.do(update, { id: memory.id, tags: ['db', github], allowSecret: true });
    const { sendMessage: info } = await ann.do<Sent>(send, { body: url, allowSecret: true });
    const { sendMessage: blocker } = await ann.do<Sent>(send, {
      ...{ type: 'BLOCKER', subject: url, resources: [`vault:${github}`], allowSecret: true },
    });
    const { sendMessage: done } = await ann.do<Sent>(send, {
      ...{ type: 'DONE', replyTo: blocker.message.id, body: url, allowSecret: true },
    });
    expect(done.endedBlocker).toEqual({ id: blocker.message.id });
    const { logAction: entry } = await server.operator.do<{ logAction: { id: string } }>(log, {
      summary: url,
      allowSecret: true,
    });
    const entries = (await allowed(ann)).slice(0, -before || undefined);
    expect(entries.reverse()).toEqual([
      {
        from: ann.id,
        summary: `${ann.id} allowed in memory #${memory.id}: a password in a URL (content, line 1, column 18).`,
      },
      { from: ann.id, summary: `${ann.id} allowed in memory #${memory.id}: a GitHub token (tags, entry 2, column 1).` },
      {
        from: ann.id,
        summary: `${ann.id} allowed in message #${info.message.id}: a password in a URL (body, line 1, column 18).`,
      },
      {
        from: ann.id,
        summary: `${ann.id} allowed in message #${blocker.message.id}: a password in a URL (subject, line 1, column 18); a GitHub token (resources, entry 1, column 7).`,
      },
      {
        from: ann.id,
        summary: `${ann.id} allowed in message #${done.message.id}: a password in a URL (body, line 1, column 18).`,
      },
      {
        from: 'human',
        summary: `human allowed in log entry #${entry.id}: a password in a URL (summary, line 1, column 18).`,
      },
    ]);
    expect(await ann.do('query ($id: ID!) { memory(id: $id) { content tags } }', { id: memory.id })).toEqual({
      memory: { content: url, tags: ['db', github] },
    });
    expect(lines.join('')).not.toContain(password);
  });

  it('once for a request that is made again, and not where nothing was found or stored', async () => {
    const before = (await allowed(ann)).length;
    await ann.do(remember, { content: 'no secret', allowSecret: true });
    await ann.fail(send, { to: 'nobody-like-0000', body: url, allowSecret: true });
    await ann.fail(update, { id: '999999', content: url, allowSecret: true });
    expect(await allowed(ann)).toHaveLength(before);
    const variables = { content: url, allowSecret: true, clientKey: 'once' };
    expect(await ann.do(remember, variables)).toEqual(await ann.do(remember, variables));
    const logged = { summary: url, allowSecret: true, clientKey: 'once' };
    expect(await ann.do(log, logged)).toEqual(await ann.do(log, logged));
    expect(await allowed(ann)).toHaveLength(before + 2);
  });
});

describe('on a server that others can reach nobody can allow one', () => {
  it.each([
    ['as it listens on 0.0.0.0 (CLAMBAKE_HOST)', { host: '0.0.0.0' }],
    ['as it answers to further names (CLAMBAKE_ALLOWED_HOSTS)', { allowedHosts: ['clambake.example'] }],
    // As in docker-compose.yml.
    ['as it listens on 0.0.0.0 (CLAMBAKE_HOST)', { host: '0.0.0.0', allowedHosts: ['localhost', '127.0.0.1'] }],
  ])('%s', async (why, settings) => {
    const shared = await startTestServer(settings);
    try {
      const ben = await shared.register('team');
      for (const caller of [ben, shared.operator]) {
        for (const [query, variables] of [
          [remember, { content: url, project: 'team' }],
          [send, { body: url }],
          [log, { summary: url }],
        ] as const) {
          const { code, message, extensions } = await caller.fail(query, { ...variables, allowSecret: true });
          expect(code).toBe('FORBIDDEN');
          expect(message).toContain(`Secrets cannot be allowed on this server: others can reach it, ${why}.`);
          expect(message).toContain('postgresql://app:***@db/prod');
          expect(message).not.toContain(password);
          expect(extensions.findings).toHaveLength(1);
          const refused = await caller.fail(query, variables);
          expect(refused.code).toBe('SECRET_REFUSED');
          expect(refused.message).not.toContain('--allow-secret');
        }
      }
      const id = await ben.remember('GOTCHA', 'plain');
      expect(await ben.fail(update, { id, content: url, allowSecret: true })).toMatchObject({ code: 'FORBIDDEN' });
      await ben.do(update, { id, content: 'no secret', allowSecret: true });
      expect(await allowed(ben)).toEqual([]);
    } finally {
      await shared.close();
    }
  });
});

/** Every row of every table that has a text in it. */
async function rowsWith(connectionString: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'clambake'`,
    );
    expect(tables.rows.length).toBeGreaterThan(10);
    const found: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT '${name}' || row::text AS row FROM ${name} AS row WHERE strpos(row::text, $1) > 0`,
        [text],
      );
      found.push(...rows.map(({ row }) => row));
    }
    return found;
  } finally {
    await client.end();
  }
}

interface Sent {
  sendMessage: { message: { id: string }; endedBlocker: { id: string } | null };
}
