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
    const waiting = ben.fail(sendBlocker, { resources: ['port:2100'], wait: '3s', clientKey: 'one-key' });
    await expect.poll(() => waiters(ann)).toHaveLength(1);
    const other = await ben.fail(sendBlocker, { resources: ['port:2101'], wait: '1m', clientKey: 'one-key' });
    expect(other.code).toBe('CONFLICT');
    expect(await waiters(ann)).toHaveLength(1);
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
