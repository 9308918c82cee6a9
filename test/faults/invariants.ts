import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, must } from './client.ts';
import type { Ledger } from './ledger.ts';
import { query } from './own-postgres.ts';
import type { Reader } from './reader.ts';
import type { Subscriber } from './subscriber.ts';

interface MessageRow {
  id: number;
  channel_id: number;
  seq: number;
  sender_id: string | null;
  subject: string;
  client_key: string | null;
  live: boolean;
}

interface ChannelRow {
  id: number;
  kind: 'ALL' | 'PROJECT' | 'INSTANCE';
  last_seq: number;
  project_id: number | null;
  instance_id: string | null;
}

/** What the database holds. */
interface Stored {
  messages: MessageRow[];
  channels: ChannelRow[];
  /** Project id of every instance. */
  projects: Map<string, number>;
}

/** What is checked. */
export interface Checked {
  databaseUrl: string;
  endpoint: Endpoint;
  ledger: Ledger;
  subscribers: Subscriber[];
  readers: Reader[];
  /** Milliseconds that the last deliveries may take after the last acknowledgement. */
  within: number;
}

/** What was found. */
export interface Findings {
  messages: number;
  missed: number;
  duplicated: number;
  latencies: number[];
  violations: string[];
}

/** Checks, once all writers are done, what delivery promises (issue 3: the invariants), against the database and everybody. */
export async function inspect(checked: Checked): Promise<Findings> {
  const { ledger, subscribers, readers } = checked;
  await Promise.all(readers.map((reader) => reader.done()));
  const stored = await readStored(checked.databaseUrl);
  await settled(stored, checked);
  await Promise.all(readers.map((reader) => reader.done()));
  const violations = [
    ...ledger.refused,
    ...readers.flatMap(({ refused }) => refused),
    ...subscribers.flatMap(({ refused }) => refused),
    ...checkNumbers(stored),
    ...checkAcknowledged(stored, ledger),
  ];
  let missed = 0;
  let duplicated = storedTwice(stored);
  const latencies: number[] = [];
  for (const subscriber of subscribers) {
    const due = dueTo(stored, subscriber);
    const ids = subscriber.received.map(({ id }) => id);
    const unique = new Set(ids);
    missed += [...due.keys()].filter((id) => !unique.has(id)).length;
    duplicated += ids.length - unique.size;
    violations.push(...checkAudience(due, subscriber), ...checkOrder(due, subscriber));
    for (const { subject, at } of subscriber.received) {
      const begun = ledger.begun.get(subject);
      if (begun !== undefined) latencies.push(at - begun);
    }
  }
  violations.push(...(await checkUnread(stored, checked)), ...(await checkReceipts(checked)));
  return { messages: stored.messages.length, missed, duplicated, latencies, violations };
}

async function readStored(url: string): Promise<Stored> {
  const [messages, channels, instances] = await Promise.all([
    query<MessageRow>(
      url,
      `select id, channel_id, seq::int, sender_id, subject, client_key, expires_at > now() as live
       from clambake.message order by channel_id, seq`,
    ),
    query<ChannelRow>(url, 'select id, kind, last_seq::int, project_id, instance_id from clambake.channel'),
    query<{ id: string; project_id: number }>(url, 'select id, project_id from clambake.instance'),
  ]);
  return { messages, channels, projects: new Map(instances.map(({ id, project_id }) => [id, project_id])) };
}

/** The channels whose messages an instance gets, by the rule and not by the server's code (protocol: addressing). */
function channelsOf({ channels, projects }: Stored, instance: string): Set<number> {
  const project = projects.get(instance);
  return new Set(
    channels
      .filter(
        ({ kind, project_id, instance_id }) => kind === 'ALL' || project_id === project || instance_id === instance,
      )
      .filter(({ kind, project_id }) => kind !== 'PROJECT' || project_id !== null)
      .map(({ id }) => id),
  );
}

/** The messages that a subscriber has to get, by their ids. */
function dueTo(stored: Stored, { member, begins }: Subscriber): Map<number, MessageRow> {
  const own = channelsOf(stored, member.id);
  const from = new Map(begins.map(({ channelId, seq }) => [channelId, seq]));
  const due = stored.messages.filter(
    ({ channel_id, seq, sender_id }) =>
      own.has(channel_id) && sender_id !== member.id && seq > (from.get(channel_id) ?? 0),
  );
  return new Map(due.map((message) => [message.id, message]));
}

