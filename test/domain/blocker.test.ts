import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, type Caller, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
let ben: Agent;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('doc-db');
  ben = await server.register('website');
});
afterAll(() => server.close());

const open = async (caller: Caller, project?: string): Promise<string[]> =>
  (
    await caller.do<{ blockers: { nodes: { id: string }[] } }>(
      'query ($project: String) { blockers(project: $project) { nodes { id } } }',
      { project },
    )
  ).blockers.nodes.map(({ id }) => id);

const done =
  'mutation ($to: String!, $replyTo: ID) { sendMessage(to: $to, type: DONE, subject: "done", replyTo: $replyTo) { message { id } endedBlocker { id end } openBlockers { id } } }';
const release =
  'mutation ($id: ID!, $reason: String) { releaseBlocker(id: $id, reason: $reason) { id open end reason } }';

describe('a blocker', () => {
  it('is open from its sending until the done of its sender', async () => {
    const id = await ann.send('@all', 'editing compose', { type: 'BLOCKER' });
    expect(await open(ben)).toContain(id);
    expect(await open(ben, 'DOC-DB')).toContain(id);
    // Sent to everybody, it concerns every project.
    expect(await open(ben, 'website')).toContain(id);
    expect(await ann.do(done, { to: '@all' })).toMatchObject({
      sendMessage: { endedBlocker: { id, end: 'DONE' }, openBlockers: [] },
    });
    expect(await open(ben)).not.toContain(id);
  });

  it('of several is ended by the done that replies to it, and by no other', async () => {
    const first = await ann.send('@all', 'one', { type: 'BLOCKER' });
    const second = await ann.send('@all', 'two', { type: 'BLOCKER' });
    expect(await ann.do(done, { to: '@all' })).toMatchObject({
      sendMessage: { endedBlocker: null, openBlockers: [{ id: first }, { id: second }] },
    });
    expect(await ann.do(done, { to: '@all', replyTo: first })).toMatchObject({
      sendMessage: { endedBlocker: { id: first }, openBlockers: [{ id: second }] },
    });
    await ann.do(release, { id: second });
  });

  it('is not ended by the done of somebody else', async () => {
    const id = await ann.send('@all', 'mine', { type: 'BLOCKER' });
    expect(await ben.do(done, { to: '@all', replyTo: id })).toMatchObject({ sendMessage: { endedBlocker: null } });
    expect(await open(ben)).toContain(id);
    await ann.do(release, { id });
  });

  it('is released by its holder, or by the operator with a reason, and by nobody else', async () => {
    const id = await ann.send('@all', 'held', { type: 'BLOCKER' });
    expect(await ben.fail(release, { id, reason: 'I want it' })).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining(ann.id),
    });
    expect(await server.operator.fail(release, { id })).toMatchObject({ code: 'BAD_INPUT' });
    const released = { releaseBlocker: { id, open: false, end: 'RELEASED', reason: 'holder is gone' } };
    expect(await server.operator.do(release, { id, reason: 'holder is gone' })).toEqual(released);
    expect(await server.operator.do(release, { id, reason: 'again' })).toEqual(released);
    expect(await ann.fail(release, { id: await ann.send('@all', 'no blocker') })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('ends when its holder deregisters', async () => {
    const cat = await server.register('doc-db');
    const id = await cat.send('@all', 'leaving', { type: 'BLOCKER' });
    await cat.leave();
    expect(await open(ann)).not.toContain(id);
    const { blockers } = await ann.do<{ blockers: { nodes: object[] } }>(
      '{ blockers(open: false, first: 1) { nodes { id end } } }',
    );
    expect(blockers.nodes).toEqual([{ id, end: 'DEREGISTERED' }]);
  });

  it("that is sent to one project concerns that project and its holder's", async () => {
    await server.register('elsewhere');
    const id = await ann.send('website', 'between us', { type: 'BLOCKER' });
    expect(await open(ben, 'doc-db')).toContain(id);
    expect(await open(ben, 'website')).toContain(id);
    expect(await open(ben, 'elsewhere')).not.toContain(id);
    await ann.do(release, { id });
  });

  it('ends by itself when its time has run out', async () => {
    const id = await ann.send('@all', 'for a second', { type: 'BLOCKER', for: '1s' });
    expect(await open(ben)).toContain(id);
    await expect.poll(() => open(ben), { timeout: 5000 }).not.toContain(id);
    const { blockers } = await ann.do<{ blockers: { nodes: object[] } }>(
      '{ blockers(open: false, first: 1) { nodes { id end } } }',
    );
    expect(blockers.nodes).toEqual([{ id, end: 'EXPIRED' }]);
  });

  it('stays in inboxes while it is open, however long', async () => {
    const id = await ann.send('@all', 'no expiry', { type: 'BLOCKER' });
    const { message } = await ben.do<{ message: { expiresAt: string | null } }>(
      'query ($id: ID!) { message(id: $id) { expiresAt } }',
      { id },
    );
    expect(message.expiresAt).toBeNull();
    await ann.do(release, { id });
    expect(
      (await ben.do<{ message: { expiresAt: string } }>('query ($id: ID!) { message(id: $id) { expiresAt } }', { id }))
        .message.expiresAt,
    ).toEqual(expect.any(String));
  });
});

describe('a holder that is gone', () => {
  it('holds nobody up: its blockers end when it is stale', async () => {
    const short = await startTestServer({ staleAfter: 2000 });
    try {
      const gone = await short.register('doc-db');
      const id = await gone.send('@all', 'crashed', { type: 'BLOCKER' });
      expect(await open(short.operator)).toContain(id);
      await expect.poll(() => open(short.operator), { timeout: 10_000 }).not.toContain(id);
      const { blockers } = await short.operator.do<{ blockers: { nodes: object[] } }>(
        '{ blockers(open: false) { nodes { id end } } }',
      );
      expect(blockers.nodes).toEqual([{ id, end: 'STALE' }]);
    } finally {
      await short.close();
    }
  });
});
