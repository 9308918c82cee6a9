import { everybody } from '../address.ts';
import { endBlockerWith, openBlockersOf, publishEnd } from '../blocker/service.ts';
import { isMissing, isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { asMessage, type MessageRow, messageColumns } from '../delivery/message-row.ts';
import { ClambakeError, notFound } from '../errors.ts';
import { checkText } from '../input.ts';
import { projectKey } from '../project/service.ts';
import { channelOf, checkAddress, requireRecipient } from './recipient.ts';
import { whereVisible } from './visibility.ts';

/** How long a message stays in inboxes where its sender says nothing, in milliseconds (design: 24 h). */
const defaultLifetime = 24 * 3600_000;

export interface NewMessage {
  to: string;
  type: MessageType;
  subject: string;
  body: string;
  replyTo: number | null;
  /** Milliseconds that it stays in inboxes, and that a blocker holds; a day, and until its `done`, where it is null. */
  expiresIn: number | null;
  clientKey?: string | null | undefined;
}

/** What became of a message. */
export interface Sent {
  message: Message;
  /** The blocker that it ended, where it is a `done` that did. */
  endedBlockerId: number | null;
  /** Whether it was sent before, under the same client key. */
  repeated: boolean;
}

type InsertValues = [
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
];

// One statement, so that the lock on the channel's row, which orders its messages, is held for one round trip. A failure
// takes the number back with everything else: numbers have no gaps. Open blockers are kept by their distant expiry. What a
// blocker is given as its lifetime is how long it holds. Nobody is sent to who has left: then there is no row.
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
     INSERT INTO clambake.blocker (message_id, holder_id, expires_at)
     SELECT id, sender_id, now() + $10::float8 * interval '1 millisecond' FROM stored WHERE type = 'BLOCKER'
   )
   SELECT ${messageColumns('stored')} FROM stored`,
);

/**
 * Stores a message. Once this returns, it is durable and every instance of its audience will get it (design: delivery).
 * The same `clientKey` again finds the message that was stored the first time.
 * @throws ClambakeError BAD_INPUT, UNKNOWN_RECIPIENT, NOT_FOUND (replyTo), CONFLICT (client key with other content)
 */
export async function send(context: Context, message: NewMessage): Promise<Sent> {
  const { news, viewer } = context;
  const subject = checkText('subject', 'subject', message.subject);
  const body = message.body === '' ? '' : checkText('body', 'body', message.body, true);
  const key = scopedKey(context, message.clientKey);
  const checked = { ...message, subject, body };
  const sent = await store(context, checked, key).catch(async (error: unknown) => {
    if (key === null || !isRefusedAgain(error)) throw error;
    // Whoever tries again is told of the first time, also where it could not be done now: the recipient may have left since.
    const earlier = await findEarlier(context, key, checked);
    if (!earlier) throw error;
    return earlier;
  });
  if (sent.repeated) return sent;
  const { id, channelId } = sent.message;
  news.sent(channelId);
  news.happened({
    kind: 'MESSAGE_SENT',
    from: signature(context),
    project: viewer.kind === 'instance' ? viewer.projectName : null,
    summary: subject,
    channelId,
    messageId: id,
  });
  return sent;
}

/** Whether an error may come from what has changed since the first time, or from the key itself. */
function isRefusedAgain(error: unknown): boolean {
  return isRepeated(error, 'message_client_key_key') || (error instanceof ClambakeError && error.code !== 'BAD_INPUT');
}

async function store(context: Context, message: NewMessage, key: string | null): Promise<Sent> {
  const { pool } = context.database;
  const { type, replyTo } = message;
  const to = checkAddress(message.to);
  const repliedTo = replyTo === null ? null : await findRepliedTo(context, replyTo);
  const values: InsertValues = [
    to.toLowerCase(),
    projectKey(to),
    authorId(context),
    type,
    message.subject,
    message.body,
    replyTo,
    repliedTo?.threadId ?? null,
    key,
    message.expiresIn,
  ];
  if (type !== 'DONE') return { message: await insert(pool, values), endedBlockerId: null, repeated: false };
  const { done, ended } = await transaction(pool, async (client) => {
    const open = await openBlockersOf(client, authorId(context));
    const ending = replyTo === null && open.length === 1 ? open[0] : open.find((blocker) => blocker === replyTo);
    const done = await insert(client, values);
    return { done, ended: ending === undefined ? undefined : await endBlockerWith(client, ending, done.id) };
  });
  if (ended) publishEnd(context, ended, signature(context));
  return { message: done, endedBlockerId: ended?.id ?? null, repeated: false };
}

async function insert(queryable: Queryable, values: InsertValues): Promise<Message> {
  const [stored] = await insertMessage(queryable, ...values).catch((error: unknown) => {
    if (!isMissing(error, 'message_reply_to_id_fkey')) throw error;
    throw noSuchMessage(values[6]);
  });
  if (stored) return asMessage(stored);
  const { address } = await requireRecipient(queryable, values[0]);
  throw new Error(`${address} came while a message to it was refused.`);
}

async function findRepliedTo(context: Context, id: number): Promise<{ threadId: number }> {
  const message = await context.database.prisma.message.findFirst({
    where: { id, ...whereVisible(context) },
    select: { threadId: true },
  });
  if (!message) throw noSuchMessage(id);
  return message;
}

function noSuchMessage(id: number | null): ClambakeError {
  return notFound(`There is no message #${id} for you to reply to: \`clambake inbox --all\` lists yours.`);
}

async function findEarlier({ database }: Context, clientKey: string, message: NewMessage): Promise<Sent | undefined> {
  const earlier = await database.prisma.message.findUnique({
    where: { clientKey },
    include: { ended: true, channel: { include: { project: true } } },
  });
  if (!earlier) return undefined;
  const address = earlier.channel.instanceId ?? earlier.channel.project?.key ?? everybody;
  const same =
    address === projectKey(message.to) &&
    earlier.type === message.type &&
    earlier.subject === message.subject &&
    earlier.body === message.body &&
    // What was replied to may have been cleaned up since.
    (earlier.replyToId ?? message.replyTo) === message.replyTo;
  if (!same) throw keyConflict('message', earlier.id);
  return { message: earlier, endedBlockerId: earlier.ended[0]?.messageId ?? null, repeated: true };
}
