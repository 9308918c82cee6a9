import fc from 'fast-check';
import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { tokensOf } from '../../server/recall/tokens.ts';
import type { Agent } from '../support/server.ts';
import { newSession, Shop } from './shop.ts';
import { common, type Hooks } from './support.ts';

const shop = new Shop();
let project: string;
let repository: string;
let hooks: Hooks;
let other: Agent;
beforeEach(() => {
  ({ project, repository, hooks, other } = shop.place);
});

describe('mail', () => {
  test('comes between tool calls, each message once, urgent ones first, and nothing is said where there is none', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    expect(await hooks.call('PostToolBatch', session, { tool_calls: [] })).toBeUndefined();
    await other.send(id, 'Just so you know', { body: 'Nothing much.' });
    await other.send(id, 'Restarting Docker', { type: 'WARNING' });
    await other.send(id, 'Which port?', { type: 'REQUEST' });
    const text = await hooks.told('PostToolBatch', session, { tool_calls: [] });
    const places = ['Which port?', 'Restarting Docker', 'Just so you know\n    Nothing much.'].map((each) =>
      text.indexOf(each),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(await hooks.call('PostToolBatch', session)).toBeUndefined();
    expect(await hooks.call('UserPromptSubmit', session, { prompt: 'Go on' })).toBeUndefined();
  });

  test('that the inbox has shown is not told again, and what was told stays unread until it is read', async () => {
    const session = newSession();
    const agent = await shop.server.register(project, { sessionKey: session, directory: repository });
    await other.send(agent.id, 'Shown by the inbox');
    expect(await agent.inbox()).toContain('Shown by the inbox');
    const told = await other.send(agent.id, 'Told by a hook');
    expect(await hooks.told('PostToolBatch', session)).toMatch(/^(?!.*Shown by)[\s\S]*Told by a hook/);
    expect(await agent.inbox()).toContain('Told by a hook');
    await agent.read(told);
    expect(await agent.inbox()).not.toContain('Told by a hook');
  });

  test('of a flood comes a little at a time, within a budget, and each message exactly once', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const sent: string[] = [];
    for (let index = 0; index < 25; index += 1)
      sent.push(await other.send(id, `Number ${index}`, { body: 'x '.repeat(400) }));
    const told: string[] = [];
    for (let call = 0; call < 25; call += 1) {
      const text = await hooks.told('PostToolBatch', session);
      if (text === '') break;
      expect(tokensOf(text)).toBeLessThanOrEqual(520);
      told.push(...[...text.matchAll(/^#(\d+) info/gm)].map(([, number = '']) => number));
    }
    expect(told).toEqual(sent);
  });

  test('that is asked for many times at once is told once, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('send', 'ask'), { minLength: 2, maxLength: 12 }), async (steps) => {
        const session = newSession();
        const { id } = await hooks.begin(session);
        const sent: string[] = [];
        const texts = await Promise.all(
          steps.map(async (step, index) => {
            if (step === 'ask') return hooks.told('PostToolBatch', session);
            sent.push(await other.send(id, `Race ${index}`));
            return '';
          }),
        );
        for (let call = 0; call < 5; call += 1) texts.push(await hooks.told('PostToolBatch', session));
        const told = texts.flatMap((text) => [...text.matchAll(/^#(\d+) /gm)].map(([, number = '']) => number));
        expect(told.sort()).toEqual(sent.sort());
      }),
      { numRuns: 15 },
    );
  });

  test('is not spent on a subagent, whose context is gone when it ends', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    await other.send(id, 'For the session');
    expect(await hooks.call('PostToolBatch', session, { agent_id: 'a1', agent_type: 'Explore' })).toBeUndefined();
    expect(await hooks.told('PostToolBatch', session)).toContain('For the session');
  });

  test('that nobody got, as the connection broke before the answer, is new again', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    await other.send(id, 'Not lost');
    const client = new pg.Client({ connectionString: shop.server.database.url });
    await client.connect();
    await client.query('BEGIN');
    // Handing over waits for the receipts.
    await client.query('LOCK TABLE clambake.receipt IN SHARE MODE');
    const giving = AbortSignal.timeout(500);
    await expect(
      fetch(`${shop.server.url}/hooks/PostToolBatch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${shop.server.operator.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(common('PostToolBatch', session, repository)),
        signal: giving,
      }),
    ).rejects.toThrow();
    await client.query('COMMIT');
    await client.end();
    await expect.poll(() => hooks.told('PostToolBatch', session), { timeout: 5000 }).toContain('Not lost');
  });
});

describe('before it stops a session', () => {
  test('hears once of a request that nobody has answered, never twice, and not while it goes on because of it', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const request = await other.send(id, 'Which port?', { type: 'REQUEST' });
    expect(await hooks.call('Stop', session, { stop_hook_active: true })).toBeUndefined();
    const text = await hooks.told('Stop', session, { stop_hook_active: false });
    expect(text).toContain(`#${request} request from ${other.id}`);
    expect(text).toContain(`--reply-to ${request}`);
    expect(await hooks.call('Stop', session, { stop_hook_active: false })).toBeUndefined();
  });

  test('hears nothing of what is answered, of what went to everybody, or of mere news', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const request = await other.send(id, 'Answered', { type: 'REQUEST' });
    await other.send(id, 'Here it is', { type: 'DONE', replyTo: request });
    await other.send('@all', 'Anybody?', { type: 'REQUEST' });
    await other.send(id, 'News');
    expect(await hooks.call('Stop', session, { stop_hook_active: false })).not.toMatchObject({
      additionalContext: expect.stringMatching(/Answered|Anybody|News/),
    });
  });
});
