import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const sendBlocker = `mutation ($to: String! = "@all", $subject: String! = "Editing", $resources: [String!], $for: Duration, $wait: Duration, $clientKey: String) {
  sendMessage(to: $to, type: BLOCKER, subject: $subject, resources: $resources, for: $for, wait: $wait, clientKey: $clientKey) {
    message { id blocker { resources expiresAt open } }
  }
}`;

interface Opened {
  sendMessage: { message: { id: string; blocker: { resources: string[]; expiresAt: string | null; open: boolean } } };
}

const hold = async (agent: Agent, resources: string[], more: Record<string, unknown> = {}) =>
  (await agent.do<Opened>(sendBlocker, { resources, ...more })).sendMessage.message;

const release = (agent: Agent, id: string) =>
  agent.do('mutation ($id: ID!) { releaseBlocker(id: $id) { open } }', { id });

const guard = async (agent: Agent, resources: string[]) =>
  (
    await agent.do<{
      guard: {
        clear: boolean;
        resources: string[];
        held: { resource: string; blocker: { id: string; heldBy: string } }[];
      };
    }>(
      'query ($resources: [String!]!) { guard(resources: $resources) { clear resources held { resource blocker { id heldBy } } } }',
      { resources },
    )
  ).guard;

describe('a blocker with resources', () => {
  it('holds them for an hour unless told otherwise, and nobody else gets them', async () => {
    const [ann, ben] = [await server.register('holding'), await server.register('holding')];
    const { id, blocker } = await hold(ann, ['holding:docker-compose.yml', 'port:5432']);
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
    const [ann, ben] = [await server.register('trees'), await server.register('trees')];
    const { id } = await hold(ann, ['trees:src/db/']);
    for (const inside of [
      'trees:src/db/pool.ts',
      'trees:src/db/a/b.ts',
      'trees:src/db',
      'trees:src/',
      'trees:/',
      'TREES:SRC/DB/pool.ts',
    ]) {
      expect(await guard(ben, [inside]), inside).toMatchObject({
        clear: false,
        held: [{ blocker: { id, heldBy: ann.id } }],
      });
      expect((await ben.fail(sendBlocker, { resources: [inside] })).code, inside).toBe('BLOCKED');
    }
    for (const outside of ['trees:src/db.ts', 'trees:src/db2/', 'trees:src', 'other:src/db/', '/src/db/', 'port:1']) {
      expect((await guard(ben, [outside])).clear, outside).toBe(true);
    }
    expect((await guard(ann, ['trees:src/db/pool.ts'])).clear).toBe(true);
  });
});

describe('waiting', () => {
  it('is served by the release, first come, first served', async () => {
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
      await sleep(150);
    }
    await release(first, id);
    await Promise.all(waiting);
    expect(order).toEqual(others.map((agent) => agent.id));
  });
});
