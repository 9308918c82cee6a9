import type { Message } from '../database/generated/client.ts';
import { inSnakeCase } from '../database/part.ts';

/** A message as a prepared statement gives it. */
export type MessageRow = Omit<Message, 'seq'> & { seq: number };

const columns = [
  'id',
  'channelId',
  'seq',
  'senderId',
  'type',
  'subject',
  'replyToId',
  'threadId',
  'clientKey',
  'createdAt',
  'expiresAt',
];

/**
 * The columns of `clambake.message` under the names that Prisma gives them, for a prepared statement.
 * @param table its name or alias
 * @param body what to select for its text; the whole text unless given
 */
export function messageColumns(table: string, body = `${table}.body`): string {
  const renamed = columns.map((name) => `${table}.${inSnakeCase(name)} AS "${name}"`);
  return [...renamed, `${body} AS body`].join(', ');
}

/** The message as Prisma would have given it. */
export function asMessage(row: MessageRow): Message {
  return { ...row, seq: BigInt(row.seq) };
}
