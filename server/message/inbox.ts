import type { Context, InstanceViewer } from '../context.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';
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
  FROM clambake.message m
  WHERE m.channel_id = ANY($2::int[]) AND m.expires_at > now() AND m.sender_id IS DISTINCT FROM $1
    AND ($3::clambake.message_type[] IS NULL OR m.type = ANY($3::clambake.message_type[]))
    AND ($4 OR NOT EXISTS (
      SELECT 1 FROM clambake.receipt r WHERE r.message_id = m.id AND r.instance_id = $1 AND r.read_at IS NOT NULL))`;

const page = (
  order: 'ASC' | 'DESC',
): string => `SELECT id, open FROM (SELECT m.id, (${isOpenRequest('m')})::int AS open ${matching}) AS mine
  WHERE ($5::int IS NULL OR (open, id) < ($5, $6)) AND ($7::int IS NULL OR (open, id) > ($7, $8))
  ORDER BY open ${order}, id ${order} LIMIT $9`;

const firstToLast = statement<InboxPlace, PageValues>('inbox-page', page('DESC'));
const lastToFirst = statement<InboxPlace, PageValues>('inbox-page-inverted', page('ASC'));

const count = statement<{ count: number }, [string, number[], MessageType[] | null, boolean]>(
  'inbox-count',
  `SELECT count(*)::int AS count ${matching}`,
);

/**
 * A page of an instance's inbox: what was sent to the channels it listens to, less its own messages and what has expired
 * (design: data). Open requests first, then the newest.
 */
export async function inboxPage(
  { database }: Context,
  viewer: InstanceViewer,
  filter: InboxFilter,
  range: { before: InboxPlace | undefined; after: InboxPlace | undefined; limit: number; inverted: boolean },
): Promise<InboxPlace[]> {
  const { before, after, limit, inverted } = range;
  const read = inverted ? lastToFirst : firstToLast;
  return read(
    database.pool,
    viewer.id,
    viewer.channelIds,
    filter.types,
    filter.includeRead,
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
