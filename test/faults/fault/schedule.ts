import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { type Member, must } from '../client.ts';
import { type Cluster, withCluster } from '../cluster.ts';
import type { Fault, Outcome } from '../outcome.ts';
import { query } from '../own-postgres.ts';
import { Subscriber } from '../subscriber.ts';

/** What can happen next. `who` and `to` are indexes; they wrap around. */
type Action =
  | { act: 'send'; who: number; to: number; brief: boolean }
  | { act: 'subscribe' | 'disconnect' | 'resume' | 'inbox'; who: number }
  | { act: 'read'; who: number; which: number }
  | { act: 'expire' };

const who = fc.nat({ max: 2 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant('send'), who, to: fc.nat({ max: 5 }), brief: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('subscribe'), who }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('disconnect'), who }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('resume'), who }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('inbox'), who }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('read'), who, which: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('expire') }) },
);

/** Any order of sending, following, leaving, coming back, reading and expiring: what everybody sees is what a simple model says. */
export const schedule: Fault = {
  title: 'random schedules against a model',
  run: (scale) =>
    // Side by side, each on servers of its own: a schedule mostly waits for messages to expire.
    Promise.all((scale === 'long' ? [150] : [3, 3]).map((runs) => playMany(runs))),
};

function playMany(runs: number): Promise<Outcome> {
  return withCluster({}, async (cluster) => {
    const tally = { messages: 0 };
    const schedules = fc.array(action, { minLength: 15, maxLength: 40 });
    const property = fc.asyncProperty(schedules, async (actions) => {
      const play = await Play.begin(cluster);
      try {
        for (const each of actions) await play.act(each);
        await play.end();
      } finally {
        tally.messages += play.messages.length;
        await play.close();
      }
    });
    const result = await fc.check(property, { numRuns: runs, interruptAfterTimeLimit: 600_000, endOnFailure: true });
    const violations = result.failed ? [fc.defaultReportMessage(result) ?? 'a schedule failed'] : [];
    return {
      ...{ fault: schedule.title, runs: result.numRuns, messages: tally.messages, missed: 0, duplicated: 0 },
      ...{ latencies: [], violations: [...violations, ...cluster.deaths()], notes: [] },
    };
  });
}

interface ModelMessage {
  id: number;
  address: string;
  from: Member;
  /** When it is gone for certain (performance.now); never where it is undefined. */
  expiresAt: number | undefined;
  readBy: Set<Member>;
}

/** What a follower has to have been given since it subscribed. */
interface Following {
  subscriber: Subscriber;
  live: boolean;
  /** Ids given over earlier connections. */
  earlier: number[];
  due: Set<number>;
}

class Play {
  readonly messages: ModelMessage[] = [];
  readonly #cluster: Cluster;
  readonly #members: Member[];
  readonly #following = new Map<Member, Following>();

  constructor(cluster: Cluster, members: Member[]) {
    this.#cluster = cluster;
    this.#members = members;
  }

  /** Begins with three new instances on two projects, and with what was there before out of every inbox. */
  static async begin(cluster: Cluster): Promise<Play> {
    await query(cluster.databaseUrl, "update clambake.message set expires_at = now() - interval '1 second'");
    const name = `play-${Math.random().toString(36).slice(2)}`;
    const members = await Promise.all(['one', 'one', 'two'].map((project) => cluster.register(`${name}-${project}`)));
    return new Play(cluster, members);
  }

  async act(action: Action): Promise<void> {
    switch (action.act) {
      case 'send':
        return this.#send(this.#member(action.who), this.#address(action.to), action.brief);
      case 'subscribe':
        return this.#follow(this.#member(action.who), false);
      case 'resume':
        return this.#follow(this.#member(action.who), true);
      case 'disconnect':
        return this.#disconnect(this.#member(action.who));
      case 'inbox':
        return this.#checkInbox(this.#member(action.who));
      case 'read':
        return this.#read(this.#member(action.who), action.which);
      case 'expire':
        return this.#expire();
    }
  }

  /** Everybody comes back, and has everything. */
  async end(): Promise<void> {
    for (const [member, { live }] of this.#following) {
      if (!live) await this.#follow(member, true);
      await this.#checkReceived(member);
    }
    for (const member of this.#members) await this.#checkInbox(member);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#following.values()].map(({ subscriber }) => subscriber.stop()));
  }

  #member(index: number): Member {
    const member = this.#members[index % this.#members.length];
    if (!member) throw new Error('There is nobody.');
    return member;
  }

  #address(index: number): string {
    const [first, , third] = this.#members;
    return ['@all', first?.project, third?.project, ...this.#members.map(({ id }) => id)][index] ?? '@all';
  }

