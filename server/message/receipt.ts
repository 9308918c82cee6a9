import type { Context, InstanceViewer, Services } from '../context.ts';
import { type Queryable, statement } from '../database/statement.ts';
import type { Position } from '../delivery/cursor.ts';
import { ClambakeError } from '../errors.ts';

const listenedTo = 'm.channel_id = ANY($3::int[]) AND m.sender_id IS DISTINCT FROM $2';

// In the order of the key, here and below: two writers that met in the middle would each wait for the other. A message that was
// never handed over, but is marked read, was delivered by whatever told the instance its number.
const insertRead = statement<{ id: number }, [messageIds: number[], instanceId: string, channelIds: number[]]>(
  'receipt-read',
  `WITH marked AS (
     INSERT INTO clambake.receipt AS r (message_id, instance_id, read_at)
     SELECT m.id, $2, now() FROM clambake.message m WHERE m.id = ANY($1::int[]) AND ${listenedTo} ORDER BY m.id
     ON CONFLICT (message_id, instance_id) DO UPDATE SET read_at = now() WHERE r.read_at IS NULL
     RETURNING message_id
   )
   SELECT message_id AS id FROM marked ORDER BY 1`,
);

const selectUnread = statement<{ id: number }, [limit: number, instanceId: string, channelIds: number[]]>(
  'receipt-unread',
  `SELECT m.id FROM clambake.message m
   WHERE ${listenedTo} AND m.expires_at > now()
     AND NOT EXISTS (SELECT 1 FROM clambake.receipt r WHERE r.message_id = m.id AND r.instance_id = $2 AND r.read_at IS NOT NULL)
   ORDER BY m.id DESC LIMIT $1`,
);

const insertDeliveredUpTo = statement<
  object,
  [instanceId: string, channelIds: number[], sinces: number[], seqs: number[]]
>(
  'receipt-delivered-up-to',
  `INSERT INTO clambake.receipt (message_id, instance_id)
   SELECT m.id, $1
   FROM unnest($2::int[], $3::int8[], $4::int8[]) AS position (channel_id, since, seq)
   JOIN clambake.message m ON m.channel_id = position.channel_id AND m.seq > position.since AND m.seq <= position.seq
   WHERE m.sender_id IS DISTINCT FROM $1 AND m.expires_at > now()
     AND NOT EXISTS (SELECT 1 FROM clambake.receipt r WHERE r.message_id = m.id AND r.instance_id = $1)
   ORDER BY m.id ON CONFLICT DO NOTHING`,
);

/** Records that an instance was handed everything between where it began to follow and where it stands. */
export async function markDeliveredUpTo(
  queryable: Queryable,
  instanceId: string,
  positions: Position[],
): Promise<void> {
  const numbers = (part: 'channelId' | 'since' | 'seq'): number[] => positions.map((position) => position[part]);
  await insertDeliveredUpTo(queryable, instanceId, numbers('channelId'), numbers('since'), numbers('seq'));
}

/** The ids of the unread messages of an instance, newest first, at most `limit`. */
async function unreadIds({ database }: Services, viewer: InstanceViewer, limit: number): Promise<number[]> {
  return (await selectUnread(database.pool, limit, viewer.id, viewer.channelIds)).map(({ id }) => id);
}

/**
 * Marks messages of the caller's inbox as read, for the caller alone.
 * @param ids what to mark; null for everything unread, at most 500 of it
 * @returns the ids asked for, newest first, and how many of them were unread
 * @throws ClambakeError NOT_FOUND, marking nothing, where an id is of no message in the caller's inbox
 */
export async function markRead(
  context: Context,
  viewer: InstanceViewer,
  ids: number[] | null,
): Promise<{ ids: number[]; count: number }> {
  const { database } = context;
  const wanted = ids ? [...new Set(ids)] : await unreadIds(context, viewer, 500);
  if (ids) await requireInInbox(context, viewer, wanted);
  const marked = await insertRead(database.pool, wanted, viewer.id, viewer.channelIds);
  return { ids: wanted, count: marked.length };
}

async function requireInInbox({ database }: Context, viewer: InstanceViewer, ids: number[]): Promise<void> {
  const found = await database.prisma.message.findMany({
    where: {
      id: { in: ids },
      channelId: { in: viewer.channelIds },
      OR: [{ senderId: null }, { senderId: { not: viewer.id } }],
    },
    select: { id: true },
  });
  const missing = ids.filter((id) => !found.some((message) => message.id === id));
  if (missing.length > 0) {
    const list = missing
      .slice(0, 10)
      .map((id) => `#${id}`)
      .join(', ');
    throw new ClambakeError(
      'NOT_FOUND',
      `No message ${list} is in the inbox of ${viewer.id}, and nothing was marked: \`clambake inbox --all\` lists what is.`,
    );
  }
}