/** Waits until everybody has everything, or until it has taken too long. */
async function settled(stored: Stored, { subscribers, within }: Checked): Promise<void> {
  const open = new Map(subscribers.map((subscriber) => [subscriber, dueTo(stored, subscriber).size]));
  for (const deadline = performance.now() + within; performance.now() < deadline; await sleep(50)) {
    for (const [subscriber, due] of open) if (subscriber.received.length >= due) open.delete(subscriber);
    if (open.size === 0) break;
  }
  // Whatever would come twice is given a moment to do so.
  await sleep(200);
}

function checkNumbers({ messages, channels }: Stored): string[] {
  return channels.flatMap(({ id, last_seq }) => {
    const numbers = messages.filter(({ channel_id }) => channel_id === id).map(({ seq }) => seq);
    const gapless = numbers.length === last_seq && numbers.every((seq, index) => seq === index + 1);
    return gapless ? [] : [`channel ${id} stands at ${last_seq} and holds ${numbers.length} messages, not 1, 2, 3 …`];
  });
}

function checkAcknowledged({ messages }: Stored, ledger: Ledger): string[] {
  const subjects = new Map(messages.map(({ id, subject }) => [id, subject]));
  return [...ledger.acknowledged]
    .filter(([subject, { id }]) => subjects.get(id) !== subject)
    .map(([subject, { id }]) => `message #${id} (${subject}) was acknowledged and is not stored`);
}

function storedTwice({ messages }: Stored): number {
  const keyed = messages.filter(({ client_key }) => client_key !== null);
  return keyed.length - new Set(keyed.map(({ subject }) => subject)).size;
}

function checkAudience(due: Map<number, MessageRow>, { member, received }: Subscriber): string[] {
  return received
    .filter(({ id }) => !due.has(id))
    .map(({ id }) => `${member.id} was given #${id}, which is not for it`);
}

function checkOrder(due: Map<number, MessageRow>, { member, received }: Subscriber): string[] {
  const last = new Map<number, number>();
  return received.flatMap(({ id }) => {
    const message = due.get(id);
    if (!message) return [];
    const before = last.get(message.channel_id) ?? 0;
    last.set(message.channel_id, Math.max(before, message.seq));
    // The same again is counted as duplicated.
    return message.seq < before ? [`${member.id} was given number ${message.seq} after ${before}`] : [];
  });
}

async function checkUnread(stored: Stored, { endpoint, subscribers, readers }: Checked): Promise<string[]> {
  const wrong: string[] = [];
  for (const subscriber of subscribers) {
    const { member } = subscriber;
    const read = readers.find((reader) => reader.subscriber === subscriber)?.read ?? new Set<number>();
    const own = channelsOf(stored, member.id);
    const expected = stored.messages.filter(
      ({ id, channel_id, sender_id, live }) => live && own.has(channel_id) && sender_id !== member.id && !read.has(id),
    ).length;
    const { inbox } = await must<{ inbox: { totalCount: number } }>(
      endpoint,
      member.token,
      '{ inbox(first: 1) { totalCount } }',
    );
    if (inbox.totalCount !== expected) {
      wrong.push(`${member.id} has ${inbox.totalCount} unread, and did not read ${expected}`);
    }
  }
  return wrong;
}

/** Whoever got a message and came back, or is still there, counts as having got it: the sender sees that. */
async function checkReceipts({ databaseUrl, subscribers }: Checked): Promise<string[]> {
  let missing = 0;
  for (const deadline = performance.now() + 3_000; ; await sleep(100)) {
    const rows = await query<{ instance_id: string; message_id: number }>(
      databaseUrl,
      'select instance_id, message_id from clambake.receipt',
    );
    const receipts = new Set(rows.map(({ instance_id, message_id }) => `${instance_id} ${message_id}`));
    missing = subscribers
      .flatMap(({ member, received }) => received.map(({ id }) => `${member.id} ${id}`))
      .filter((delivery) => !receipts.has(delivery)).length;
    if (missing === 0 || performance.now() > deadline) break;
  }
  return missing === 0 ? [] : [`${missing} deliveries without a receipt`];
}
