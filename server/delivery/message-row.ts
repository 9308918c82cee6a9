import type { Message } from '../database/generated/client.ts';

/** A message as a prepared statement gives it. */
export type MessageRow = Omit<Message, 'seq'> & { seq: number };

/**
 * The columns of `clambake.message` under the names that Prisma gives them, for a prepared statement.
 * @param table its name or alias
 * @param body what to select for its text; the whole text unless given
 */
export function messageColumns(table: string, body = `${table}.body`): string {
  const renamed = [
    ...['channel_id AS "channelId"', 'sender_id AS "senderId"', 'reply_to_id AS "replyToId"'],
    ...[
      'thread_id AS "threadId"',
      'client_key AS "clientKey"',
      'created_at AS "createdAt"',
      'expires_at AS "expiresAt"',
    ],
  ];
  const columns = ['id', 'seq', 'type', 'subject', ...renamed].map((column) => `${table}.${column}`);
  return [...columns, `${body} AS body`].join(', ');
}

/** The message as Prisma would have given it. */
export function asMessage(row: MessageRow): Message {
  return { ...row, seq: BigInt(row.seq) };
}
