import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationOf } from '../bench/asking.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

// The page that agents ask for all day has a statement of its own: it has to give what any other page begins with.

let server: TestServer;
let ann: Agent;
let ben: Agent;
let cat: Agent;
let client: pg.Client;
beforeAll(async () => {
  server = await startTestServer();
  [ann, ben, cat] = [
    await server.register('usual'),
    await server.register('usual'),
    await server.register('another project'),
  ];
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.close();
});

interface Page {
  pageInfo: { hasNextPage: boolean; startCursor: string };
  totalCount: number;
  nodes: { id: string }[];
}

/** With what Prisma would be asked for, with what one statement reads, and as the command line asks. */
const inboxes = [
  'inbox(first: $first) { pageInfo { hasNextPage startCursor } totalCount nodes { id from to type subject body createdAt } }',
  'inbox(first: $first) { pageInfo { hasNextPage startCursor } totalCount nodes { id thread(first: 1) { nodes { id } } } }',
].map((field) => `query ($first: Int) { ${field} }`);

async function bothPages(document: string): Promise<[usual: Page, other: Page]> {
  const pages = [];
  for (const variables of [{}, { first: 19 }]) {
    const [page] = Object.values(await ben.do<Record<string, Page>>(document, variables));
    if (page) pages.push(page);
  }
  return pages as [Page, Page];
}

function expectSame([usual, other]: [Page, Page], total: number): void {
  expect(usual.totalCount).toBe(total);
  expect(other.totalCount).toBe(total);
  expect(usual.nodes).toHaveLength(Math.min(20, total));
  expect(usual.nodes.slice(0, 19)).toEqual(other.nodes);
  expect(usual.pageInfo.hasNextPage).toBe(total > 20);
  expect(usual.pageInfo.startCursor).toBe(other.pageInfo.startCursor);
}

let unread = 0;

/** What no inbox of Ben's shows, newer than everything in it. */
async function sendWhatIsNotHis(): Promise<void> {
  await ann.send('another project', 'to another project');
  await ann.send(cat.id, 'to another instance');
  await ben.send('@all', 'his own');
  await ben.read(await ann.send(ben.id, 'read'));
  const expired = await ann.send('usual', 'expired');
  await client.query("update clambake.message set expires_at = now() - interval '1 second' where id = $1", [expired]);
}

it.each([3, 19, 20, 21, 30])(
  'an inbox of %i begins with the same messages whatever the size of the page',
  async (count) => {
    for (; unread < count; unread += 1) {
      const to = ['@all', 'usual', ben.id][unread % 3] ?? '';
      const type = unread % 5 === 0 ? 'REQUEST' : 'INFO';
      const id = await ann.send(to, `number ${unread}`, { type });
      // Who has been answered comes behind who has not.
      if (unread % 10 === 5) await ben.send(ann.id, 'answered', { type: 'DONE', replyTo: id });
    }
    await sendWhatIsNotHis();
    for (const document of [...inboxes, operationOf('inbox').document]) expectSame(await bothPages(document), count);
  },
);

it.each([10, 20, 40])(
  'what should be known first begins with the same of %i memories whatever the size of the page',
  async (count) => {
    await client.query('delete from clambake.memory');
    for (let n = 0; n < count; n += 1) {
      if (n % 3 === 0) await ann.remember('TOOL', `global ${n}`, { global: true });
      else await ann.remember(n % 2 === 0 ? 'GOTCHA' : 'UPDATE', `of the project ${n}`);
    }
    await cat.remember('GOTCHA', 'of another project');
    const resolved = await ann.remember('ISSUE', 'resolved');
    await ann.do('mutation ($id: ID!) { updateMemory(id: $id, status: RESOLVED) { id } }', { id: resolved });
    const document =
      'query ($first: Int) { recall(first: $first) { pageInfo { hasNextPage startCursor } totalCount nodes { id title content project { name } } } }';
    for (const each of [document, operationOf('recall').document]) expectSame(await bothPages(each), count);
  },
);
