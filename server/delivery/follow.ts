import type { MessageType } from '../database/generated/enums.ts';
import { ClambakeError } from '../errors.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import type { Pages } from './pages.ts';
import { patiently } from './patience.ts';
import { Step } from './step.ts';
import { type Entry, pageSize, type Tail } from './tail.ts';
import type { ChannelState, Tails } from './tails.ts';

export interface Follower {
  channelIds: number[];
  /** Begin behind this cursor; now where it is undefined. */
  after: string | undefined;
  /** Messages of this sender are passed over: nobody receives its own. */
  except: string | null;
  /** Only messages of these types; of every type where it is null. The others are passed over. */
  types: ReadonlySet<MessageType> | null;
  /** Told of the messages that the consumer has taken, when it asks for more. */
  delivered: (messageIds: number[]) => Promise<void>;
  /** Told where the consumer stands that comes back with a cursor: up to there it has everything. */
  resumed: (positions: Position[]) => Promise<void>;
}

/**
 * Follows channels from a cursor, until the signal aborts: every message committed to them, each channel in its order, none
 * twice for one cursor. It pulls pages and queues nothing, so a slow reader costs one page. Once begun, it sits out a database
 * that is away for a moment.
 * @throws ClambakeError CURSOR_UNKNOWN for a cursor of other channels, of another database, or ahead of this one;
 *   CURSOR_EXPIRED for one so old that messages behind it have been cleaned up
 */
export async function* follow(tails: Tails, follower: Follower, signal: AbortSignal): AsyncGenerator<Step, void> {
  const hold = await tails.open(follower.channelIds);
  try {
    const positions = start(hold.states, follower.after);
    const step = (entry: Entry | null): Step => new Step(encodeCursor(positions.values()), entry);
    if (follower.after !== undefined) await follower.resumed([...positions.values()]);
    yield step(null);
    while (!signal.aborted) {
      const page = await patiently(() => nextPage(tails.pages, hold.tails, positions), signal);
      const received: number[] = [];
      let passed = false;
      for (const entry of page) {
        const position = positions.get(entry.channelId);
        if (position) position.seq = entry.seq;
        const own = entry.senderId !== null && entry.senderId === follower.except;
        const wanted = follower.types?.has(entry.type) ?? true;
        passed = own || !wanted || entry.expiresAt.getTime() <= Date.now();
        if (passed) continue;
        yield step(entry);
        if (signal.aborted) return;
        received.push(entry.id);
      }
      if (received.length > 0) await patiently(() => follower.delivered(received), signal);
      // Else whoever only sends would keep an old cursor until clean-up overtakes it.
      if (passed) yield step(null);
      if (page.length === 0) await hold.changed(signal);
    }
  } finally {
    hold.close();
  }
}

/**
 * What comes next on all channels together, in the order it was sent: from the tails, and from the database for a channel
 * that the follower is further behind on than its tail reaches.
 */
async function nextPage(older: Pages, tails: Tail[], positions: Map<number, Position>): Promise<Entry[]> {
  const pages = await Promise.all(
    tails.map(async (tail) => {
      const seq = positions.get(tail.channelId)?.seq ?? 0;
      const recent = tail.after(seq);
      const entries = recent ?? (await older.after(tail.channelId, seq));
      return { entries, goesOn: entries.length > 0 && (recent === undefined || recent.length >= pageSize) };
    }),
  );
  // Where a channel may have more, what is newer on other channels waits for that.
  const limit = Math.min(...pages.filter(({ goesOn }) => goesOn).map(({ entries }) => entries.at(-1)?.id ?? 0));
  return pages
    .flatMap(({ entries }) => entries)
    .filter(({ id }) => id <= limit)
    .sort((a, b) => a.id - b.id);
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
      const { id: channelId, epoch, lastSeq } = channel;
      const seq = position?.seq ?? lastSeq;
      return [channelId, { channelId, epoch, since: Math.min(position?.since ?? seq, seq), seq }];
    }),
  );
}

function unknownCursor(why: string): ClambakeError {
  return new ClambakeError(
    'CURSOR_UNKNOWN',
    `after is a cursor that does not fit: ${why}. Read the inbox, then follow without a cursor.`,
  );
}
