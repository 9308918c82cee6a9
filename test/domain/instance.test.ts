import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instanceIdPattern } from '../../server/address.ts';
import { Caller, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ staleAfter: 4000 });
});
afterAll(() => server.close());

interface Me {
  me: {
    name: string;
    kind: string;
    instance: { id: string; task: string | null; status: string; project: { name: string } } | null;
  };
}
const me = '{ me { name kind instance { id task status project { name } } } }';
const live = async (): Promise<string[]> =>
  (
    await server.operator.do<{ instances: { nodes: { id: string }[] } }>('{ instances { nodes { id } } }')
  ).instances.nodes.map(({ id }) => id);

describe('registering', () => {
  it('gives an id that can be pronounced and a token that acts as this instance alone', async () => {
    const ann = await server.register('doc-db', { model: 'opus' });
    expect(ann.id).toMatch(instanceIdPattern);
    expect(await ann.do<Me>(me)).toMatchObject({
      me: { name: ann.id, kind: 'INSTANCE', instance: { project: { name: 'doc-db' } } },
    });
    expect(await server.operator.do<Me>(me)).toEqual({ me: { name: 'human', kind: 'OPERATOR', instance: null } });
  });

  it('again with the same session key is the same instance under a fresh token', async () => {
    const first = await server.register('doc-db', { sessionKey: 'session-1' });
    const again = await server.register('doc-db', { sessionKey: 'session-1' });
    expect(again.id).toBe(first.id);
    expect(again.token).not.toBe(first.token);
    expect(await first.fail(me)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await again.do<Me>(me)).me.name).toBe(first.id);
  });

  it('again after it left revives the instance, with what it had read', async () => {
    const ann = await server.register('revived', { sessionKey: 'session-2' });
    const ben = await server.register('revived');
    await ann.read(await ben.send(ann.id, 'read before'));
    await ann.leave();
    const again = await server.register('revived', { sessionKey: 'session-2' });
    expect(again.id).toBe(ann.id);
    expect(await again.inbox()).not.toContain('read before');
  });

  it('fifty at once with one session key are one instance, and the last token stands', async () => {
    const agents = await Promise.all(
      Array.from({ length: 50 }, () => server.register('racing', { sessionKey: 'race' })),
    );
    expect(new Set(agents.map(({ id }) => id)).size).toBe(1);
    const answers = await Promise.all(agents.map((agent) => agent.ask(me)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
  });

  it('fifty at once without a session key are fifty instances on one project', async () => {
    const agents = await Promise.all(Array.from({ length: 50 }, () => server.register('Crowd')));
    expect(new Set(agents.map(({ id }) => id)).size).toBe(50);
    const { projects } = await server.operator.do<{
      projects: { nodes: { name: string; instances: { totalCount: number } }[] };
    }>('{ projects(first: 100) { nodes { name instances(live: false) { totalCount } } } }');
    expect(projects.nodes.find(({ name }) => name === 'Crowd')?.instances.totalCount).toBe(50);
  });

  it('takes the token of the server', async () => {
    const ann = await server.register('doc-db');
    expect(await ann.fail('mutation { register(project: "x", directory: "/") { token } }')).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it.each(['@all', '@team', 'human', 'Human', 'brisk-otter-4f2a', '', ' ', 'a\nb', 'a\u202eb', 'x'.repeat(101)])(
    'a project cannot be called %j',
    async (project) => {
      const { code } = await server.operator.fail(
        'mutation ($project: String!) { register(project: $project, directory: "/") { token } }',
        { project },
      );
      expect(code).toBe('BAD_INPUT');
    },
  );

  it.each(['Übergröße', 'org/repo', 'a b', '日本語', "o'neil", '%', 'x'.repeat(100)])(
    'a project can be called %j',
    async (project) => {
      const agent = await server.register(project);
      expect((await agent.do<Me>(me)).me.instance?.project.name).toBe(project);
    },
  );
});

describe('tokens', () => {
  it.each([
    ['none', ''],
    ['an unknown one', 'x'.repeat(43)],
    ['a very long one', 'x'.repeat(600)],
  ])('%s is refused before anything runs', async (_, token) => {
    const { code, message } = await new Caller(server.url, token).fail(me);
    expect(code).toBe('UNAUTHENTICATED');
    expect(message).not.toContain('xxxxx');
  });

  it('only a hash of an instance token is in the database', async () => {
    const ann = await server.register('doc-db');
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    const { rows } = await client.query<{ row: string }>(
      'SELECT i::text AS row FROM clambake.instance i WHERE id = $1',
      [ann.id],
    );
    await client.end();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain(ann.token);
    expect(rows[0]?.row).not.toContain(Buffer.from(ann.token).toString('hex'));
  });
});

describe('presence', () => {
  const heartbeat =
    'mutation ($task: String, $status: InstanceStatus) { heartbeat(task: $task, status: $status) { task status } }';

  it('a heartbeat changes what it names and leaves the rest', async () => {
    const ann = await server.register('doc-db');
    expect(await ann.do(heartbeat, { task: 'Rebuilding', status: 'BUSY' })).toEqual({
      heartbeat: { task: 'Rebuilding', status: 'BUSY' },
    });
    expect(await ann.do(heartbeat, { status: 'IDLE' })).toEqual({ heartbeat: { task: 'Rebuilding', status: 'IDLE' } });
    expect(await ann.do(heartbeat, { task: '' })).toEqual({ heartbeat: { task: null, status: 'IDLE' } });
  });

  it('an instance without a sign of life goes stale, and a call brings it back', async () => {
    const ann = await server.register('quiet');
    expect(await live()).toContain(ann.id);
    await expect.poll(live, { timeout: 12_000 }).not.toContain(ann.id);
    await ann.do(heartbeat, { status: 'ACTIVE' });
    expect(await live()).toContain(ann.id);
  });

  it('one that left is gone from the list, and its token with it; leaving twice is no error for the operator', async () => {
    const ann = await server.register('doc-db');
    await ann.leave();
    expect(await live()).not.toContain(ann.id);
    expect(await ann.fail(me)).toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = await server.operator.do('mutation ($id: ID) { deregister(instance: $id) { id live } }', {
      id: ann.id,
    });
    expect(again).toEqual({ deregister: { id: ann.id, live: false } });
  });

  it('an instance cannot end another', async () => {
    const ann = await server.register('doc-db');
    const ben = await server.register('doc-db');
    expect(await ann.fail('mutation ($id: ID) { deregister(instance: $id) { id } }', { id: ben.id })).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await server.operator.fail('mutation { deregister(instance: "no-such-0000") { id } }')).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await server.operator.fail('mutation { deregister { id } }')).toMatchObject({ code: 'BAD_INPUT' });
  });
});
