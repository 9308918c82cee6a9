import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

// The page that agents ask for all day has a statement of its own: it has to give what any other page begins with.

let server: TestServer;
let ann: Agent;
let ben: Agent;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('usual');
  ben = await server.register('usual');
});
afterAll(() => server.close());

const fields = 'pageInfo { hasNextPage hasPreviousPage startCursor } totalCount nodes { id }';

interface Page {
  page: { pageInfo: Record<string, unknown>; totalCount: number; nodes: { id: string }[] };
}

async function bothPages(field: string): Promise<[usual: Page['page'], other: Page['page']]> {
  const { page: usual } = await ben.do<Page>(`{ page: ${field} { ${fields} } }`);
  const { page: other } = await ben.do<Page>(`{ page: ${field}(first: 19) { ${fields} } }`);
  return [usual, other];
}

let sent = 0;

it.each([3, 19, 20, 21, 30])(
  'an inbox of %i begins with the same messages whatever the size of the page',
  async (count) => {
    for (let n = sent; n < count; n += 1) {
      const [to, type] = [n % 3 === 0 ? '@all' : n % 3 === 1 ? 'usual' : ben.id, n % 5 === 0 ? 'REQUEST' : 'INFO'];
      await ann.do(
        `mutation { sendMessage(to: "${to}", type: ${type}, subject: "${n}", body: "b") { message { id } } }`,
      );
    }
    sent = count;
    const [usual, other] = await bothPages('inbox');
    expect(usual.totalCount).toBe(count);
    expect(usual.nodes.length).toBe(Math.min(20, usual.totalCount));
    expect(usual.nodes.slice(0, 19)).toEqual(other.nodes);
    expect(usual.totalCount).toBe(other.totalCount);
    expect(usual.pageInfo.hasNextPage).toBe(usual.totalCount > 20);
    expect(usual.pageInfo.startCursor).toBe(other.pageInfo.startCursor);
  },
);

it.each([3, 20, 40])('what should be known first begins with the same of %i memories more', async (count) => {
  for (let n = 0; n < count; n += 1) {
    await ann.remember(n % 2 === 0 ? 'GOTCHA' : 'UPDATE', `${count} ${n}`);
    await ann.remember('TOOL', `global ${count} ${n}`, { global: true });
  }
  const [usual, other] = await bothPages('recall');
  expect(usual.nodes.length).toBe(Math.min(20, usual.totalCount));
  expect(usual.nodes.slice(0, 19)).toEqual(other.nodes);
  expect(usual.totalCount).toBe(other.totalCount);
  expect(usual.pageInfo.hasNextPage).toBe(usual.totalCount > 20);
  expect(usual.pageInfo.startCursor).toBe(other.pageInfo.startCursor);
});
