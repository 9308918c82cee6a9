import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guard, hold, holdAborted, release, sendBlocker, waiters } from '../support/hold.ts';
import { Agent, startReplica, startTestServer, type TestServer } from '../support/server.ts';

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

describe('waiting', () => {
  it('is served by the release, first come, first served, and seen by the holder', async () => {
    const agents = await Promise.all(Array.from({ length: 5 }, () => server.register('line')));
    const [first, ...others] = agents as [Agent, ...Agent[]];
    const { id } = await hold(first, ['port:1000']);
    const order: string[] = [];
    const waiting: Promise<void>[] = [];
    for (const agent of others) {
      waiting.push(
        hold(agent, ['port:1000'], { wait: '30s' }).then(async (held) => {
          order.push(agent.id);
          await release(agent, held.id);
        }),
      );
      await expect.poll(async () => (await waiters(first)).map(({ from }) => from)).toContain(agent.id);
    }
    const { blockers } = await first.do<{ blockers: { nodes: { waiters: { from: string }[] }[] } }>(
      '{ blockers(resource: "port:1000") { nodes { waiters { from } } } }',
    );
    expect(blockers.nodes[0]?.waiters.map(({ from }) => from)).toEqual(others.map((agent) => agent.id));
    await release(first, id);
    await Promise.all(waiting);
    expect(order).toEqual(others.map((agent) => agent.id));
    expect(await waiters(first)).toEqual([]);
  });

  it('keeps its place: who comes later does not get what is free in the moment', async () => {
    const [ann, ben] = await two('place');
    const cat = await server.register('place');
    const { id } = await hold(ann, ['place:a']);
    const { id: other } = await hold(cat, ['place:b']);
    const waiting = hold(ben, ['place:a', 'place:b'], { wait: '30s' });
    await expect.poll(async () => (await waiters(ann)).length).toBe(1);
    await release(ann, id);
    const refused = await cat.fail(sendBlocker, { resources: ['place:a'] });
    expect(refused).toMatchObject({
      code: 'BLOCKED',
      message: expect.stringContaining(`${ben.id} came first and waits for it`),
    });
    await release(cat, other);
    expect((await waiting).resources).toEqual(['place:a', 'place:b']);
  });

  it('ends with who holds it where the time runs out, and leaves nothing behind', async () => {
    const [ann, ben] = await two('impatient');
    await hold(ann, ['port:1100']);
    const refused = await ben.fail(sendBlocker, { resources: ['port:1100'], wait: '1s' });
    expect(refused).toMatchObject({ code: 'BLOCKED', message: expect.stringContaining(`held by ${ann.id}`) });
    expect(await waiters(ben)).toEqual([]);
  });

  it('ends with the connection', async () => {
    const [ann, ben] = await two('interrupted');
    const { id } = await hold(ann, ['port:1200']);
    const gone = new AbortController();
    const request = holdAborted(ben, ['port:1200'], '5m', gone.signal);
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    gone.abort();
    await expect(request).rejects.toThrow();
    await expect.poll(() => waiters(ann)).toEqual([]);
    await release(ann, id);
    expect((await guard(ann, ['port:1200'])).clear).toBe(true);
  });

  it('ends once the instance deregisters, and takes nothing', async () => {
    const [ann, ben] = await two('deregistering');
    const { id } = await hold(ann, ['port:1400']);
    const waiting = ben.fail(sendBlocker, { resources: ['port:1400'], wait: '30s' });
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    await ben.leave();
    expect((await waiting).code).toBe('UNAUTHENTICATED');
    await release(ann, id);
    expect((await guard(ann, ['port:1400'])).clear).toBe(true);
  });

  it('for one thing, while it holds another that it wants too, is refused: nobody waits for itself', async () => {
    const [ann, ben] = await two('itself');
    await hold(ann, ['port:1700']);
    await hold(ben, ['port:1701']);
    const refused = await ben.fail(sendBlocker, { resources: ['port:1700', 'port:1701'], wait: '1m' });
    expect(refused).toMatchObject({ code: 'BLOCKED', message: expect.stringContaining('End it first') });
  });

  it('is told of what it asked for where somebody came first', async () => {
    const [ann, ben] = await two('named');
    const cat = await server.register('named');
    await hold(ann, ['port:1800']);
    const gone = new AbortController();
    const waiting = holdAborted(ben, ['port:1800', 'port:1801'], '1m', gone.signal).catch(() => '');
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    const refused = await cat.fail(sendBlocker, { resources: ['port:1801'] });
    expect(refused.message).toContain(`port:1801 is free, but ${ben.id} came first`);
    gone.abort();
    await waiting;
  });

  it('is allowed twenty times at once', async () => {
    const [ann, ben] = await two('many-waits');
    await hold(ann, ['port:1900']);
    const gone = new AbortController();
    const all = Array.from({ length: 20 }, () => holdAborted(ben, ['port:1900'], '1m', gone.signal).catch(() => ''));
    await expect.poll(() => waiters(ann), { timeout: 5000 }).toHaveLength(20);
    expect((await ben.fail(sendBlocker, { resources: ['port:1900'], wait: '1m' })).code).toBe('LIMIT_EXCEEDED');
    gone.abort();
    await Promise.all(all);
    await expect.poll(() => waiters(ann), { timeout: 5000 }).toEqual([]);
  });

  it('under a key that waits for something else is refused', async () => {
    const [ann, ben] = await two('other-key');
    await hold(ann, ['port:2100', 'port:2101']);
    const gone = new AbortController();
    const waiting = ben.fail(sendBlocker, { resources: ['port:2100'], wait: '3s', clientKey: 'one-key' });
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    const other = await ben.fail(sendBlocker, { resources: ['port:2101'], wait: '1m', clientKey: 'one-key' });
    expect(other.code).toBe('CONFLICT');
    expect(await waiters(ann)).toHaveLength(1);
    gone.abort();
    expect((await waiting).code).toBe('BLOCKED');
  });

  it('of one request that was made twice gives both the one blocker, and takes one place', async () => {
    const [ann, ben] = await two('twice');
    const { id } = await hold(ann, ['port:1500']);
    const variables = { wait: '30s', clientKey: 'twice' };
    const both = Promise.all([hold(ben, ['port:1500'], variables), hold(ben, ['port:1500'], variables)]);
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    await release(ann, id);
    const [one, other] = await both;
    expect(one.id).toBe(other.id);
    expect(await waiters(ann)).toEqual([]);
  });

  it('goes on at its place where its server stops and another one is asked', async () => {
    const other = await startReplica(server);
    const [ann, ben] = await two('moving');
    const cat = await server.register('moving');
    const { id } = await hold(ann, ['port:1600']);
    const there = new Agent(other.url, ben.token, ben.id);
    const variables = { wait: '60s', clientKey: 'moving' };
    const first = there.fail(sendBlocker, { resources: ['port:1600'], ...variables });
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    const later = hold(cat, ['port:1600'], { wait: '60s' });
    await expect.poll(() => waiters(ann)).toHaveLength(2);
    await other.close();
    expect((await first).code).toBe('DATABASE_UNAVAILABLE');
    const again = hold(ben, ['port:1600'], variables);
    await release(ann, id);
    const held = await again;
    expect((await guard(ann, ['port:1600'])).held[0]?.blocker.heldBy).toBe(ben.id);
    await release(ben, held.id);
    await later;
  });

  it('is what guard does too, in the same line', async () => {
    const [ann, ben] = await two('guarding');
    const { id } = await hold(ann, ['port:1300']);
    const waiting = guard(ben, ['port:1300'], '30s');
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    await release(ann, id);
    expect((await waiting).clear).toBe(true);
    expect(await waiters(ann)).toEqual([]);
  });
});

