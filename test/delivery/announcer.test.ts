import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityEvent } from '../../server/delivery/activity.ts';
import { Announcer } from '../../server/delivery/announcer.ts';
import { Listener } from '../../server/delivery/listener.ts';
import { encodeNotices, maxPayload, readPayload } from '../../server/delivery/notice.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';
import { memoryLogger, Notebook, openPool, until } from './replica.ts';

const event: ActivityEvent = {
  kind: 'MESSAGE_SENT',
  at: new Date('2026-11-05T10:00:00.123Z'),
  from: 'brisk-otter-4f2a',
  project: 'Döner',
  summary: 'Grüße 👋',
  channelId: 7,
  messageId: 42,
};

describe('an announcer', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let transactions = 0;
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    pool = openPool(database.url);
    pool.on('acquire', () => {
      transactions += 1;
    });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  function announce(origin: string, of = pool) {
    const { log, lines } = memoryLogger();
    const announcer = new Announcer(of, log, origin);
    ends.push(() => announcer.close());
    return { announcer, lines };
  }

  async function listen(origin: string): Promise<Notebook> {
    const heard = new Notebook();
    const listener = new Listener({ url: database.url, origin, heard, log: memoryLogger().log });
    ends.push(() => listener.close());
    listener.start();
    await until('the listener listens', () => listener.state === 'listening');
    return heard;
  }

  it('tells other servers of messages, of tokens that count no longer and of what happens, and its own server nothing', async () => {
    const [own, other] = [await listen('one'), await listen('two')];
    const { announcer } = announce('one');
    announcer.announce({ kind: 'message', channelId: 7 });
    announcer.announce({ kind: 'revoked', instanceId: 'brisk-otter-4f2a' });
    announcer.announce({ kind: 'activity', event });
    await until('all is heard', () => other.events.length === 1);
    expect(other).toMatchObject({ channelIds: [7], revokedIds: ['brisk-otter-4f2a'], events: [event] });
    announce('two').announcer.announce({ kind: 'message', channelId: 8 });
    await until('what was announced later is heard', () => own.channelIds.length > 0);
    expect(own).toMatchObject({ channelIds: [8], revokedIds: [], events: [] });
  });

  it('gathers 10,000 announcements in a few transactions and loses no channel', async () => {
    const heard = await listen('two');
    const { announcer } = announce('one');
    const before = transactions;
    const wanted = new Set<number>();
    for (let i = 0; i < 10_000; i += 1) {
      const channelId = 1 + (i % 3000);
      wanted.add(channelId);
      announcer.announce({ kind: 'message', channelId });
      if (i % 1000 === 999) await new Promise(setImmediate);
    }
    await until('every channel is heard', () => new Set(heard.channelIds).size === wanted.size);
    expect(transactions - before).toBeLessThanOrEqual(5);
    expect(heard.channelIds.length).toBeLessThan(10_000);
  });

  it('keeps the last 1,000 events and every message when more happens than can be told', async () => {
    const heard = await listen('two');
    const { announcer } = announce('one');
    for (let i = 1; i <= 1500; i += 1) {
      announcer.announce({ kind: 'activity', event: { ...event, messageId: i } });
      announcer.announce({ kind: 'message', channelId: i });
    }
    await announcer.close();
    await until('the last event is heard', () => heard.events.at(-1)?.messageId === 1500);
    expect(heard.events.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 501));
    expect(heard.channelIds).toHaveLength(1500);
  });

  it('leaves nothing behind that is announced in the moment it comes to rest', async () => {
    const heard = await listen('two');
    const { announcer } = announce('one');
    for (let i = 1; i <= 60; i += 1) {
      announcer.announce({ kind: 'message', channelId: i });
      // Its pause is 5 ms: some of these fall on the end of it.
      await sleep(4 + (i % 4));
    }
    await until('every channel is heard', () => new Set(heard.channelIds).size === 60, 1000);
  });

  it('sends what waits before it closes, and nothing afterwards', async () => {
    const heard = await listen('two');
    const { announcer } = announce('one');
    announcer.announce({ kind: 'message', channelId: 1 });
    announcer.announce({ kind: 'message', channelId: 2 });
    await announcer.close();
    announcer.announce({ kind: 'message', channelId: 3 });
    announce('three').announcer.announce({ kind: 'message', channelId: 4 });
    await until('the last channel is heard', () => heard.channelIds.includes(4));
    expect(heard.channelIds).toEqual([1, 2, 4]);
  });

  it('sends hints once more when its connection breaks under it, and events not', async () => {
    const heard = await listen('two');
    const url = new URL(database.url);
    const proxy = await startProxy({ host: url.hostname, port: Number(url.port) });
    ends.push(() => proxy.close());
    url.port = String(proxy.port);
    const broken = openPool(url.href, 1);
    ends.push(() => broken.end());
    const { announcer } = announce('one', broken);
    await broken.query('SELECT 1');
    proxy.mode = 'blackhole';
    announcer.announce({ kind: 'message', channelId: 1 });
    announcer.announce({ kind: 'activity', event });
    await sleep(50);
    announcer.announce({ kind: 'revoked', instanceId: 'brisk-otter-4f2a' });
    proxy.reset();
    proxy.mode = 'pass';
    await until('both are heard', () => heard.revokedIds.length > 0 && heard.channelIds.length > 0);
    expect(heard).toMatchObject({ channelIds: [1], revokedIds: ['brisk-otter-4f2a'], events: [] });
  });

  it('throws nothing, and tells the log once, when the database is gone', async () => {
    const gone = openPool('postgresql://nobody@127.0.0.1:1/nowhere');
    const { announcer, lines } = announce('one', gone);
    for (let i = 1; i <= 100; i += 1) announcer.announce({ kind: 'message', channelId: i });
    await announcer.close();
    await gone.end();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'debug', msg: expect.stringContaining('were not told') });
  });
});

