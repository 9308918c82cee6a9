import { isMissing } from '../client-key.ts';
import type { Message } from '../database/generated/client.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { asMessage, type MessageRow, messageColumns } from '../delivery/message-row.ts';
import { type ClambakeError, notFound } from '../errors.ts';
import { channelOf, requireRecipient } from './recipient.ts';

/** How long a message stays in inboxes where its sender says nothing, in milliseconds (design: 24 h). */
export const defaultLifetime = 24 * 3600_000;

/** A message that is about to be stored, checked already. */
export type InsertValues = [
  address: string,
  key: string,
  senderId: string | null,
  type: MessageType,
  subject: string,
  body: string,
  replyToId: number | null,
  threadId: number | null,
  clientKey: string | null,
  lifetime: number | null,
  resources: string[],
  keys: string[],
  cites: number[],
];

// One statement, so that the lock on the channel's row, which orders its messages, is held for one round trip. A failure
// takes the number back with everything else: numbers have no gaps. Open blockers are kept by their distant expiry; their lifetime
// is how long they last. Nobody is sent to who has left: then there is no row.
const insertMessage = statement<MessageRow, InsertValues>(
  'message-insert',
  `WITH recipient AS (${channelOf('$1', '$2')}),
   numbered AS (
     UPDATE clambake.channel c SET last_seq = last_seq + 1 FROM recipient r WHERE c.id = r."channelId" AND NOT r.ended
     RETURNING c.id AS channel_id, last_seq, nextval('clambake.message_id_seq')::int AS message_id
   ), stored AS (
     INSERT INTO clambake.message
       (id, channel_id, seq, sender_id, type, subject, body, reply_to_id, thread_id, client_key, expires_at)
     SELECT message_id, channel_id, last_seq, $3, $4::clambake.message_type, $5, $6, $7::int, coalesce($8::int, message_id), $9,
       CASE WHEN $4::clambake.message_type = 'BLOCKER' THEN '9999-12-31Z'
         ELSE now() + coalesce($10::float8, ${defaultLifetime}) * interval '1 millisecond' END
     FROM numbered RETURNING *
   ), opened AS (
     INSERT INTO clambake.blocker (message_id, holder_id, expires_at, resources)
     SELECT id, sender_id, now() + $10::float8 * interval '1 millisecond', $11::text[] FROM stored WHERE type = 'BLOCKER'
   ), held AS (
     INSERT INTO clambake.hold (blocker_id, name, key)
     SELECT id, name, key FROM stored, unnest($11::text[], $12::text[]) AS resource (name, key)
   ), cited AS (
     INSERT INTO clambake.citation (message_id, memory_id) SELECT id, memory_id FROM stored, unnest($13::int[]) AS memory_id
   )
   SELECT ${messageColumns('stored')} FROM stored`,
);

/**
 * Stores a message, at the end of its channel.
 * @throws ClambakeError UNKNOWN_RECIPIENT where nobody has the address, or it has left; NOT_FOUND where what it answers is gone
 */
export async function insert(queryable: Queryable, values: InsertValues): Promise<Message> {
  const [stored] = await insertMessage(queryable, ...values).catch((error: unknown) => {
    if (!isMissing(error, 'message_reply_to_id_fkey')) throw error;
    throw noSuchMessage(values[6]);
  });
  if (stored) return asMessage(stored);
  const { address } = await requireRecipient(queryable, values[0]);
  throw new Error(`${address} came while a message to it was refused.`);
}

/** Nothing has this id, or whoever answers it may not see it. */
export function noSuchMessage(id: number | null): ClambakeError {
  return notFound(`There is no message #${id} for you to reply to: \`clambake inbox --all\` lists yours.`);
}
