import { ClambakeError } from '../errors.ts';
import { excerpt } from '../input.ts';

/** How far somebody has followed one channel. */
export interface Position {
  channelId: number;
  /** The epoch of the channel that the numbers count in. */
  epoch: number;
  /** Where the following began: what lies behind it and up to `seq` was handed over. */
  since: number;
  /** The last message seen; 0 before the first. */
  seq: number;
}

// Four numbers in base 36 a channel, of at most 32, 32, 53 and 53 bits; an instance follows three channels.
const position = '[0-9a-z]{1,7}\\.[0-9a-z]{1,7}\\.[0-9a-z]{1,11}\\.[0-9a-z]{1,11}';
const cursorPattern = new RegExp(`^${position}( ${position}){0,15}$`);

/**
 * Writes positions as an opaque cursor.
 * @returns base64url text of about 20 characters a channel
 */
export function encodeCursor(positions: Iterable<Position>): string {
  const parts = [...positions].map(({ channelId, epoch, since, seq }) =>
    [channelId, epoch, since, seq].map((number) => number.toString(36)).join('.'),
  );
  return Buffer.from(parts.join(' ')).toString('base64url');
}

/**
 * Reads a cursor back.
 * @throws ClambakeError CURSOR_UNKNOWN where the text is none
 */
export function decodeCursor(cursor: string): Position[] {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!cursorPattern.test(text)) {
    throw new ClambakeError(
      'CURSOR_UNKNOWN',
      `after is "${excerpt(cursor)}": that is no cursor of messageReceived. Leave it out to begin now.`,
    );
  }
  return text.split(' ').map((part) => {
    const [channelId = 0, epoch = 0, since = 0, seq = 0] = part.split('.').map((n) => Number.parseInt(n, 36));
    return { channelId, epoch, since, seq };
  });
}