  async #send(from: Member, address: string, brief: boolean): Promise<void> {
    const { sendMessage } = await must<{ sendMessage: { message: { id: string } } }>(
      this.#cluster.endpoint(),
      from.token,
      'mutation ($to: String!, $in: Duration) { sendMessage(to: $to, subject: "played", expiresIn: $in) { message { id } } }',
      { to: address, in: brief ? '1s' : null },
    );
    const id = Number(sendMessage.message.id);
    const expiresAt = brief ? performance.now() + 1_000 : undefined;
    const message = { id, address, from, expiresAt, readBy: new Set<Member>() };
    this.messages.push(message);
    for (const [member, { due, live }] of this.#following) {
      if (!isFor(message, member)) continue;
      due.add(id);
      // A brief one is waited for: it has a second to arrive.
      if (live) await this.#checkReceived(member);
    }
  }

  async #follow(member: Member, resume: boolean): Promise<void> {
    const before = this.#following.get(member);
    if (before?.live || (resume && !before)) return;
    await this.#settle();
    const subscriber = new Subscriber(
      ...([member, Math.random() < 0.5 ? 'ws' : 'sse', () => [this.#cluster.endpoint()]] as const),
      resume ? before?.subscriber.cursor : undefined,
    );
    const following: Following = {
      ...{ subscriber, live: true },
      earlier: resume && before ? [...before.earlier, ...before.subscriber.received.map(({ id }) => id)] : [],
      due: resume && before ? before.due : new Set(),
    };
    // What expired before anybody took it is due no more.
    const gone = new Set(this.messages.filter((message) => isExpired(message)).map(({ id }) => id));
    for (const id of following.due) {
      if (gone.has(id) && !following.earlier.includes(id)) following.due.delete(id);
    }
    this.#following.set(member, following);
    await subscriber.start();
    await this.#checkReceived(member);
  }

  async #disconnect(member: Member): Promise<void> {
    const following = this.#following.get(member);
    if (!following?.live) return;
    await this.#checkReceived(member);
    await following.subscriber.stop();
    following.live = false;
  }

  async #read(member: Member, which: number): Promise<void> {
    await this.#settle();
    const inbox = this.messages.filter((message) => isFor(message, member));
    const message = inbox[which % Math.max(1, inbox.length)];
    if (!message) return;
    const { markRead } = await must<{ markRead: { count: number } }>(
      this.#cluster.endpoint(),
      member.token,
      'mutation ($ids: [ID!]!) { markRead(ids: $ids) { count } }',
      { ids: [String(message.id)] },
    );
    equal(markRead.count, message.readBy.has(member) ? 0 : 1, 'how many were unread before');
    message.readBy.add(member);
  }

  async #expire(): Promise<void> {
    const last = Math.max(0, ...this.messages.map(({ expiresAt }) => expiresAt ?? 0));
    await sleep(Math.max(0, last + 20 - performance.now()));
  }

  /** Waits where a message is about to expire, so that the model knows on which side of it the next step is. */
  async #settle(): Promise<void> {
    const now = performance.now();
    const close = this.messages.some(({ expiresAt }) => expiresAt !== undefined && expiresAt > now - 20);
    if (close) await this.#expire();
  }

  async #checkReceived(member: Member): Promise<void> {
    const following = this.#following.get(member);
    if (!following) return;
    const { subscriber, earlier, due } = following;
    const ids = (): number[] => [...earlier, ...subscriber.received.map(({ id }) => id)];
    for (const deadline = performance.now() + 3_000; ids().length < due.size && performance.now() < deadline; ) {
      await sleep(5);
    }
    equal(subscriber.refused.join(), '', 'what was refused');
    equal(byChannel(ids(), this.messages), byChannel([...due], this.messages), `what ${member.id} was given`);
  }

  async #checkInbox(member: Member): Promise<void> {
    await this.#settle();
    const { inbox } = await must<{ inbox: { nodes: { id: string }[] } }>(
      this.#cluster.endpoint(),
      member.token,
      '{ inbox(first: 100) { nodes { id } } }',
    );
    const expected = this.messages
      .filter((message) => isFor(message, member) && !isExpired(message) && !message.readBy.has(member))
      .map(({ id }) => id);
    equal(inbox.nodes.map(({ id }) => Number(id)).join(), expected.reverse().join(), `the inbox of ${member.id}`);
  }
}

/** The audience rule (protocol: addressing messages). */
function isFor({ address, from }: ModelMessage, member: Member): boolean {
  return from !== member && ['@all', member.project, member.id].includes(address);
}

function isExpired({ expiresAt }: ModelMessage): boolean {
  return expiresAt !== undefined && performance.now() > expiresAt;
}

/** Order counts within a channel only. */
function byChannel(ids: number[], messages: ModelMessage[]): string {
  const addresses = new Map(messages.map(({ id, address }) => [id, address]));
  const channels = new Map<string, number[]>();
  for (const id of ids) {
    const address = addresses.get(id) ?? 'nowhere';
    channels.set(address, [...(channels.get(address) ?? []), id]);
  }
  return [...channels]
    .map(([address, of]) => `${address}: ${of.join()}`)
    .sort()
    .join('; ');
}

function equal<T>(found: T, expected: T, what: string): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)}, expected ${String(expected)}`);
}
