import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../server/database/client.ts';
import { encodeCursor } from '../../server/delivery/cursor.ts';
import { DeliveredReceipts } from '../../server/message/delivered.ts';
import { type Caller, startTestServer, type TestServer } from '../support/server.ts';
import { type Subscription, subscribe } from '../support/subscribe.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Received {
  messageReceived: { cursor: string; message: { subject: string; id: string } | null };
}
const query =
  'subscription ($after: String, $to: String) { messageReceived(after: $after, to: $to) { cursor message { id subject } } }';

/** Follows, and waits until the following has begun. */
async function follow(caller: Caller, variables: Record<string, unknown> = {}) {
  const subscription = subscribe<Received>(caller, query, variables);
  const { messageReceived } = await subscription.next();
  expect(messageReceived.message).toBeNull();
  return { subscription, cursor: messageReceived.cursor };
}

async function take(subscription: Subscription<Received>, count: number) {
  const taken: { cursor: string; subject: string }[] = [];
  while (taken.length < count) {
    const { messageReceived } = await subscription.next();
    // An event without a message only moves the cursor.
    if (messageReceived.message)
      taken.push({ cursor: messageReceived.cursor, subject: messageReceived.message.subject });
  }
  return taken;
}

const subjects = (taken: { subject: string }[]) => taken.map(({ subject }) => subject);

