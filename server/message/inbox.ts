import type { Context, InstanceViewer } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';
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

// Driven by the index on (channel_id, expires_at): what has expired costs nothing, however much of it there is.
const matching = `
  FROM clambake.message m LEFT JOIN clambake.receipt r ON r.message_id = m.id AND r.instance_id = $1
  WHERE m.channel_id = ANY($2::int[]) AND m.expires_at > now() AND m.sender_id IS DISTINCT FROM $1
    AND ($3::clambake.message_type[] IS NULL OR m.type = ANY($3::clambake.message_type[]))
    AND ($4 OR r.read_at IS NULL)`;

const page = (order: 'ASC' | 'DESC'): string =>
  `SELECT * FROM (
     SELECT m.id, (${isOpenRequest('m')})::int AS open, r.delivered_at AS "deliveredAt", r.read_at AS "readAt",
       (SELECT min(answer.id) FROM clambake.message answer
        WHERE m.type = 'REQUEST' AND answer.reply_to_id = m.id AND answer.type = 'DONE') AS "answerId"
     ${matching}
   ) AS mine
   WHERE ($5::int IS NULL OR (open, id) < ($5, $6)) AND ($7::int IS NULL OR (open, id) > ($7, $8))
   ORDER BY open ${order}, id ${order} LIMIT $9`;

const statementsOf = (name: string, read: (page: string, order: 'ASC' | 'DESC') => string) => ({
  firstToLast: statement<InboxRow, PageValues>(`inbox-${name}`, read(page('DESC'), 'DESC')),
  lastToFirst: statement<InboxRow, PageValues>(`inbox-${name}-inverted`, read(page('ASC'), 'ASC')),
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
  `SELECT count(*)::int AS count ${matching}`,
);

/** A message of an inbox. */
export interface InboxEntry extends InboxPlace {
  message: Message;
  /** Whether it was handed over before. */
  delivered: boolean;
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
  range: { before: InboxPlace | undefined; after: InboxPlace | undefined; limit: number; inverted: boolean },
  selected: object,
): Promise<InboxEntry[]> {
  const { before, after, limit, inverted } = range;
  const enough = readings.find(({ reading }) => isWithin({ ...selected }, inboxSelection(reading, viewer.id)));
  const { firstToLast, lastToFirst } = enough?.statements ?? pageOnly;
  const read = inverted ? lastToFirst : firstToLast;
  const rows = await read(
    database.pool,
    viewer.id,
    viewer.channelIds,
    filter.types,
    filter.includeRead,
    ...([before?.open ?? null, before?.id ?? null] as const),
    ...([after?.open ?? null, after?.id ?? null] as const),
    limit,
  );
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

/** How many messages an inbox holds under a filter. */
export async function inboxCount({ database }: Context, viewer: InstanceViewer, filter: InboxFilter): Promise<number> {
  const [row] = await count(database.pool, viewer.id, viewer.channelIds, filter.types, filter.includeRead);
  return row?.count ?? 0;
}

/** How many messages an instance has not read. */
export async function unreadCount(context: Context, viewer: InstanceViewer): Promise<number> {
  return inboxCount(context, viewer, { types: null, includeRead: false });
}
