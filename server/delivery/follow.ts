import type { Database } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import type { WakeUps } from './wake-ups.ts';

/** How long a follower waits at most before it looks again, in milliseconds: what a lost wake-up costs. */
const backstop = 1000;
/** Messages read at once, and so all that a slow reader ever holds. */
const pageSize = 100;

interface ChannelState {
  id: number;
  epoch: number;
  lastSeq: number;
  prunedSeq: number;
}

interface FollowedRow {
  id: number;
  channelId: number;
  seq: number;
  senderId: string | null;
  expired: boolean;
}

const readChannels = statement<ChannelState, [channelIds: number[]]>(
  'delivery-channels',
  `SELECT id, epoch, last_seq AS "lastSeq", pruned_seq AS "prunedSeq" FROM clambake.channel WHERE id = ANY($1::int[])`,
);

// Within a channel ids grow as numbers do: both are drawn under the lock on the channel's row.
const readPage = statement<FollowedRow, [channelIds: number[], seqs: number[]]>(
  'delivery-page',
  `SELECT m.id, m.channel_id AS "channelId", m.seq, m.sender_id AS "senderId", m.expires_at <= now() AS expired
   FROM unnest($1::int[], $2::int8[]) AS position (channel_id, seq)
   CROSS JOIN LATERAL (
     SELECT * FROM clambake.message
     WHERE channel_id = position.channel_id AND seq > position.seq
     ORDER BY seq LIMIT ${pageSize}
   ) AS m
   ORDER BY m.id LIMIT ${pageSize}`,
);

/** One step of a follower: where it stands, and the message that brought it there. */
export interface Step {
  /** Give it back to go on from here without a gap or a repetition. */
  cursor: string;
  /** Null in the first step, which only says where the following begins. */
  messageId: number | null;
}

export interface Follower {
  channelIds: number[];
  /** Begin behind this cursor; now where it is undefined. */
  after: string | undefined;
  /** Messages of this sender are passed over: nobody receives its own. */
  except: string | null;
  /** Asked before every page; throws where the follower may follow no longer. */
  admit: () => Promise<void>;
  /** Told of a page once the consumer has taken all of it. */
  delivered: (messageIds: number[]) => Promise<void>;
}

/**
 * Follows channels from a cursor: every message committed to them, each channel in its order, none twice for one cursor.
 * It pulls pages and queues nothing, so a slow reader costs one page.
 * @throws ClambakeError CURSOR_UNKNOWN for a cursor of other channels, of another database, or ahead of this one;
 *   CURSOR_EXPIRED for one so old that messages behind it have been cleaned up
 */
export async function* follow(
  { pool }: Database,
  wakeUps: WakeUps,
  follower: Follower,
  signal: AbortSignal,
): AsyncGenerator<Step, void> {
  await follower.admit();
  const positions = start(await readChannels(pool, follower.channelIds), follower.after);
  const step = (messageId: number | null): Step => ({ cursor: encodeCursor(positions.values()), messageId });
  yield step(null);

  while (!signal.aborted) {
    const listening = wakeUps.listen(follower.channelIds);
    try {
      await follower.admit();
      const rows = await readPage(
        pool,
        [...positions.keys()],
        [...positions.values()].map(({ seq }) => seq),
      );
      const received: number[] = [];
      for (const row of rows) {
        const position = positions.get(row.channelId);
        if (position) position.seq = row.seq;
        if (row.expired || (row.senderId !== null && row.senderId === follower.except)) continue;
        yield step(row.id);
        received.push(row.id);
      }
      if (received.length > 0) await follower.delivered(received);
      if (rows.length < pageSize) await listening.wait(backstop, signal);
    } finally {
      listening.stop();
    }
  }
}

function start(channels: ChannelState[], after: string | undefined): Map<number, Position> {
  const given = after === undefined ? undefined : new Map(decodeCursor(after).map((p) => [p.channelId, p]));
  if (given && given.size !== channels.length) throw unknownCursor('it is of other channels than are followed here');
  return new Map(
    channels.map((channel) => {
      const position = given?.get(channel.id);
      if (given && !position) throw unknownCursor('it is of other channels than are followed here');
      if (position && position.epoch !== channel.epoch) throw unknownCursor('it is of another database');
      if (position && position.seq > channel.lastSeq) {
        throw unknownCursor('it is ahead of its channel, so this database was restored from an earlier state');
      }
      if (position && position.seq < channel.prunedSeq) {
        throw new ClambakeError(
          'CURSOR_EXPIRED',
          'after is a cursor so old that messages behind it have been cleaned up: read the inbox, then follow without a cursor.',
        );
      }
      return [channel.id, { channelId: channel.id, epoch: channel.epoch, seq: position?.seq ?? channel.lastSeq }];
    }),
  );
}

function unknownCursor(why: string): ClambakeError {
  return new ClambakeError(
    'CURSOR_UNKNOWN',
    `after is a cursor that does not fit: ${why}. Read the inbox, then follow without a cursor.`,
  );
}