describe('following the inbox', () => {
  it('says first where it begins, then gives what comes, in order, on all three channels, less its own', async () => {
    const [ann, ben] = [await server.register('one'), await server.register('two')];
    await ann.send('@all', 'before');
    const { subscription } = await follow(ben);
    await ann.send('@all', 'to all');
    await ben.send('@all', 'own');
    await ann.send('two', 'to the project');
    await ann.send('one', 'to another project');
    await ann.send(ben.id, 'to one');
    expect(subjects(await take(subscription, 3))).toEqual(['to all', 'to the project', 'to one']);
    await subscription.end();
  });

  it('goes on from any cursor without a gap or a repetition', async () => {
    const [ann, ben] = [await server.register('resume'), await server.register('resume')];
    const { subscription, cursor } = await follow(ben);
    for (let n = 1; n <= 5; n++) await ann.send(n % 2 ? ben.id : 'resume', `m${n}`);
    const all = await take(subscription, 5);
    await subscription.end();
    await ann.send(ben.id, 'm6');
    for (const [index, from] of [cursor, ...all.map((step) => step.cursor)].entries()) {
      const again = await follow(ben, { after: from });
      expect(subjects(await take(again.subscription, 6 - index))).toEqual(
        ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'].slice(index),
      );
      await again.subscription.end();
    }
  });

  it('replays more than one page', async () => {
    const [ann, ben] = [await server.register('pages'), await server.register('pages')];
    const { subscription, cursor } = await follow(ben);
    await subscription.end();
    await Promise.all(Array.from({ length: 230 }, (_, n) => ann.send(n % 2 ? ben.id : '@all', `bulk ${n}`)));
    const again = await follow(ben, { after: cursor });
    const taken = await take(again.subscription, 230);
    expect(new Set(subjects(taken)).size).toBe(230);
    await again.subscription.end();
  });

  it('gives all who come back from different places everything, while there comes more', async () => {
    const ann = await server.register('behind');
    const watcher = await follow(server.operator, { to: 'behind' });
    const cursors = [watcher.cursor];
    for (let n = 0; n < 250; n += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, m) => ann.send('behind', `m${n + m}`)));
      const taken = await take(watcher.subscription, 50);
      cursors.push(...[taken[17]?.cursor ?? '', taken.at(-1)?.cursor ?? '']);
    }
    await watcher.subscription.end();
    const late = await Promise.all(
      cursors.map(async (after) => (await follow(server.operator, { to: 'behind', after })).subscription),
    );
    const sending = Promise.all(Array.from({ length: 120 }, (_, n) => ann.send('behind', `m${250 + n}`)));
    const behind = [0, ...[0, 50, 100, 150, 200].flatMap((n) => [n + 18, n + 50])];
    const all = await Promise.all(late.map((subscription, index) => take(subscription, 370 - (behind[index] ?? 0))));
    await sending;
    for (const [index, taken] of all.entries()) {
      expect(new Set(subjects(taken)).size).toBe(370 - (behind[index] ?? 0));
      expect(subjects(taken)).toEqual(subjects(all[0] ?? []).slice(behind[index]));
    }
    await Promise.all(late.map((subscription) => subscription.end()));
  });

  it('moves the cursor over its own messages too, so that clean-up never overtakes who only sends', async () => {
    const ben = await server.register('talkative');
    const { subscription, cursor } = await follow(ben);
    await ben.send('@all', 'own');
    const { messageReceived } = await subscription.next();
    expect(messageReceived.message).toBeNull();
    expect(messageReceived.cursor).not.toBe(cursor);
    await subscription.end();
  });

  it('counts as handed over', async () => {
    const [ann, ben] = [await server.register('receipts'), await server.register('receipts')];
    const { subscription } = await follow(ben);
    const id = await ann.send(ben.id, 'delivered');
    await take(subscription, 1);
    const delivered = async () =>
      (
        await ben.do<{ message: { deliveredAt: string | null } }>(
          'query ($id: ID!) { message(id: $id) { deliveredAt } }',
          { id },
        )
      ).message.deliveredAt;
    await expect.poll(delivered).not.toBeNull();
    await subscription.end();
  });

  it('is recorded by the cursor that comes back, where the connection broke before it could be', async () => {
    const [ann, ben] = [await server.register('broken'), await server.register('broken')];
    const before = await ann.send(ben.id, 'before the following began');
    const { subscription } = await follow(ben);
    const id = await ann.send(ben.id, 'taken');
    const [taken] = await take(subscription, 1);
    await subscription.end();
    const { pool, close } = openDatabase(server.database.url);
    await pool.query('DELETE FROM clambake.receipt WHERE instance_id = $1', [ben.id]);
    await close();
    await (await follow(ben, { after: taken?.cursor })).subscription.end();
    const { messages } = await ben.do<{ messages: { nodes: object[] } }>(
      'query ($to: String) { messages(to: $to) { nodes { id deliveredAt } } }',
      { to: ben.id },
    );
    expect(messages.nodes).toEqual([
      { id, deliveredAt: expect.any(String) },
      { id: before, deliveredAt: null },
    ]);
  });

  it('is recorded without a deadlock, however many record it at once and in whatever order', async () => {
    const [ann, ben] = [await server.register('deadlock'), await server.register('deadlock')];
    const ids: number[] = [];
    for (let n = 0; n < 40; n++) ids.push(Number(await ann.send('deadlock', `m${n}`)));
    const { pool, close } = openDatabase(server.database.url);
    try {
      for (let round = 0; round < 30; round++) {
        await pool.query('DELETE FROM clambake.receipt WHERE instance_id = $1', [ben.id]);
        await Promise.all(
          // One writer for each, as on servers that share a database.
          [ids, ids.toReversed(), ids, ids.toReversed()].map((list) =>
            new DeliveredReceipts(pool).record(ben.id, list),
          ),
        );
      }
      const { rows } = await pool.query('SELECT 1 FROM clambake.receipt WHERE instance_id = $1', [ben.id]);
      expect(rows).toHaveLength(40);
    } finally {
      await close();
    }
  });

  it('is recorded for all who are still there, where others and messages were cleaned up meanwhile', async () => {
    const [ann, ben] = [await server.register('cleaned'), await server.register('cleaned')];
    const id = Number(await ann.send('cleaned', 'stays'));
    const { pool, close } = openDatabase(server.database.url);
    const receipts = new DeliveredReceipts(pool);
    try {
      await Promise.all([
        receipts.record(ben.id, [id, 2_000_000_000]),
        receipts.record('gone-otter-0000', [id]),
        ...Array.from({ length: 50 }, () => receipts.record(ben.id, [id])),
      ]);
      const { rows } = await pool.query('SELECT instance_id FROM clambake.receipt WHERE message_id = $1', [id]);
      expect(rows).toEqual([{ instance_id: ben.id }]);
    } finally {
      await close();
    }
  });

  it('goes on where every connection to the database is cut under it', async () => {
    const [ann, ben] = [await server.register('cut'), await server.register('cut')];
    const { subscription } = await follow(ben);
    const admin = new pg.Client(server.database.url);
    await admin.connect();
    try {
      for (let n = 0; n < 5; n++) {
        await ann.send(ben.id, `m${n}`);
        await admin.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
        expect(subjects(await take(subscription, 1))).toEqual([`m${n}`]);
        // Whoever sends is told, and sends again.
        await expect.poll(async () => (await ann.ask('{ me { name } }')).errors).toEqual([]);
      }
    } finally {
      await admin.end();
      await subscription.end();
    }
  });

  it('gives all who ask for the same one text, each with its own cursor, and what is different to each its own', async () => {
    const ann = await server.register('shared');
    const followers = await Promise.all(Array.from({ length: 6 }, () => server.register('shared')));
    const plain =
      'subscription { heard: messageReceived { here: cursor message { id subject sender { project { name } } } } }';
    const personal = 'subscription { messageReceived { cursor message { id own deliveredAt replyTo { id } } } }';
    const plainOnes = followers.map((follower) => subscribe<Record<string, unknown>>(follower, plain));
    const personalOnes = [ann, ...followers].map((follower) => subscribe<Received>(follower, personal));
    const begins = await Promise.all([...plainOnes, ...personalOnes].map((subscription) => subscription.next()));
    expect(begins).toHaveLength(13);
    const question = await ann.send(followers[0]?.id ?? '', 'between us');
    await followers[0]?.send('shared', 'said', { replyTo: question });

    const heard = await Promise.all(plainOnes.slice(1).map((subscription) => subscription.next()));
    expect(heard).toEqual(
      plainOnes.slice(1).map(() => ({
        heard: {
          here: expect.stringMatching(/^[\w-]{20,}$/),
          message: { id: expect.any(String), subject: 'said', sender: { project: { name: 'shared' } } },
        },
      })),
    );
    expect(new Set(heard.map((event) => (event.heard as { here: string }).here)).size).toBe(5);
    const { messageReceived: toAnn } = await (personalOnes[0] as Subscription<Received>).next();
    const { messageReceived: toOther } = await (personalOnes[3] as Subscription<Received>).next();
    expect(toAnn.message).toMatchObject({ own: false, replyTo: { id: question } });
    expect(toOther.message).toMatchObject({ own: false, replyTo: null });
    await Promise.all([...plainOnes, ...personalOnes].map((subscription) => subscription.end()));
  });

  it('ends with an error once the instance deregisters', async () => {
    const ben = await server.register('leaving');
    const { subscription } = await follow(ben);
    await ben.leave();
    await expect(subscription.next()).rejects.toMatchObject({ message: expect.stringContaining('revoked') });
    await subscription.end();
  });
});

