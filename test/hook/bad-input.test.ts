import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../support/server.ts';
import { newSession, Shop } from './shop.ts';
import { common, Hooks } from './support.ts';

const shop = new Shop();
let project: string;
let repository: string;
let hooks: Hooks;
let other: Agent;
beforeEach(() => {
  ({ project, repository, hooks, other } = shop.place);
});

describe('bad input', () => {
  test.each([
    ['an unknown event', 'Unheard', JSON.stringify(common('Unheard', 'x', '/work'))],
    ['no session', 'PostToolBatch', JSON.stringify({ cwd: '/work' })],
    [
      'a session of a thousand bytes',
      'PostToolBatch',
      JSON.stringify(common('PostToolBatch', 'x'.repeat(1000), '/work')),
    ],
    ['no folder', 'PostToolBatch', JSON.stringify({ session_id: 'x' })],
    ['no JSON', 'PostToolBatch', '{"session_id": '],
    ['no object', 'PostToolBatch', '[1]'],
  ])('with %s lets pass, and says why only in a header', async (_, event, body) => {
    expect(await hooks.post(event, body)).toEqual({ status: 200, body: {}, problem: 'BAD_INPUT' });
  });

  test('of 5 MB in a tool is answered as any other', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await shop.hold(other, `${project}:big.txt`);
    const content = 'a"\\\n'.repeat(1_300_000);
    expect(await hooks.denied(session, 'Write', { file_path: join(repository, 'big.txt'), content })).toContain(
      other.id,
    );
    await shop.release(other, blocker);
  });

  test('of more than a hook can have lets pass', async () => {
    const reply = await hooks.post(
      'PreToolUse',
      JSON.stringify({ ...common('PreToolUse', 'x', '/work'), tool_input: 'x'.repeat(17 << 20) }),
    );
    expect(reply).toEqual({ status: 200, body: {}, problem: 'LIMIT_EXCEEDED' });
  });

  test('of any kind never makes an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          tool_name: fc.oneof(fc.constant('Bash'), fc.constant('Edit'), fc.string()),
          tool_input: fc.jsonValue(),
        }),
        async (more) => {
          const reply = await hooks.post(
            'PreToolUse',
            JSON.stringify({ ...common('PreToolUse', 'any', repository), ...more }),
          );
          expect(reply).toMatchObject({ status: 200, body: {}, problem: null });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('without a token, or with a wrong one, is refused; so is what another site sends', async () => {
    const body = JSON.stringify(common('PostToolBatch', 'x', '/work'));
    expect((await hooks.post('PostToolBatch', body, { authorization: '' })).status).toBe(401);
    expect((await hooks.post('PostToolBatch', body, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await hooks.post('PostToolBatch', body, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await hooks.post('PostToolBatch', body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });
});

test('a key that the person chose goes before the session of Claude Code', async () => {
  const agent = await shop.server.register(project, { sessionKey: `chosen-${project}`, directory: repository });
  await other.send(agent.id, 'For the key');
  const { body } = await hooks.post(
    'PostToolBatch',
    JSON.stringify(common('PostToolBatch', newSession(), repository)),
    {
      'clambake-session': `chosen-${project}`,
    },
  );
  expect(body.hookSpecificOutput?.additionalContext).toContain('For the key');
});

test('a token of an instance acts as that instance, whatever session is named', async () => {
  const agent = await shop.server.register(project);
  await other.send(agent.id, 'For the token');
  const own = new Hooks(shop.server, repository, agent.token);
  expect(await own.told('PostToolBatch', 'somebody-elses')).toContain('For the token');
});

test('a database that hangs lets pass', async () => {
  const session = newSession();
  await hooks.begin(session);
  const client = new pg.Client({ connectionString: shop.server.database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE clambake.instance IN ACCESS EXCLUSIVE MODE');
  const since = performance.now();
  const reply = await hooks.post('PostToolBatch', JSON.stringify(common('PostToolBatch', session, repository)));
  expect(reply).toEqual({ status: 200, body: {}, problem: 'DATABASE_UNAVAILABLE' });
  // What is promised is measured where nothing else runs (speed.test.ts): here others run beside.
  expect(performance.now() - since).toBeLessThan(4000);
  await client.query('COMMIT');
  await client.end();
});
