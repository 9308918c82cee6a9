import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Announcer } from '../../server/delivery/announcer.ts';
import {
  answerDeadline,
  heartbeatInterval,
  Listener,
  type ListenerOptions,
  type ListenerState,
} from '../../server/delivery/listener.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { type Proxy as NetworkProxy, startProxy } from '../support/proxy.ts';
import { memoryLogger, Notebook, openPool, until } from './replica.ts';

describe('a listener', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let announcer: Announcer;
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    pool = openPool(database.url);
    announcer = new Announcer(pool, memoryLogger().log, 'other');
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    await announcer.close();
    await pool.end();
    await database.drop();
  });

  function target() {
    const { hostname, port } = new URL(database.url);
    return { host: hostname, port: Number(port) };
  }

  function through({ port }: { port: number }): string {
    const url = new URL(database.url);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return url.href;
  }

  async function openProxy(): Promise<NetworkProxy> {
    const proxy = await startProxy(target());
    ends.push(() => proxy.close());
    return proxy;
  }

  function start(options: Partial<ListenerOptions> = {}) {
    const heard = new Notebook();
    const { log, lines } = memoryLogger();
    const listener = new Listener({ url: database.url, origin: 'one', heard, log, ...options });
    ends.push(() => listener.close());
    listener.start();
    const reaches = (state: ListenerState) => until(`it is ${state}`, () => listener.state === state);
    return { listener, heard, lines, reaches };
  }

  /** Announces a channel until it is heard: what was announced while nobody listened is lost, and that is all right. */
  async function hears({ heard }: { heard: Notebook }, channelId: number): Promise<void> {
    await until(`channel ${channelId} is heard`, () => {
      announcer.announce({ kind: 'message', channelId });
      return heard.channelIds.includes(channelId);
    });
  }

  it('says that it listens and lets everybody look again once it is connected', async () => {
    const { listener, heard, reaches } = start();
    expect(listener.health).toEqual({ notifications: 'connecting' });
    await reaches('listening');
    expect(listener.health).toEqual({ notifications: 'listening' });
    expect(heard.resumes).toBe(1);
    listener.start();
    await hears({ heard }, 1);
    expect(await backends()).toBe(1);
  });

  it('passes over what does not fit, whoever sends it, and hears on', async () => {
    const one = start();
    await one.reaches('listening');
    for (const payload of [
      '',
      'hello',
      '{"o":"x","m":["99"]}',
      '{"m":[99]}',
      '{"o":"x","b":"guess"}',
      `{"o":"x","a":[${'['.repeat(3000)}`,
    ]) {
      await pool.query('SELECT pg_notify($1, $2)', ['clambake', payload]);
    }
    await hears(one, 2);
    expect(one.heard).toMatchObject({ channelIds: expect.not.arrayContaining([99]), events: [], resumes: 1 });
  });

  it('outlives an error of whoever is told', async () => {
    const heard = new Notebook();
    const message = heard.message.bind(heard);
    heard.message = (ids) => {
      message(ids);
      throw new Error('cannot');
    };
    const { reaches, lines } = start({ heard });
    await reaches('listening');
    await hears({ heard }, 3);
    await hears({ heard }, 4);
    expect(heard.resumes).toBe(1);
    expect(lines.find(({ level }) => level === 'error')?.msg).toMatch(/could not be handed on/);
  });

  it('comes back at once, and says so, each time its backend is ended, every 250 ms for 4 s', async () => {
    const one = start();
    await one.reaches('listening');
    let ended = 0;
    let worst = 0;
    for (const deadline = performance.now() + 4000; performance.now() < deadline; await sleep(250)) {
      const before = one.heard.resumes;
      const since = performance.now();
      ended += await end();
      await until('it listens again', () => one.heard.resumes > before);
      worst = Math.max(worst, performance.now() - since);
    }
    expect(ended).toBeGreaterThan(8);
    expect(one.heard.resumes).toBe(ended + 1);
    expect(worst).toBeLessThan(1000);
    await hears(one, 5);
    expect(one.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('comes back after a reset of its connection, and one byte at a time', async () => {
    const proxy = await openProxy();
    const one = start({ url: through(proxy) });
    await one.reaches('listening');
    proxy.mode = 'trickle';
    proxy.reset();
    await until('it listens again', () => one.heard.resumes === 2);
    await hears(one, 6);
  });

  it('notices a black hole within 15 s with its own intervals', () => {
    expect(heartbeatInterval + answerDeadline).toBeLessThanOrEqual(15_000);
  });

  it('notices a black hole within a heartbeat and its deadline, and comes back when the network does', async () => {
    const proxy = await openProxy();
    const [heartbeat, deadline] = [300, 300];
    const one = start({ url: through(proxy), heartbeat, deadline });
    await one.reaches('listening');
    await hears(one, 7);
    proxy.mode = 'blackhole';
    const since = performance.now();
    await one.reaches('connecting');
    expect(performance.now() - since).toBeLessThan(heartbeat + deadline + 1000);
    announcer.announce({ kind: 'message', channelId: 8 });
    await sleep(500);
    expect(one.listener.state).toBe('connecting');
    proxy.mode = 'pass';
    await until('it listens again', () => one.heard.resumes === 2);
    await hears(one, 9);
  });

  it('keeps a connection that is only slow', async () => {
    const proxy = await openProxy();
    const one = start({ url: through(proxy), heartbeat: 50, deadline: 2000 });
    await one.reaches('listening');
    proxy.delay = 200;
    await sleep(1500);
    await hears(one, 10);
    expect(one.heard.resumes).toBe(1);
  });

  it('says that LISTEN does not work, once and with a remedy, where no notification ever arrives; and tries again', async () => {
    const deaf = await startDeafProxy(target());
    ends.push(() => deaf.close());
    // A connection that takes longer than that on a busy machine is another warning.
    const one = start({ url: through(deaf), deadline: 500, retry: 100 });
    await one.reaches('unsupported');
    expect(one.listener.health).toEqual({ notifications: 'unsupported' });
    await until('it tries again', () => deaf.accepted >= 6);
    expect(one.listener.health).toEqual({ notifications: 'unsupported' });
    const warnings = one.lines.filter(({ level, msg }) => level === 'warn' && /LISTEN/.test(String(msg)));
    expect(warnings).toEqual([
      expect.objectContaining({ msg: expect.stringMatching(/LISTEN does not work.*DATABASE_URL.*session mode/) }),
    ]);
    deaf.deaf = false;
    await one.reaches('listening');
    await hears(one, 11);
    expect(one.lines.at(-1)).toMatchObject({ level: 'info', msg: expect.stringContaining('arrive again') });
  });

  it('says that LISTEN does not work where it is refused', async () => {
    const deaf = await startDeafProxy(target());
    ends.push(() => deaf.close());
    deaf.refuses = true;
    const one = start({ url: through(deaf) });
    await one.reaches('unsupported');
    expect(one.lines).toEqual([
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('LISTEN does not work') }),
    ]);
  });

  it('tells the log once that nothing answers, and goes on trying', async () => {
    const proxy = await openProxy();
    const url = through(proxy);
    await proxy.close();
    ends.pop();
    const one = start({ url });
    await until('it is logged', () => one.lines.length > 0);
    await sleep(500);
    expect(one.lines).toEqual([
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('cannot be had') }),
    ]);
    expect(one.listener.state).toBe('connecting');
  });

  it.each(['before it is connected', 'in a black hole', 'while it waits to try again', 'while it listens'])(
    'closes %s at once, and leaves nothing behind',
    async (when) => {
      const proxy = await openProxy();
      if (when === 'in a black hole') proxy.mode = 'blackhole';
      if (when === 'while it waits to try again') await proxy.close().then(() => ends.pop());
      const { listener, reaches, heard } = start({
        url: when === 'while it waits to try again' ? through({ port: 1 }) : through(proxy),
      });
      if (when === 'while it listens') await reaches('listening');
      else if (when !== 'before it is connected') await sleep(300);
      const before = heard.resumes;
      const since = performance.now();
      await listener.close();
      expect(performance.now() - since).toBeLessThan(1000);
      if (when !== 'in a black hole') await until('its connections are gone', () => proxy.connections === 0);
      await sleep(100);
      expect(heard.resumes).toBe(before);
    },
  );

  it('closes without having been started', async () => {
    await new Listener({ url: database.url, origin: 'one', heard: new Notebook(), log: memoryLogger().log }).close();
  });

  const mine = "application_name = 'clambake listener' AND datname = current_database()";

  async function backends(): Promise<number> {
    const { rows } = await pool.query(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE ${mine}`);
    return rows[0].n;
  }

  async function end(): Promise<number> {
    const { rowCount } = await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${mine}`);
    return rowCount ?? 0;
  }
});

/** A proxy that keeps notifications back, as a pooler in transaction mode does: LISTEN succeeds and brings nothing. Or is refused. */
async function startDeafProxy(target: { host: string; port: number }) {
  const sockets = new Set<net.Socket>();
  const proxy = { port: 0, deaf: true, refuses: false, accepted: 0, close };
  const server = net.createServer((near) => {
    proxy.accepted += 1;
    const far = net.connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
    near.on('data', (data) => {
      // The same length, and a syntax error.
      far.write(proxy.refuses ? Buffer.from(data.toString('latin1').replace('LISTEN', 'LISTEM'), 'latin1') : data);
    });
    let rest = Buffer.alloc(0);
    far.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      // A message is a byte for its kind, then its length (which counts itself) in four.
      while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
        const message = rest.subarray(0, rest.readUInt32BE(1) + 1);
        rest = rest.subarray(message.length);
        if (!proxy.deaf || message[0] !== 'A'.charCodeAt(0)) near.write(message);
      }
    });
  });
  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) proxy.port = address.port;
  return proxy;
}
