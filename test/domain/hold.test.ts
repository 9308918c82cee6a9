import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guard, hold, release, sendBlocker } from '../support/hold.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const two = (project: string): Promise<[Agent, Agent]> =>
  Promise.all([server.register(project), server.register(project)]);

describe('a blocker with resources', () => {
  it('holds them for an hour unless told otherwise, and nobody else gets them', async () => {
    const [ann, ben] = await two('holding');
    const { id, ...blocker } = await hold(ann, ['holding:docker-compose.yml', 'port:5432']);
    expect(blocker).toMatchObject({ resources: ['holding:docker-compose.yml', 'port:5432'], open: true });
    expect(Date.parse(blocker.expiresAt ?? '') - Date.now()).toBeGreaterThan(59 * 60_000);
    const refused = await ben.fail(sendBlocker, { resources: ['port:5432'] });
    expect(refused.code).toBe('BLOCKED');
    expect(refused.message).toContain(`port:5432 is held by ${ann.id}`);
    expect(refused.message).toContain(`blocker #${id}: "Editing"`);
    expect(refused.extensions.blockers).toMatchObject([
      { id, resource: 'port:5432', heldBy: ann.id, subject: 'Editing' },
    ]);
    await release(ann, id);
    await hold(ben, ['port:5432']);
  });

  it('covers what lies below a folder, and is held off by what is held below or above', async () => {
    const [ann, ben] = await two('trees');
    const { id } = await hold(ann, ['trees:src/db/']);
    const inside = [
      'src/db/pool.ts',
      'src/db/a/b.ts',
      'src/db',
      'src/',
      '/',
      'SRC/DB/pool.ts',
      'src\\db\\x',
      'src/x/../db/y',
    ];
    for (const path of inside) {
      expect(await guard(ben, [`trees:${path}`]), path).toMatchObject({
        clear: false,
        held: [{ blocker: { id, heldBy: ann.id } }],
      });
      expect((await ben.fail(sendBlocker, { resources: [`trees:${path}`] })).code, path).toBe('BLOCKED');
    }
    for (const outside of ['trees:src/db.ts', 'trees:src/db2/', 'trees:src', 'other:src/db/', '/src/db/', 'port:1']) {
      expect((await guard(ben, [outside])).clear, outside).toBe(true);
    }
    expect((await guard(ann, ['trees:src/db/pool.ts'])).clear).toBe(true);
  });

  it('is told apart from one of its own: it has to end that first, however long it would wait', async () => {
    const [ann] = await two('own');
    const { id } = await hold(ann, ['own:src/']);
    const refused = await ann.fail(sendBlocker, { resources: ['own:src/a.ts'], wait: '1m' });
    expect(refused).toMatchObject({ code: 'BLOCKED', message: expect.stringContaining(`held, with own:src/, by you`) });
    expect(refused.message).toContain(`clambake release ${id}`);
  });

  it('takes all of its resources or none', async () => {
    const [ann, ben] = await two('all-or-none');
    await hold(ann, ['port:7001']);
    expect((await ben.fail(sendBlocker, { resources: ['port:7000', 'port:7001'] })).code).toBe('BLOCKED');
    expect((await guard(ann, ['port:7000'])).clear).toBe(true);
  });

  it('frees them with its done, its release, its time and its holder', async () => {
    const [ann, ben] = await two('ends');
    const isFree = async () => (await guard(ben, ['port:8000'])).clear;
    await hold(ann, ['port:8000']);
    await ann.do('mutation { sendMessage(to: "@all", type: DONE, subject: "Done") { endedBlocker { id } } }');
    expect(await isFree()).toBe(true);
    const { id } = await hold(ann, ['port:8000']);
    await release(server.operator as Agent, id, 'Its holder is asleep.');
    expect(await isFree()).toBe(true);
    await hold(ann, ['port:8000'], { for: '1s' });
    expect(await isFree()).toBe(false);
    await expect.poll(isFree, { timeout: 3000 }).toBe(true);
    await hold(ann, ['port:8000']);
    await ann.leave();
    expect(await isFree()).toBe(true);
  });

  it('ends with a bare done although another of its holder is over and nobody has ended that yet', async () => {
    const [ann] = await two('bare-done');
    await hold(ann, ['port:8100'], { for: '1s' });
    const { id } = await hold(ann, ['port:8101']);
    await sleep(1100);
    const done = 'mutation { sendMessage(to: "@all", type: DONE, subject: "Done") { endedBlocker { id } } }';
    expect(await ann.do(done)).toEqual({ sendMessage: { endedBlocker: { id } } });
  });

  it('tells for each file of a held folder that it is held', async () => {
    const [ann, ben] = await two('each');
    await hold(ann, ['each:src/']);
    const { held } = await guard(ben, ['each:src/a.ts', 'each:docs/a.md', 'each:src/b.ts']);
    expect(held.map(({ resource }) => resource)).toEqual(['each:src/a.ts', 'each:src/b.ts']);
  });

  it('is found by what it holds, while it is open and after', async () => {
    const [ann] = await two('found');
    const list = async (resource: string, open = true) =>
      (
        await ann.do<{ blockers: { nodes: { id: string }[] } }>(
          'query ($resource: String!, $open: Boolean!) { blockers(resource: $resource, open: $open) { nodes { id } } }',
          { resource, open },
        )
      ).blockers.nodes.map((node) => node.id);
    const { id } = await hold(ann, ['found:a/', 'port:9000']);
    expect(await list('found:a/b/c')).toEqual([id]);
    expect(await list('port:9001')).toEqual([]);
    await release(ann, id);
    expect(await list('port:9000')).toEqual([]);
    expect(await list('port:9000', false)).toEqual([id]);
  });

  it('is opened once for one client key, also where the same request comes again while it holds', async () => {
    const [ann] = await two('keyed');
    const variables = { resources: ['port:9100'], clientKey: 'keyed-1' };
    const first = await hold(ann, variables.resources, variables);
    const again = await Promise.all(Array.from({ length: 10 }, () => hold(ann, variables.resources, variables)));
    expect(again.map(({ id }) => id)).toEqual(again.map(() => first.id));
    expect((await ann.fail(sendBlocker, { ...variables, resources: ['port:9101'] })).code).toBe('CONFLICT');
  });
});

