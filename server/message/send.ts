import { endBlockerWith, openBlockersOf, publishEnd } from '../blocker/service.ts';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, notFound } from '../errors.ts';
import { checkText } from '../input.ts';
import { findRecipient, type Recipient } from './recipient.ts';
import { whereVisible } from './visibility.ts';

/** How long a message stays in inboxes where its sender says nothing, in milliseconds (design: 24 h). */
const defaultLifetime = 24 * 3600_000;

export interface NewMessage {
  to: string;
  type: MessageType;
  subject: string;
  body: string;
  replyTo: number | null;
  /** Milliseconds; the default where it is null. */
  expiresIn: number | null;
  clientKey?: string | null | undefined;
}

/** What became of a message. */
export interface Sent {
  id: number;
  channelId: number;
  /** The blocker that it ended, where it is a `done` that did. */
  endedBlockerId: number | null;
  /** Whether it was sent before, under the same client key. */
  repeated: boolean;
}

type InsertValues = [
  channelId: number,
  senderId: string | null,
  type: MessageType,
  subject: string,
  body: string,
  replyToId: number | null,
  threadId: number | null,
  clientKey: string | null,
  lifetime: number,
];

// One statement, so that the lock on the channel's row, which orders its messages, is held for one round trip. A failure
// takes the number back with everything else: numbers have no gaps. Open blockers are kept by their distant expiry.
const insertMessage = statement<{ id: number }, InsertValues>(
  'message-insert',
  `WITH numbered AS (
     UPDATE clambake.channel SET last_seq = last_seq + 1 WHERE id = $1
     RETURNING id AS channel_id, last_seq, nextval('clambake.message_id_seq')::int AS message_id
   ), stored AS (
     INSERT INTO clambake.message
       (id, channel_id, seq, sender_id, type, subject, body, reply_to_id, thread_id, client_key, expires_at)
     SELECT message_id, channel_id, last_seq, $2, $3::clambake.message_type, $4, $5, $6::int, coalesce($7::int, message_id), $8,
       CASE WHEN $3::clambake.message_type = 'BLOCKER' THEN '9999-12-31Z' ELSE now() + $9::float8 * interval '1 millisecond' END
     FROM numbered RETURNING id, type, sender_id
   ), opened AS (
     INSERT INTO clambake.blocker (message_id, holder_id) SELECT id, sender_id FROM stored WHERE type = 'BLOCKER'
   )
   SELECT id FROM stored`,
);

/**
 * Stores a message. Once this returns, it is durable and every instance of its audience will get it (design: delivery).
 * The same `clientKey` again finds the message that was stored the first time.
 * @throws ClambakeError BAD_INPUT, UNKNOWN_RECIPIENT, NOT_FOUND (replyTo), CONFLICT (client key with other content)
 */
export async function send(context: Context, message: NewMessage): Promise<Sent> {
  const { database, wakeUps, activities, viewer } = context;
  const subject = checkText('subject', 'subject', message.subject);
  const body = message.body === '' ? '' : checkText('body', 'body', message.body, true);
  const key = scopedKey(context, message.clientKey);
  const recipient = await findRecipient(database.pool, message.to);
  const repliedTo = message.replyTo === null ? null : await findRepliedTo(context, message.replyTo);
  const values: InsertValues = [
    recipient.channelId,
    authorId(context),
    message.type,
    subject,
    body,
    message.replyTo,
    repliedTo?.threadId ?? null,
    key,
    message.expiresIn ?? defaultLifetime,
  ];
  const sent = await store(context, message, values).catch((error: unknown) => {
    if (key === null || !isRepeated(error, 'message_client_key_key')) throw error;
    return findEarlier(context, key, values, recipient);
  });
  if (sent.repeated) return sent;
  wakeUps.wake(recipient.channelId);
  activities.publish({
    kind: 'MESSAGE_SENT',
    from: signature(context),
    project: viewer.kind === 'instance' ? viewer.projectName : null,
    summary: subject,
    channelId: recipient.channelId,
    messageId: sent.id,
  });
  return sent;
}

async function store(context: Context, { type, replyTo }: NewMessage, values: InsertValues): Promise<Sent> {
  const { pool } = context.database;
  const [channelId] = values;
  if (type !== 'DONE') return { id: await insert(pool, values), channelId, endedBlockerId: null, repeated: false };
  const { id, ended } = await transaction(pool, async (client) => {
    const open = await openBlockersOf(client, authorId(context));
    const ending = replyTo === null && open.length === 1 ? open[0] : open.find((blocker) => blocker === replyTo);
    const id = await insert(client, values);
    return { id, ended: ending === undefined ? undefined : await endBlockerWith(client, ending, id) };
  });
  if (ended) publishEnd(context, ended, signature(context));
  return { id, channelId, endedBlockerId: ended?.id ?? null, repeated: false };
}

async function insert(queryable: Queryable, values: InsertValues): Promise<number> {
  const [stored] = await insertMessage(queryable, ...values);
  if (!stored) throw new Error(`The channel ${values[0]} is gone.`);
  return stored.id;
}

async function findRepliedTo(context: Context, id: number): Promise<{ threadId: number }> {
  const message = await context.database.prisma.message.findFirst({
    where: { id, ...whereVisible(context) },
    select: { threadId: true },
  });
  if (!message) throw notFound(`There is no message #${id} for you to reply to: \`clambake inbox --all\` lists yours.`);
  return message;
}

async function findEarlier(
  { database }: Context,
  clientKey: string,
  values: InsertValues,
  recipient: Recipient,
): Promise<Sent> {
  const earlier = await database.prisma.message.findUnique({ where: { clientKey }, include: { ended: true } });
  if (!earlier)
    throw badInput('clientKey', 'The message sent with this clientKey has been cleaned up: take a new key.');
  const [, , type, subject, body, replyToId] = values;
  const same =
    earlier.channelId === recipient.channelId &&
    earlier.type === type &&
    earlier.subject === subject &&
    earlier.body === body &&
    earlier.replyToId === replyToId;
  if (!same) throw keyConflict('message', earlier.id);
  return {
    id: earlier.id,
    channelId: earlier.channelId,
    endedBlockerId: earlier.ended[0]?.messageId ?? null,
    repeated: true,
  };
}
