import type { Context, InstanceViewer } from '../context.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';

export interface InboxFilter {
  types: MessageType[] | null;
  includeRead: boolean;
}

type PageValues = [
  instanceId: string,
  channelIds: number[],
  types: MessageType[] | null,
  includeRead: boolean,
  before: number | null,
  after: number | null,
  limit: number,
];

// Driven by the index on (channel_id, expires_at): what has expired costs nothing, however much of it there is.
const matching = `
  FROM clambake.message m
  WHERE m.channel_id = ANY($2::int[]) AND m.expires_at > now() AND m.sender_id IS DISTINCT FROM $1
    AND ($3::clambake.message_type[] IS NULL OR m.type = ANY($3::clambake.message_type[]))
    AND ($4 OR NOT EXISTS (
      SELECT 1 FROM clambake.receipt r WHERE r.message_id = m.id AND r.instance_id = $1 AND r.read_at IS NOT NULL))`;

const page = (order: 'ASC' | 'DESC'): string => `SELECT m.id ${matching}
  AND ($5::int IS NULL OR m.id < $5) AND ($6::int IS NULL OR m.id > $6) ORDER BY m.id ${order} LIMIT $7`;

const newestFirst = statement<{ id: number }, PageValues>('inbox-page', page('DESC'));
const oldestFirst = statement<{ id: number }, PageValues>('inbox-page-inverted', page('ASC'));

const count = statement<{ count: number }, [string, number[], MessageType[] | null, boolean]>(
  'inbox-count',
  `SELECT count(*)::int AS count ${matching}`,
);

/**
 * The ids of a page of an instance's inbox, newest first: what was sent to the channels it listens to, less its own
 * messages and what has expired (design: data).
 */
export async function inboxPage(
  { database }: Context,
  viewer: InstanceViewer,
  filter: InboxFilter,
  range: { before: number | undefined; after: number | undefined; limit: number; inverted: boolean },
): Promise<number[]> {
  const read = range.inverted ? oldestFirst : newestFirst;
  const rows = await read(
    database.pool,
    viewer.id,
    viewer.channelIds,
    filter.types,
    filter.includeRead,
    range.before ?? null,
    range.after ?? null,
    range.limit,
  );
  return rows.map(({ id }) => id);
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
