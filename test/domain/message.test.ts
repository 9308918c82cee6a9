import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
let ben: Agent;
let cat: Agent;

beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('doc-db');
  ben = await server.register('Doc-DB');
  cat = await server.register('website');
});
afterAll(() => server.close());

const send =
  'mutation ($to: String!, $subject: String!, $body: String! = "", $clientKey: String) { sendMessage(to: $to, subject: $subject, body: $body, clientKey: $clientKey) { message { id } addressedTo } }';

describe('addressing', () => {
  it('a message to @all reaches every other instance, and not its sender', async () => {
    await ann.send('@all', 'to everybody');
    expect(await ben.inbox()).toContain('to everybody');
    expect(await cat.inbox()).toContain('to everybody');
    expect(await ann.inbox()).not.toContain('to everybody');
  });

  it('a message to a project reaches its instances alone, whatever the case of its name', async () => {
    await cat.send('DOC-db', 'to the project');
    expect(await ann.inbox()).toContain('to the project');
    expect(await ben.inbox()).toContain('to the project');
    await ann.send('website', 'to the other project');
    expect(await ben.inbox()).not.toContain('to the other project');
  });

  it('a message to an instance reaches it alone', async () => {
    await ann.send(ben.id, 'to one');
    expect(await ben.inbox()).toContain('to one');
    expect(await cat.inbox()).not.toContain('to one');
  });

  it('an unknown recipient is refused with the nearest names, and nothing is stored', async () => {
    const { code, message, extensions } = await ann.fail(send, { to: 'doc-bd', subject: 'lost' });
    expect(code).toBe('UNKNOWN_RECIPIENT');
    expect(extensions.suggestions).toEqual(['doc-db']);
    expect(message).toMatch(/"doc-bd".*Did you mean doc-db\?/s);
    const { messages } = await server.operator.do<{ messages: { nodes: { subject: string }[] } }>(
      '{ messages(first: 100) { nodes { subject } } }',
    );
    expect(messages.nodes.map((node) => node.subject)).not.toContain('lost');
  });

  it('an instance that has left is no recipient any more', async () => {
    const dora = await server.register('doc-db');
    await dora.leave();
    expect(await ann.fail(send, { to: dora.id, subject: 'too late' })).toMatchObject({
      code: 'UNKNOWN_RECIPIENT',
      message: expect.stringContaining('has left'),
    });
  });

  it('says how many live instances a message is for now', async () => {
    const count = async (to: string) =>
      (await ann.do<{ sendMessage: { addressedTo: number } }>(send, { to, subject: 'count' })).sendMessage.addressedTo;
    expect(await count(ben.id)).toBe(1);
    expect(await count('doc-db')).toBe(1);
    expect(await count('@all')).toBe(2);
  });

  it('keeps a message for whoever comes to a project that nobody is on', async () => {
    await (await server.register('lonely')).leave();
    await ann.send('lonely', 'for later');
    expect(await (await server.register('lonely')).inbox()).toContain('for later');
  });
});