describe('a holder that goes silent', () => {
  it('loses what it holds at the stale limit, to whoever waits, and the log says why', async () => {
    const brief = await startTestServer({ staleAfter: 1500 });
    try {
      const [ann, ben] = [await brief.register('silent'), await brief.register('silent')];
      const { id } = await hold(ann, ['port:2000']);
      const begun = performance.now();
      // It gives no sign of life from here on.
      const held = await hold(ben, ['port:2000'], { wait: '30s' });
      expect(performance.now() - begun).toBeGreaterThan(1000);
      expect(held.open).toBe(true);
      const { log, blockers } = await ben.do<{
        log: { nodes: { from: string; summary: string }[] };
        blockers: { nodes: { id: string; end: string | null }[] };
      }>('{ log(action: BLOCKER_LAPSED) { nodes { from summary } } blockers(open: false) { nodes { id end } } }');
      expect(log.nodes).toEqual([
        { from: ann.id, summary: `Blocker #${id} lapsed, its holder gave no sign of life: Editing` },
      ]);
      expect(blockers.nodes).toEqual([
        { id: held.id, end: null },
        { id, end: 'STALE' },
      ]);
    } finally {
      await brief.close();
    }
  });
});

describe('a warning', () => {
  const warn = `mutation ($wait: Duration!) {
    sendMessage(to: "@all", type: WARNING, subject: "Restarting", wait: $wait) { message { id } objection { from type subject } }
  }`;
  interface Warned {
    sendMessage: { message: { id: string }; objection: { from: string; type: string; subject: string } | null };
  }

  it.each(['BLOCKER', 'REQUEST'])('that a %s replies to is objected to', async (type) => {
    const [ann, ben] = await two('objecting');
    const begun = performance.now();
    const warned = ann.do<Warned>(warn, { wait: '20s' });
    const find = async () =>
      (
        await ben.do<{ inbox: { nodes: { id: string; from: string }[] } }>('{ inbox { nodes { id from } } }')
      ).inbox.nodes.find(({ from }) => from === ann.id)?.id;
    await expect.poll(find).toBeDefined();
    const replyTo = await find();
    await ben.send('@all', 'Fine with me', { replyTo });
    await ben.send(ann.id, 'Not now', { type, replyTo });
    expect((await warned).sendMessage.objection).toEqual({ from: ben.id, type, subject: 'Not now' });
    expect(performance.now() - begun).toBeLessThan(15_000);
    await ben.leave();
  });

  it('is over in time whatever the garbage collector takes', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const [ann] = await two('collected');
    const warned = ann.do<Warned>(warn, { wait: '2s' });
    const begun = performance.now();
    const clock = setInterval(collect, 100);
    await warned.finally(() => clearInterval(clock));
    expect(performance.now() - begun).toBeLessThan(6000);
  });

  it('ends with its token', async () => {
    const [ann] = await two('leaving-warning');
    const warned = ann.fail(warn, { wait: '30s' });
    await sleep(500);
    await ann.leave();
    expect((await warned).code).toBe('UNAUTHENTICATED');
  });

  it('that everybody is silent about passes when the time is over', async () => {
    const [ann] = await two('silence');
    const begun = performance.now();
    expect((await ann.do<Warned>(warn, { wait: '1s' })).sendMessage.objection).toBeNull();
    expect(performance.now() - begun).toBeGreaterThan(990);
  });
});
