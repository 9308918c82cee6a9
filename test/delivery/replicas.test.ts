import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Agent, startReplica, startTestServer, type TestServer } from '../support/server.ts';
import { subscribe } from '../support/subscribe.ts';

let first: TestServer;
let second: TestServer;
beforeAll(async () => {
  first = await startTestServer();
  second = await startReplica(first);
});
afterAll(async () => {
  await second.close();
  await first.close();
});

interface Received {
  messageReceived: { cursor: string; message: { subject: string } | null };
}
const query = 'subscription ($after: String) { messageReceived(after: $after) { cursor message { subject } } }';

/** The same instance, talking to the other server. */
const over = (server: TestServer, { token, id }: Agent): Agent => new Agent(server.url, token, id);

it('a message sent on one server reaches a follower on the other well before the backstop', async () => {
  const [ann, ben] = [await first.register('replicas'), await first.register('replicas')];
  await expect
    .poll(async () => ((await (await fetch(`${second.url}/health`)).json()) as { notifications: string }).notifications)
    .toBe('listening');
  const subscription = subscribe<Received>(over(second, ben), query);
  await subscription.next();
  const times: number[] = [];
  for (let n = 0; n < 10; n++) {
    await sleep(37);
    const since = performance.now();
    await ann.send(ben.id, `m${n}`);
    expect((await subscription.next()).messageReceived.message?.subject).toBe(`m${n}`);
    times.push(performance.now() - since);
  }
  await subscription.end();
  expect(times.toSorted((a, b) => a - b)[5]).toBeLessThan(400);
});

it('a cursor given by one server is good on the other', async () => {
  const [ann, ben] = [await first.register('moving'), await first.register('moving')];
  const here = subscribe<Received>(ben, query);
  const { messageReceived } = await here.next();
  await here.end();
  await ann.send('moving', 'in between');
  const there = subscribe<Received>(over(second, ben), query, { after: messageReceived.cursor });
  expect((await there.next()).messageReceived.message).toBeNull();
  expect((await there.next()).messageReceived.message?.subject).toBe('in between');
  await there.end();
});

it('a token revoked on one server ends what runs on it on the other', async () => {
  const ben = await first.register('revoked');
  const subscription = subscribe<Received>(over(second, ben), query);
  await subscription.next();
  await ben.leave();
  await expect(subscription.next()).rejects.toMatchObject({ message: expect.stringContaining('revoked') });
  await subscription.end();
});

it('what happens on one server is shown by the activity of the other', async () => {
  const subscription = subscribe<{ activity: { summary: string } }>(
    second.operator,
    'subscription { activity { summary } }',
  );
  const next = subscription.next();
  const ann = await first.register('shown');
  await expect
    .poll(async () => {
      await ann.remember('ISSUE', 'learned on the first');
      return Promise.race([next, Promise.resolve(undefined)]);
    })
    .toBeDefined();
  await subscription.end();
});