describe('a payload', () => {
  const channelIds = Array.from({ length: 5000 }, (_, i) => i + 2_000_000_000);

  it('is split where it would be too long for NOTIFY, and every piece can be read', () => {
    const revoked = Array.from({ length: 1000 }, (_, i) => `brisk-otter-${i}`);
    const payloads = encodeNotices('one', { channelIds, revoked, events: [event] });
    expect(payloads.length).toBeGreaterThan(8);
    expect(payloads.every((payload) => Buffer.byteLength(payload) <= maxPayload)).toBe(true);
    const read = payloads.map((payload) => readPayload(payload));
    expect(read.flatMap((payload) => payload?.channelIds ?? [])).toEqual(channelIds);
    expect(read.flatMap((payload) => payload?.revoked ?? [])).toEqual(revoked);
    expect(read.flatMap((payload) => payload?.events ?? [])).toEqual([event]);
  });

  it.each(['x', 'ü', '👋', '"', '\u0001'])('loses the end of a summary of 100,000 times %j', (character) => {
    const [payload = '', ...more] = encodeNotices('one', {
      channelIds: [],
      revoked: [],
      events: [{ ...event, summary: character.repeat(100_000) }],
    });
    expect(more).toEqual([]);
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(maxPayload);
    expect(Buffer.byteLength(payload)).toBeGreaterThan(maxPayload / 2);
    const [read] = readPayload(payload)?.events ?? [];
    expect(read?.summary).toMatch(/…$/);
    expect(read?.summary.isWellFormed()).toBe(true);
  });

  it('is ASCII, which is the same bytes in every encoding of a database', () => {
    const payloads = encodeNotices('ö', { channelIds: [1], revoked: [], events: [event] });
    expect(payloads.join('')).toMatch(/^[\x20-\x7e]+$/);
  });

  it.each(['', 'hello', '{', 'null', '[]', '7', '{"o":""}', '{"o":7,"m":[1]}', '{"m":[1]}'])(
    'that is %j is none',
    (text) => {
      expect(readPayload(text)).toBeUndefined();
    },
  );

  it('is read without what does not fit', () => {
    const good = { kind: 'LOGGED', at: 1, from: 'human', project: null, summary: 'x' };
    const read = readPayload(
      JSON.stringify({
        o: 'one',
        m: [1, 0, -1, 1.5, '2', null, 2 ** 31, { id: 3 }, 4],
        r: ['a', 5, '', 'x'.repeat(201)],
        a: [
          good,
          { ...good, kind: 'toString' },
          { ...good, at: 'now' },
          { ...good, at: 1e300 },
          { ...good, project: 7 },
          { ...good, channelId: 'all' },
          { ...good, summary: null },
          { ...good, extra: 'dropped', __proto__: { x: 1 } },
          null,
          'event',
        ],
      }),
    );
    expect(read).toEqual({
      origin: 'one',
      beat: undefined,
      channelIds: [1, 4],
      revoked: ['a'],
      events: [
        { ...good, at: new Date(1) },
        { ...good, at: new Date(1) },
      ],
    });
    expect(readPayload('{"o":"one","m":{"0":1},"r":"a","a":7}')).toMatchObject({ channelIds: [], revoked: [] });
  });
});