describe('reading', () => {
  it('a broadcast that one has read stays unread for the others', async () => {
    const id = await cat.send('@all', 'read by one');
    expect(await ann.read(id)).toBe(1);
    expect(await ann.inbox()).not.toContain('read by one');
    expect(await ann.inbox(true)).toContain('read by one');
    expect(await ben.inbox()).toContain('read by one');
  });

  it('marking twice changes nothing the second time', async () => {
    const id = await cat.send(ann.id, 'twice');
    expect(await ann.read(id, id)).toBe(1);
    expect(await ann.read(id)).toBe(0);
  });

  it('marks all or nothing where one of the numbers is not in the inbox', async () => {
    const mine = await cat.send(ann.id, 'mine');
    const theirs = await cat.send(ben.id, 'theirs');
    const { code, message } = await ann.fail('mutation ($ids: [ID!]) { markRead(ids: $ids) { count } }', {
      ids: [mine, theirs],
    });
    expect(code).toBe('NOT_FOUND');
    expect(message).toContain(`#${theirs}`);
    expect(await ann.inbox()).toContain('mine');
  });

  it('records when a message was handed over, and when it was read', async () => {
    const id = await cat.send(ann.id, 'tracked');
    const state = async () =>
      (
        await ann.do<{ message: { deliveredAt: string | null; readAt: string | null } }>(
          'query ($id: ID!) { message(id: $id) { deliveredAt readAt } }',
          { id },
        )
      ).message;
    expect(await state()).toEqual({ deliveredAt: null, readAt: null });
    await ann.inbox();
    expect(await state()).toEqual({ deliveredAt: expect.any(String), readAt: null });
    await ann.read(id);
    expect((await state()).readAt).toEqual(expect.any(String));
  });

  it('what is beyond the page, or only counted, is not handed over', async () => {
    const reader = await server.register('handed');
    const ids = [await ann.send(reader.id, 'first'), await ann.send(reader.id, 'second')];
    const delivered = async () =>
      Promise.all(
        ids.map(async (id) => {
          const { message } = await reader.do<{ message: { deliveredAt: string | null } }>(
            'query ($id: ID!) { message(id: $id) { deliveredAt } }',
            { id },
          );
          return message.deliveredAt !== null;
        }),
      );
    await reader.do('{ inbox { totalCount pageInfo { hasNextPage } } }');
    expect(await delivered()).toEqual([false, false]);
    await reader.do('{ inbox(first: 1) { ...Page } } fragment Page on MessageConnection { nodes { id } }');
    expect(await delivered()).toEqual([false, true]);
  });

  it('a message to others cannot be read, and looks as if there were none', async () => {
    const id = await ann.send(ben.id, 'private');
    expect(await cat.fail('query ($id: ID!) { message(id: $id) { body } }', { id })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(
      (await ben.do<{ message: { subject: string } }>('query ($id: ID!) { message(id: $id) { subject } }', { id }))
        .message.subject,
    ).toBe('private');
  });

  it('an answer does not show what it answers to those who may not see that', async () => {
    const secret = await ann.send(ben.id, 'between us');
    const answer = await ben.send('@all', 'about something', { replyTo: secret });
    const seen = (agent: Agent) =>
      agent.do<{ message: { replyTo: { subject: string } | null } }>(
        'query ($id: ID!) { message(id: $id) { replyTo { subject } thread { nodes { id } } } }',
        { id: answer },
      );
    expect((await seen(ann)).message.replyTo).toEqual({ subject: 'between us' });
    expect(await seen(cat)).toEqual({ message: { replyTo: null, thread: { nodes: [{ id: answer }] } } });
  });

  it('pages through the inbox without a gap or a repetition, with the count of all', async () => {
    const reader = await server.register('pages');
    for (let number = 1; number <= 7; number++) await ann.send(reader.id, `page ${number}`);
    await reader.read(...(await unread(reader)).filter((_, index) => index >= 7));
    const subjects: string[] = [];
    let after: string | null = null;
    do {
      const { inbox }: InboxPage = await reader.do<InboxPage>(
        'query ($after: String) { inbox(first: 3, after: $after) { totalCount nodes { subject } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      expect(inbox.totalCount).toBe(7);
      subjects.push(...inbox.nodes.map(({ subject }) => subject));
      after = inbox.pageInfo.hasNextPage ? inbox.pageInfo.endCursor : null;
    } while (after);
    expect(subjects).toEqual([7, 6, 5, 4, 3, 2, 1].map((number) => `page ${number}`));
  });

  it('a message that has expired leaves the inboxes', async () => {
    await ann.send(ben.id, 'short-lived', { expiresIn: '1s' });
    expect(await ben.inbox()).toContain('short-lived');
    await expect.poll(() => ben.inbox(), { timeout: 3000 }).not.toContain('short-lived');
  });
});

interface InboxPage {
  inbox: { totalCount: number; nodes: { subject: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

async function unread(agent: Agent): Promise<string[]> {
  const { inbox } = await agent.do<{ inbox: { nodes: { id: string }[] } }>('{ inbox(first: 100) { nodes { id } } }');
  return inbox.nodes.map(({ id }) => id);
}

describe('retrying', () => {
  it('the same client key fifty times at once stores one message and gives fifty equal answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        ann.do<{ sendMessage: { message: { id: string } } }>(send, { to: ben.id, subject: 'once', clientKey: 'k-50' }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.sendMessage.message.id)).size).toBe(1);
    expect((await ben.inbox()).filter((subject) => subject === 'once')).toHaveLength(1);
  });

  it('the same client key with other content is an error', async () => {
    await ann.do(send, { to: ben.id, subject: 'first', clientKey: 'k-other' });
    expect(await ann.fail(send, { to: ben.id, subject: 'second', clientKey: 'k-other' })).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('is told of the first time, also where the recipient has left since', async () => {
    const dora = await server.register('doc-db');
    const first = await ann.do<{ sendMessage: { message: { id: string } } }>(send, {
      to: dora.id,
      subject: 'a',
      clientKey: 'k-left',
    });
    await dora.leave();
    expect(await ann.do(send, { to: dora.id.toUpperCase(), subject: 'a', clientKey: 'k-left' })).toMatchObject({
      sendMessage: { message: first.sendMessage.message },
    });
    expect(await ann.fail(send, { to: dora.id, subject: 'b', clientKey: 'k-left' })).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await ann.fail(send, { to: dora.id, subject: 'a', clientKey: 'k-new' })).toMatchObject({
      code: 'UNKNOWN_RECIPIENT',
    });
  });

  it('two senders may use the same key', async () => {
    const first = await ann.do<{ sendMessage: { message: { id: string } } }>(send, {
      to: cat.id,
      subject: 'a',
      clientKey: 'shared',
    });
    const second = await ben.do<{ sendMessage: { message: { id: string } } }>(send, {
      to: cat.id,
      subject: 'b',
      clientKey: 'shared',
    });
    expect(first.sendMessage.message.id).not.toBe(second.sendMessage.message.id);
  });
});

describe('bad input', () => {
  it.each([
    ['an empty subject', { subject: '  ' }, /subject is empty/],
    ['a subject of two lines', { subject: 'a\nb' }, /more than one line/],
    ['a NUL', { body: 'a\0b' }, /NUL/],
    ['half a surrogate pair', { body: 'a\ud800b' }, /surrogate/],
    ['a body over 64 KiB', { body: 'é'.repeat(32_769) }, /65538 bytes: at most 65536/],
    ['an empty client key', { clientKey: '' }, /clientKey is empty/],
  ])('%s is refused, and the limit is named', async (_, change, message) => {
    const error = await ann.fail(send, { to: ben.id, subject: 'bad', ...change });
    expect(error.code).toBe('BAD_INPUT');
    expect(error.message).toMatch(message);
  });

  it('a body of exactly 64 KiB is stored and comes back as it was', async () => {
    const body = `${'x'.repeat(65_532)}\t\r\n\u{7f}`;
    const id = await ann.send(ben.id, 'big', { body });
    expect(
      (await ben.do<{ message: { body: string } }>('query ($id: ID!) { message(id: $id) { body } }', { id })).message
        .body,
    ).toBe(body);
  });

  it.each(['abc', '-1', '0', '1.5', '99999999999', '', '1; drop table'])(
    'the id "%s" is refused by its value',
    async (id) => {
      expect(await ann.fail('query ($id: ID!) { message(id: $id) { id } }', { id })).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining(`"${id}" is no message`),
      });
    },
  );

  it('a number that no message has is not found', async () => {
    expect(await ann.fail('{ message(id: "2147483647") { id } }')).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('#2147483647'),
    });
  });

  it.each(['a\0b', 'a\ud800b', ''])('%j names nobody and nothing, and is no internal error', async (text) => {
    for (const query of [
      'query ($text: String!) { messages(to: $text) { nodes { id } } }',
      'query ($text: String!) { messages(from: $text) { nodes { id } } }',
      'query ($text: String!) { recall(project: $text) { nodes { id } } }',
      'query ($text: String!) { recall(file: $text) { nodes { id } } }',
      'query ($text: String!) { recall(tags: [$text]) { nodes { id } } }',
      'query ($text: String!) { recall(search: $text) { nodes { id } } }',
      'query ($text: String!) { status(project: $text) { unread } }',
      'query ($text: String!) { instances(project: $text) { nodes { id } } }',
      'query ($text: String!) { blockers(project: $text) { nodes { id } } }',
      'query ($text: String!) { log(project: $text) { nodes { id } } }',
      'query ($text: String!) { log(instance: $text) { nodes { id } } }',
      'mutation ($text: ID!) { deregister(instance: $text) { id } }',
      'mutation ($text: ID!) { sendMessage(to: "@all", subject: "x", replyTo: $text) { message { id } } }',
      'mutation ($text: String!) { sendMessage(to: $text, subject: "x") { message { id } } }',
      'mutation ($text: String!) { remember(type: ISSUE, title: "x", content: "x", project: $text) { id } }',
      'mutation ($text: String!) { logAction(action: STARTED, summary: "x", project: $text) { id } }',
    ]) {
      expect({ query, ...(await ann.fail(query, { text })) }).toMatchObject({ query, code: 'BAD_INPUT' });
    }
  });

  it.each([
    ['inbox', '[9000000000]'],
    ['inbox', '["x"]'],
    ['recall', '["garbage",1]'],
    ['recall', '["2026-01-01T00:00:00.000Z",1.5]'],
    ['instances', '["garbage","x"]'],
    ['projects', '["a\\u0000"]'],
    ['messages', '[-1]'],
    ['log', 'null'],
  ])('a cursor of %s that holds %s is refused', async (list, key) => {
    const after = Buffer.from(key).toString('base64url');
    expect(
      await ann.fail(`query ($after: String!) { ${list}(after: $after) { nodes { __typename } } }`, { after }),
    ).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('past messages to an instance that has left can be looked up, and a typo says so', async () => {
    const dora = await server.register('doc-db');
    await ann.send(dora.id, 'before it left');
    await dora.leave();
    const { messages } = await ann.do<{ messages: { nodes: object[] } }>(
      'query ($to: String) { messages(to: $to) { nodes { subject } } }',
      { to: dora.id },
    );
    expect(messages.nodes).toEqual([{ subject: 'before it left' }]);
    expect(await ann.fail('{ messages(to: "doc-dbx") { nodes { id } } }')).toMatchObject({ code: 'UNKNOWN_RECIPIENT' });
    expect(await ann.fail('{ messages(from: "no-one-0000") { nodes { id } } }')).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('the operator has no inbox, and is told how to get one', async () => {
    expect(await server.operator.fail('{ inbox { nodes { id } } }')).toMatchObject({ code: 'NOT_REGISTERED' });
  });

  it('a cursor of another list and a page of no size are refused', async () => {
    expect(await ann.fail('{ inbox(after: "bm9uc2Vuc2U") { nodes { id } } }')).toMatchObject({ code: 'BAD_INPUT' });
    expect(await ann.fail('{ inbox(first: 0) { nodes { id } } }')).toMatchObject({ code: 'BAD_INPUT' });
    expect(await ann.fail('{ inbox(first: 101) { nodes { id } } }')).toMatchObject({ code: 'BAD_INPUT' });
  });
});
