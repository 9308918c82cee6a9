import { ClambakeError } from '../errors.ts';
import { excerpt } from '../input.ts';

/** How far somebody has followed one channel. */
export interface Position {
  channelId: number;
  /** The epoch of the channel that the number counts in. */
  epoch: number;
  /** The last message seen; 0 before the first. */
  seq: number;
}

/**
 * Writes positions as an opaque cursor.
 * @returns base64url text of about 15 characters a channel
 */
export function encodeCursor(positions: Iterable<Position>): string {
  const parts = [...positions].map(({ channelId, epoch, seq }) =>
    [channelId, epoch, seq].map((n) => n.toString(36)).join('.'),
  );
  return Buffer.from(parts.join(' ')).toString('base64url');
}

/**
 * Reads a cursor back.
 * @throws ClambakeError CURSOR_UNKNOWN where the text is none
 */
export function decodeCursor(cursor: string): Position[] {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (
    !/^[0-9a-z]{1,8}\.[0-9a-z]{1,8}\.[0-9a-z]{1,11}( [0-9a-z]{1,8}\.[0-9a-z]{1,8}\.[0-9a-z]{1,11}){0,15}$/.test(text)
  ) {
    throw new ClambakeError(
      'CURSOR_UNKNOWN',
      `after is "${excerpt(cursor)}": that is no cursor of messageReceived. Leave it out to begin now.`,
    );
  }
  return text.split(' ').map((part) => {
    const [channelId = 0, epoch = 0, seq = 0] = part.split('.').map((number) => Number.parseInt(number, 36));
    return { channelId, epoch, seq };
  });
}
