import { usualLimit } from '../connection.ts';
import type { Context, InstanceViewer } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { addressed, type Reading, signed } from '../delivery/message-parts.ts';
import { isWithin } from '../selection.ts';
import { type InboxRow, inboxMessage, inboxSelection, inboxText } from './inbox-row.ts';
import { isOpenRequest } from './request.ts';

export interface InboxFilter {
  types: MessageType[] | null;
  includeRead: boolean;
}

/** Where a message stands in an inbox: open requests (1) come before everything else (0), the newer before the older. */
export interface InboxPlace {
  open: number;
  id: number;
}

type PageValues = [
  instanceId: string,
  channelIds: number[],
  types: MessageType[] | null,
  includeRead: boolean,
  ...before: [open: number | null, id: number | null],
  ...after: [open: number | null, id: number | null],
  limit: number,
];

/** What a page is read by: the conditions that the values of a statement stand for. */
interface Shape {
  channels: string;
  filter: string;
  range: string;
  limit: string;
}

const general: Shape = {
  channels: 'm.channel_id = ANY($2::int[])',
  filter: `($3::clambake.message_type[] IS NULL OR m.type = ANY($3::clambake.message_type[])) AND ($4 OR r.read_at IS NULL)`,
  range: 'WHERE ($5::int IS NULL OR (open, id) < ($5, $6)) AND ($7::int IS NULL OR (open, id) > ($7, $8))',
  limit: '$9',
};

/**
 * The first page of what is unread, as agents ask for it all day, has statements of its own. Of one whose conditions depend on its values
 * Postgres makes the plan anew each time, which takes twice as long as to run it; of one without, it keeps the plan.
 */
const usual: Shape = {
  channels: 'm.channel_id IN ($2, $3, $4)',
  filter: 'r.read_at IS NULL',
  range: '',
  limit: String(usualLimit),
};

// Driven by the index on (channel_id, expires_at): what has expired costs nothing, however much of it there is.
const matching = ({ channels, filter }: Shape): string => `
  FROM clambake.message m LEFT JOIN clambake.receipt r ON r.message_id = m.id AND r.instance_id = $1
  WHERE ${channels} AND m.expires_at > now() AND m.sender_id IS DISTINCT FROM $1 AND ${filter}`;

const page = (shape: Shape, order: 'ASC' | 'DESC'): string =>
  `SELECT * FROM (
     SELECT m.id, (${isOpenRequest('m')})::int AS open, r.delivered_at AS "deliveredAt", r.read_at AS "readAt",
       (SELECT min(answer.id) FROM clambake.message answer
        WHERE m.type = 'REQUEST' AND answer.reply_to_id = m.id AND answer.type = 'DONE') AS "answerId"
     ${matching(shape)}
   ) AS mine ${shape.range}
   ORDER BY open ${order}, id ${order} LIMIT ${shape.limit}`;

type UsualValues = [instanceId: string, ...channelIds: [number, number, number]];

const statementsOf = (name: string, read: (page: string, order: 'ASC' | 'DESC') => string) => ({
  usual: statement<InboxRow, UsualValues>(`inbox-${name}-usual`, read(page(usual, 'DESC'), 'DESC')),
  firstToLast: statement<InboxRow, PageValues>(`inbox-${name}`, read(page(general, 'DESC'), 'DESC')),
  lastToFirst: statement<InboxRow, PageValues>(`inbox-${name}-inverted`, read(page(general, 'ASC'), 'ASC')),
});

/** Where Prisma loads the messages. */
const pageOnly = statementsOf('page', (page) => page);
const readingOf = (name: string, reading: Reading) => ({
  reading,
  statements: statementsOf(name, (page, order) => inboxText(reading, page, order)),
});
/** From the least that is read to the most. */
const readings = [readingOf('addressed', addressed), readingOf('signed', signed)];

const count = statement<{ count: number }, [string, number[], MessageType[] | null, boolean]>(
  'inbox-count',
  `SELECT count(*)::int AS count ${matching(general)}`,
);

/** A message of an inbox. */
export interface InboxEntry extends InboxPlace {
  message: Message;
  /** Whether it was handed over before. */
  delivered: boolean;
}

/** The part of an inbox to read: what lies between two places, from one end or the other. */
export interface InboxRange {
  before: InboxPlace | undefined;
  after: InboxPlace | undefined;
  limit: number;
  inverted: boolean;
}

/**
 * A page of an instance's inbox: what was sent to the channels it listens to, less its own messages and what has expired
 * (design: data). Open requests first, then the newest.
 * @param selected what Prisma would be asked of each: one statement gives the usual, Prisma loads the rest
 */
export async function inboxPage(
  { database }: Context,
  viewer: InstanceViewer,
  filter: InboxFilter,
  range: InboxRange,
  selected: object,
): Promise<InboxEntry[]> {
  const enough = readings.find(({ reading }) => isWithin({ ...selected }, inboxSelection(reading, viewer.id)));
  const rows = await readPage(database.pool, enough?.statements ?? pageOnly, viewer, filter, range);
  const messages = enough
    ? rows.map((row) => inboxMessage(enough.reading, row))
    : await database.prisma.message.findMany({ ...selected, where: { id: { in: rows.map(({ id }) => id) } } });
  const byId = new Map(messages.map((message) => [message.id, message]));
  // What is gone meanwhile is left out.
  return rows.flatMap(({ id, open, deliveredAt }) => {
    const message = byId.get(id);
    return message ? [{ id, open, delivered: deliveredAt !== null, message }] : [];
  });
}

function readPage(
  pool: Queryable,
  { usual, firstToLast, lastToFirst }: ReturnType<typeof statementsOf>,
  { id, channelIds }: InstanceViewer,
  { types, includeRead }: InboxFilter,
  { before, after, limit, inverted }: InboxRange,
): Promise<InboxRow[]> {
  const [one, other, third, ...more] = channelIds;
  const isUsual = types === null && !includeRead && !before && !after && !inverted && limit === usualLimit;
  if (isUsual && one !== undefined && other !== undefined && third !== undefined && more.length === 0) {
    return usual(pool, id, one, other, third);
  }
  const read = inverted ? lastToFirst : firstToLast;
  return read(
    pool,
    ...([id, channelIds, types, includeRead] as const),
    ...([before?.open ?? null, before?.id ?? null] as const),
    ...([after?.open ?? null, after?.id ?? null] as const),
    limit,
  );
}

/** How many messages an inbox holds under a filter. */
export async function inboxCount({ database }: Context, viewer: InstanceViewer, filter: InboxFilter): Promise<number> {
  const [row] = await count(database.pool, viewer.id, viewer.channelIds, filter.types, filter.includeRead);
  return row?.count ?? 0;
}

/** How many messages an instance has not read. */
export async function unreadCount(context: Context, viewer: InstanceViewer): Promise<number> {
  return inboxCount(context, viewer, { types: null, includeRead: false });
}
