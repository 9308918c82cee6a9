import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../server/logger.ts';
import { instructions } from '../../server/mcp/server.ts';
import { bytesPerToken } from '../../server/recall/tokens.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';
import { rawRequest } from './support.ts';

let server: TestServer;
let one: Agent;
let two: Agent;
const log: string[] = [];
beforeAll(async () => {
  server = await startTestServer({}, createLogger('debug', { write: (line) => void log.push(line) }));
});
beforeEach(async () => {
  [one, two] = [await server.register('doc-db-v2'), await server.register('doc-db-v2')];
});
afterAll(() => server.close());

const few = ['guard', 'inbox', 'read', 'recall', 'remember', 'send'];

const connected: Client[] = [];
/** The SDK's own client with a token; of the revision of 2025 where nothing is said. */
async function connect(token: string, search = '', mode: 'legacy' | 'auto' = 'legacy'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp${search}`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  connected.push(client);
  return client;
}
afterAll(() => Promise.all(connected.map((client) => client.close())));

/** What a tool says, and whether that is an error. */
async function call(client: Client, name: string, given: Record<string, unknown> = {}) {
  const { content, isError } = await client.callTool({ name, arguments: given });
  const [first, ...more] = content;
  if (first?.type !== 'text' || more.length > 0) throw new Error(`One text was expected: ${JSON.stringify(content)}`);
  return { text: first.text, isError: isError === true };
}

/** The result of a tool that succeeds. */
async function give<Result>(client: Client, name: string, given: Record<string, unknown> = {}): Promise<Result> {
  const { text, isError } = await call(client, name, given);
  if (isError) throw new Error(text);
  return JSON.parse(text) as Result;
}

function post(body: string, headers: Record<string, string> = {}, path = '/mcp'): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${one.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  });
}

const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const messageOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { errors: { message: string }[] }).errors[0]?.message ?? '';

describe.each(['legacy', 'auto'] as const)('a client that negotiates as %s', (mode) => {
  test('is told what this is, and offered the few tools', async () => {
    const client = await connect(one.token, '', mode);
    expect(client.getProtocolEra()).toBe(mode === 'legacy' ? 'legacy' : 'modern');
    expect(client.getInstructions()).toBe(instructions);
    expect(client.getServerVersion()).toMatchObject({ name: 'clambake' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(few);
  });

  test('sends as the instance whose token it has, and the other finds that in its inbox', async () => {
    const sent = await give<{ message: { id: string; from: string } }>(await connect(one.token, '', mode), 'send', {
      to: two.id,
      subject: 'Over MCP',
      type: 'request',
    });
    expect(sent.message.from).toBe(one.id);
    const inbox = await give<{ nodes: { subject: string; type: string }[] }>(
      await connect(two.token, '', mode),
      'inbox',
      { type: ['request'] },
    );
    expect(inbox.nodes).toMatchObject([{ subject: 'Over MCP', type: 'REQUEST', from: one.id }]);
  });

  test('reads resources', async () => {
    const client = await connect(one.token, '', mode);
    await one.remember('GOTCHA', `Found by reading (${mode})`, { project: 'doc-db-v2' });
    const { resources } = await client.listResources();
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resources.map(({ uri }) => uri)).toEqual(['clambake://blockers']);
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['clambake://project/{name}/memory']);
    await give(client, 'send', { to: '@all', type: 'blocker', subject: `Held (${mode})`, resource: [`port:1${mode}`] });
    const read = async (uri: string): Promise<string> => {
      const [content] = (await client.readResource({ uri })).contents;
      return content && 'text' in content ? content.text : '';
    };
    expect(await read('clambake://blockers')).toContain(`port:1${mode}`);
    const memory = await read('clambake://project/doc-db-v2/memory');
    expect(memory).toContain(`Found by reading (${mode})`);
    expect(Buffer.byteLength(memory)).toBeLessThan(4 * 2000 * bytesPerToken);
    await expect(read('clambake://nothing')).rejects.toThrow(/not found/i);
    await expect(read('clambake://project/%E0/memory')).rejects.toThrow(/not found/i);
    await expect(read('clambake://project/never-heard-of/memory')).rejects.toThrow(/never-heard-of/);
  });
});

describe('what every session pays for', () => {
  test('is less than 1500 tokens, and the instructions less than 400 bytes', async () => {
    const { tools } = await (await connect(one.token)).listTools();
    const bytes = Buffer.byteLength(JSON.stringify({ tools })) + Buffer.byteLength(instructions);
    console.log(`${bytes} bytes, of which the instructions ${Buffer.byteLength(instructions)}`);
    expect(bytes).toBeLessThan(1500 * bytesPerToken);
    expect(Buffer.byteLength(instructions)).toBeLessThan(400);
  });

  test('says which tools only read, and which destroy', async () => {
    const { tools } = await (await connect(one.token, '?tools=all')).listTools();
    const hints = new Map(tools.map(({ name, annotations }) => [name, annotations]));
    for (const name of ['inbox', 'recall', 'guard', 'status']) expect(hints.get(name)?.readOnlyHint, name).toBe(true);
    for (const name of ['send', 'remember', 'read'])
      expect(hints.get(name), name).toMatchObject({ destructiveHint: false });
    expect(hints.get('read')?.idempotentHint).toBe(true);
    expect(hints.get('send')?.idempotentHint).toBeUndefined();
    // What the protocol takes every tool for that says nothing.
    expect(hints.get('unlink')).toEqual({});
  });

  test('is more where all is asked for: no subscription, and nothing of the operator', async () => {
    const { tools } = await (await connect(one.token, '?tools=all')).listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...few, 'status', 'update-memory', 'release', 'whoami']));
    for (const name of ['watch', 'activity', 'register', 'deregister', 'cleanup']) expect(names).not.toContain(name);
    for (const { name, description, inputSchema } of tools) {
      expect(description, name).toBeTruthy();
      expect(JSON.stringify(inputSchema), name).not.toMatch(/clientKey|allowSecret/);
    }
    const refused = await post(list, {}, '/mcp?tools=some');
    expect(refused.status).toBe(400);
    expect(await messageOf(refused)).toContain('"some"');
  });
});

describe('a tool', () => {
  test('guard says unmistakably what others hold, and shortly that nobody does', async () => {
    const client = await connect(two.token);
    expect((await call(client, 'guard', { resources: ['port:5432'] })).text).toBe(
      '{"clear":true,"resources":["port:5432"]}',
    );
    await give(await connect(one.token), 'send', {
      to: '@all',
      type: 'blocker',
      subject: 'Restarting it',
      resource: ['port:5432'],
      for: '5m',
    });
    const { text, isError } = await call(client, 'guard', { resources: ['port:5432'] });
    expect(isError).toBe(false);
    expect(text).toMatch(new RegExp(`^HELD by others: "port:5432" \\(${one.id}\\)\\. Do not touch it`));
    expect(text).toContain('"clear":false');
    const taken = await call(client, 'send', { to: '@all', type: 'blocker', subject: 'Me', resource: ['port:5432'] });
    expect(taken).toMatchObject({ isError: true, text: expect.stringMatching(/^BLOCKED: /) });
    expect(taken.text).toContain(one.id);
  });

  test('remember stores, recall finds it within 2000 tokens, and what is known is refused with its number', async () => {
    const client = await connect(one.token);
    const given = { type: 'gotcha', title: 'JMAP null filter', content: 'Omit the key.', tags: ['jmap'] };
    const { id } = await give<{ id: string }>(client, 'remember', given);
    const again = await call(client, 'remember', given);
    expect(again).toMatchObject({ isError: true, text: expect.stringMatching(/^CONFLICT: /) });
    expect(again.text).toContain(id);
    for (let number = 0; number < 6; number += 1) {
      await one.remember('GOTCHA', `Long story number ${number}`, { content: `Story ${number}. `.repeat(300) });
    }
    const { text } = await call(client, 'recall', { search: 'null filter' });
    expect(JSON.parse(text)).toMatchObject({ nodes: [{ id, type: 'GOTCHA', from: one.id, tags: ['jmap'] }] });
    expect(text).not.toMatch(/null,|cursor|hasNextPage/i);
    expect(Buffer.byteLength((await call(client, 'recall')).text)).toBeLessThan(2 * 2000 * bytesPerToken);
  });

  test('takes enums as people write them, and says what is wrong as GraphQL does', async () => {
    const client = await connect(one.token);
    const wrong = async (name: string, given: Record<string, unknown>): Promise<string> => {
      const { text, isError } = await call(client, name, given);
      expect(isError, text).toBe(true);
      return text;
    };
    expect(await wrong('send', { to: '@all', subject: 'x', type: 'shout' })).toMatch(/^BAD_INPUT: .*SHOUT/);
    expect(await wrong('send', { to: 'doc-db', subject: 'x' })).toMatch(/^UNKNOWN_RECIPIENT: .*doc-db-v2/);
    expect(await wrong('send', { subject: 'x' })).toMatch(/^BAD_INPUT: .*\$to/);
    expect(await wrong('send', { to: '@all', subject: 'x', loud: true })).toBe(
      'BAD_INPUT: send takes no "loud": it takes to, type, subject, body, replyTo, resource, for, wait, cites.',
    );
    expect(await wrong('recall', { __proto__x: 1 })).toMatch(/^BAD_INPUT: /);
    expect(await wrong('guard', { resources: ['src/app.ts'] })).toMatch(/^BAD_INPUT: .*doc-db-v2:src\/app\.ts/);
    expect(await wrong('send', { to: '@all', subject: 'key', body: `-----BEGIN ${'RSA PRIVATE'} KEY-----` })).toMatch(
      /^SECRET_REFUSED: /,
    );
    expect((await call(client, 'inbox', { type: ['Warning'], first: null })).isError).toBe(false);
    await expect(client.callTool({ name: 'status', arguments: {} })).rejects.toThrow(/tools=all/);
    await expect(client.callTool({ name: 'nothing', arguments: {} })).rejects.toThrow(/no tool/);
  });

  test('of the operator says to register where it takes an instance', async () => {
    const { text, isError } = await call(await connect(server.operator.token), 'inbox');
    expect(isError).toBe(true);
    expect(text).toMatch(/^NOT_REGISTERED: .*register first/);
  });

  test('that waits is given up when its client goes', async () => {
    await give(await connect(one.token), 'send', { to: '@all', type: 'blocker', subject: 'w', resource: ['port:9'] });
    // A client of 2025 leaves the connection open, and without sessions its word that it gave up cannot be told from another's.
    const client = await connect(two.token, '', 'auto');
    const gone = new AbortController();
    const waiting = client.callTool(
      { name: 'guard', arguments: { resources: ['port:9'], wait: '1m' } },
      { signal: gone.signal },
    );
    setTimeout(() => gone.abort(), 300);
    await expect(waiting).rejects.toThrow();
    const ended = (): boolean => log.some((line) => line.includes('"operation":"Guard"') && line.includes(two.id));
    await vi.waitFor(() => expect(ended()).toBe(true), 5000);
  });
});

describe('the door', () => {
  test('asks for a token that holds', async () => {
    const none = await post(list, { authorization: '' });
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toContain('Bearer');
    expect((await post(list, { authorization: 'Bearer nonsense' })).status).toBe(401);
    const client = await connect(one.token);
    expect((await call(client, 'inbox')).isError).toBe(false);
    await one.leave();
    await expect(call(client, 'inbox')).rejects.toThrow();
    expect((await post(list)).status).toBe(401);
  });

  test('turns away other hosts, other sites and other forms', async () => {
    const { host, port } = new URL(server.url);
    const head = (hostHeader: string, more = ''): string =>
      `POST /mcp HTTP/1.1\nHost: ${hostHeader}\nAuthorization: Bearer ${one.token}\nContent-Type: application/json\nContent-Length: ${list.length}${more}`;
    const raw = (text: string): Promise<string> => rawRequest({ port: Number(port) }, text, list);
    expect(await raw(head('evil.example'))).toMatch(/^HTTP\/1.1 421 /);
    expect(await raw(head(host, '\nOrigin: https://evil.example'))).toMatch(/^HTTP\/1.1 403 /);
    expect(await raw(head(host, '\nSec-Fetch-Site: cross-site'))).toMatch(/^HTTP\/1.1 403 /);
    expect((await post(list, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('x'.repeat(256 * 1024 + 1))).status).toBe(413);
    expect((await post(list, { accept: 'text/html' })).status).toBe(406);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await fetch(`${server.url}/mcp`, { method, headers: { authorization: `Bearer ${one.token}` } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  test('answers what is no message with an error of JSON-RPC, and a notification with nothing', async () => {
    const answered = async (body: string): Promise<unknown> => (await post(body)).json();
    expect(await answered('{nope')).toMatchObject({ error: { code: -32700 } });
    expect(await answered(`[${list},${list}]`)).toMatchObject({ error: { code: -32600 } });
    expect(await answered('{"jsonrpc":"2.0","id":3,"method":"nothing"}')).toMatchObject({
      id: 3,
      error: { code: -32601 },
    });
    const told = await post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    expect([told.status, await told.text()]).toEqual([202, '']);
    const answer = await post(list);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('mcp-session-id')).toBeNull();
  });

  test('opens no stream on which nothing would ever come', async () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const method = 'subscriptions/listen';
    const params = { _meta: meta, notifications: { toolsListChanged: true } };
    const answer = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
    });
    expect(await answer.text()).toMatch(/"error":\{"code":-32603/);
  });

  test('writes down who did what, and neither token nor text', async () => {
    await call(await connect(one.token), 'send', { to: two.id, subject: 'Not for the log' });
    const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(expect.objectContaining({ operation: 'Send', viewer: one.id, via: 'mcp' }));
    expect(log.join('')).not.toContain(one.token);
    expect(log.join('')).not.toContain('Not for the log');
  });
});
