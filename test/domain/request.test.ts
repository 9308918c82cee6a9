import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Line {
  id: string;
  open: boolean;
}

const inbox = async (agent: Agent, page: string) =>
  (
    await agent.do<{
      inbox: { nodes: Line[]; totalCount: number; pageInfo: { endCursor: string; startCursor: string } };
    }>(`{ inbox(${page}) { nodes { id open } totalCount pageInfo { endCursor startCursor } } }`)
  ).inbox;

const requests = async (agent: Agent, project?: string) =>
  (
    await agent.do<{ status: { requests: { nodes: Line[] } } }>(
      'query ($project: String) { status(project: $project) { requests { nodes { id open } } } }',
      { project },
    )
  ).status.requests.nodes.map(({ id }) => id);

describe('a request', () => {
  it('is open until somebody answers it with a done', async () => {
    const [ann, ben] = [await server.register('asking'), await server.register('asking')];
    const request = await ann.send(ben.id, 'Please rebase', { type: 'REQUEST' });
    expect(await requests(ann)).toContain(request);
    await ben.send(ann.id, 'On it', { replyTo: request });
    expect(await requests(ben)).toContain(request);
    await ben.send(ann.id, 'Rebased', { type: 'DONE', replyTo: request });
    expect(await requests(ann)).not.toContain(request);
    const { message } = await ben.do<{ message: Line }>('query ($id: ID!) { message(id: $id) { id open } }', {
      id: request,
    });
    expect(message.open).toBe(false);
  });

  it('stands first in the inbox while it is open, on whatever page, and nothing is lost or repeated between pages', async () => {
    const [ann, ben] = [await server.register('ordered'), await server.register('ordered')];
    const ids: string[] = [];
    for (const type of ['REQUEST', 'INFO', 'WARNING', 'REQUEST', 'INFO', 'REQUEST', 'INFO']) {
      ids.push(await ann.send('ordered', type.toLowerCase(), { type }));
    }
    const [first, info, warning, second, more, third, last] = ids as [string, ...string[]];
    await ben.send('ordered', 'There you are', { type: 'DONE', replyTo: second });
    const expected = [third, first, last, more, second, warning, info];
    expect((await inbox(ben, 'first: 50')).nodes.map(({ id }) => id)).toEqual(expected);
    expect((await inbox(ben, 'first: 50')).nodes.filter(({ open }) => open).map(({ id }) => id)).toEqual([
      third,
      first,
    ]);

    const forwards: string[] = [];
    for (let after = ''; forwards.length < expected.length; ) {
      const { nodes, pageInfo } = await inbox(ben, `first: 2${after}`);
      forwards.push(...nodes.map(({ id }) => id));
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(forwards).toEqual(expected);
    const backwards: string[] = [];
    for (let before = ''; backwards.length < expected.length; ) {
      const { nodes, pageInfo } = await inbox(ben, `last: 3${before}`);
      backwards.unshift(...nodes.map(({ id }) => id));
      before = `, before: "${pageInfo.startCursor}"`;
    }
    expect(backwards).toEqual(expected);
  });

  it('is shown in the status of its project to those who may see it', async () => {
    const [ann, ben] = [await server.register('here'), await server.register('here')];
    const cat = await server.register('elsewhere');
    const secret = await ann.send(ben.id, 'Between us', { type: 'REQUEST' });
    const loud = await ann.send('@all', 'To all', { type: 'REQUEST' });
    expect(await requests(ben, 'here')).toEqual([loud, secret]);
    expect(await requests(cat, 'here')).toEqual([loud]);
    expect(await requests(cat, 'elsewhere')).toEqual([]);
  });

  it('stays answered after its answer was cleaned up', async () => {
    const [ann, ben] = [await server.register('cleaned'), await server.register('cleaned')];
    const request = await ann.send(ben.id, 'In a month', { type: 'REQUEST', expiresIn: '30d' });
    const answer = await ben.send(ann.id, 'Done', { type: 'DONE', replyTo: request });
    const pool = new pg.Pool({ connectionString: server.database.url });
    await pool.query(`UPDATE clambake.message SET expires_at = now() - interval '20 days' WHERE id = $1`, [answer]);
    await pool.end();
    await server.operator.do('mutation { cleanup { messages } }');
    expect(await requests(ann, 'cleaned')).toEqual([]);
  });
});