describe('cursors', () => {
  it.each([
    ['nonsense', 'nonsense'],
    ['one of channels that are not followed', encodeCursor([{ channelId: 999, epoch: 1, since: 0, seq: 0 }])],
    ['an empty one', ''],
  ])('%s is refused', async (_, after) => {
    const ben = await server.register('cursors');
    const subscription = subscribe<Received>(ben, query, { after });
    await expect(subscription.next()).rejects.toMatchObject({ extensions: { code: 'CURSOR_UNKNOWN' } });
    await subscription.end();
  });

  it('ahead of the channel or of another epoch are refused', async () => {
    const ben = await server.register('epochs');
    const { subscription, cursor } = await follow(ben);
    await subscription.end();
    const change = (index: number, value: string) =>
      Buffer.from(
        Buffer.from(cursor, 'base64url')
          .toString()
          .split(' ')
          .map((part) => part.split('.').with(index, value).join('.'))
          .join(' '),
      ).toString('base64url');
    for (const [after, code] of [
      [change(3, 'zzzz'), 'CURSOR_UNKNOWN'],
      [change(1, '1'), 'CURSOR_UNKNOWN'],
    ] as const) {
      const refused = subscribe<Received>(ben, query, { after });
      await expect(refused.next()).rejects.toMatchObject({ extensions: { code } });
      await refused.end();
    }
  });

  it('behind which messages have been cleaned up are refused, and say so', async () => {
    const [ann, ben] = [await server.register('pruned'), await server.register('pruned')];
    const { subscription, cursor } = await follow(ben);
    await subscription.end();
    await ann.send(ben.id, 'cleaned up');
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    await client.query(
      "UPDATE clambake.message SET expires_at = now() - interval '8 days' WHERE subject = 'cleaned up'",
    );
    await client.end();
    await server.operator.do('mutation { cleanup(dryRun: false) { messages } }');
    const refused = subscribe<Received>(ben, query, { after: cursor });
    await expect(refused.next()).rejects.toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } });
    await refused.end();
  });
});

