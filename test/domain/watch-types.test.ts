import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { subscribe } from '../support/subscribe.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const watch = 'subscription ($type: [MessageType!]) { messageReceived(type: $type) { cursor message { subject } } }';

interface Received {
  messageReceived: { cursor: string; message: { subject: string } | null };
}

test('whoever follows some types is given these, and the others are delivered by the inbox all the same', async () => {
  const [ann, ben] = [await server.register('types'), await server.register('types')];
  const subscription = subscribe<Received>(ben, watch, { type: ['BLOCKER', 'REQUEST'] });
  expect((await subscription.next()).messageReceived.message).toBeNull();
  const news = await ann.send(ben.id, 'News');
  await ann.send(ben.id, 'Asked', { type: 'REQUEST' });
  const received: string[] = [];
  while (received.length === 0) {
    const { message } = (await subscription.next()).messageReceived;
    if (message) received.push(message.subject);
  }
  expect(received).toEqual(['Asked']);
  const { message } = await ann.do<{ message: { receiptCounts: { delivered: number; stored: number } } }>(
    'query ($id: ID!) { message(id: $id) { receiptCounts { stored delivered } } }',
    { id: news },
  );
  expect(message.receiptCounts).toEqual({ stored: 1, delivered: 0 });
  expect(await ben.inbox()).toContain('News');
  await subscription.end();
});