describe('what cannot be a blocker is refused, and told why', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a relative path', { resources: ['src/a.ts'] }, '"src/a.ts" is no resource: it is relative'],
    ['nothing', { resources: [''] }, 'A resource is empty'],
    ['a way out', { resources: ['p:../a'] }, '".." leads out of p'],
    ['a pattern', { resources: ['p:src/*.ts'] }, 'patterns are not understood'],
    ['a kind alone', { resources: ['port:'] }, 'it says nothing but "port"'],
    ['an invisible character', { resources: ['p:a\u202eb'] }, 'an invisible character'],
    [
      'more than 500',
      { resources: Array.from({ length: 10_000 }, (_, n) => `port:${n}`) },
      '10000 resources are given: at most 500',
    ],
    ['a hold of weeks', { resources: ['port:1'], for: '8d' }, 'longer than 7d'],
    ['a wait of hours', { resources: ['port:1'], wait: '2h' }, 'longer than 1h'],
    ['a wait for nothing', { wait: '1m' }, 'wait goes with a warning, or a blocker with resources'],
  ])('%s', async (_, variables, why) => {
    const [ann] = await two('refused');
    expect(await ann.fail(sendBlocker, variables)).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(why),
    });
  });

  it('resources of another message', async () => {
    const [ann] = await two('refused');
    const send =
      'mutation { sendMessage(to: "@all", type: WARNING, subject: "x", resources: ["port:1"]) { addressedTo } }';
    expect(await ann.fail(send)).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('goes with a blocker'),
    });
  });

  it('the release of another’s, by an instance; by the operator, without a reason', async () => {
    const [ann, ben] = await two('releasing');
    const { id } = await hold(ann, ['port:9200']);
    const mutation = 'mutation ($id: ID!) { releaseBlocker(id: $id) { open } }';
    expect((await ben.fail(mutation, { id })).code).toBe('FORBIDDEN');
    expect((await server.operator.fail(mutation, { id })).code).toBe('BAD_INPUT');
    expect((await guard(ben, ['port:9200'])).clear).toBe(false);
  });
});