describe('the operator', () => {
  it("follows any address, everybody's by default", async () => {
    const ann = await server.register('watched');
    const everybody = await follow(server.operator);
    const project = await follow(server.operator, { to: 'watched' });
    await ann.send('@all', 'seen by the operator');
    await ann.send('watched', 'and this');
    expect(subjects(await take(everybody.subscription, 1))).toEqual(['seen by the operator']);
    expect(subjects(await take(project.subscription, 1))).toEqual(['and this']);
    await everybody.subscription.end();
    await project.subscription.end();
  });

  it('watches everything that happens', async () => {
    const subscription = subscribe<{ activity: { kind: string; from: string; summary: string } }>(
      server.operator,
      'subscription { activity { kind from summary } }',
    );
    const first = subscription.next();
    await expect
      .poll(async () => {
        await server.operator.do('mutation { logAction(action: TASK_STARTED, summary: "knock") { id } }');
        return Promise.race([first, Promise.resolve(undefined)]);
      })
      .toBeDefined();
    const ann = await server.register('active');
    let event = await subscription.next();
    while (event.activity.kind === 'LOGGED') event = await subscription.next();
    expect(event.activity).toMatchObject({ kind: 'INSTANCE_REGISTERED', from: ann.id });
    await ann.remember('ISSUE', 'something learned');
    expect((await subscription.next()).activity).toMatchObject({
      kind: 'MEMORY_WRITTEN',
      summary: 'something learned',
    });
    await subscription.end();
  });
});

describe('activity', () => {
  it('ends once the instance deregisters', async () => {
    const ben = await server.register('left-watching');
    const subscription = subscribe<object>(ben, 'subscription { activity { kind } }');
    const next = subscription.next();
    const settled = expect(
      (async () => {
        for (await next; ; ) await subscription.next();
      })(),
    ).rejects.toMatchObject({ message: expect.stringContaining('revoked') });
    await expect
      .poll(async () => {
        await ben.send('@all', 'knock');
        return Promise.race([next, Promise.resolve(undefined)]);
      })
      .toBeDefined();
    await ben.leave();
    await settled;
    await subscription.end();
  });

  it('does not show an instance what is sent to others', async () => {
    const [ann, ben, cat] = [await server.register('p'), await server.register('p'), await server.register('q')];
    const subscription = subscribe<{ activity: { summary: string } }>(cat, 'subscription { activity { summary } }');
    const first = subscription.next();
    await expect
      .poll(async () => {
        await cat.send('@all', 'knock');
        return Promise.race([first, Promise.resolve(undefined)]);
      })
      .toBeDefined();
    await ann.send(ben.id, 'private');
    await ann.send('@all', 'public');
    let event = await subscription.next();
    while (event.activity.summary === 'knock') event = await subscription.next();
    expect(event.activity.summary).toBe('public');
    await subscription.end();
  });
});
