import { everybody } from '../address.ts';
import { hold } from '../blocker/hold.ts';
import { endBlockerWith, openBlockersOf, publishEnd } from '../blocker/service.ts';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import { type Queryable, transaction } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { checkText } from '../input.ts';
import { areMeant, findNamed, placesOf } from '../memory/reference.ts';
import { projectKey } from '../project/service.ts';
import { type FoundSecret, logAllowed, refuseSecrets } from '../secret/refuse.ts';
import { type BlockerInput, checkBlocker, type GivenBlocker } from './blocker-input.ts';
import { type InsertValues, insert, noSuchMessage } from './insert.ts';
import { awaitObjection } from './objection.ts';
import { checkAddress } from './recipient.ts';
import { whereVisible } from './visibility.ts';

export interface NewMessage extends GivenBlocker {
  to: string;
  subject: string;
  body: string;
  replyTo: number | null;
  /** The memories that it speaks of, by number or title; at most 50. */
  cites?: string[] | null | undefined;
  clientKey?: string | null | undefined;
  /** Whether what looks like a secret may be sent. */
  allowSecret?: boolean;
}

/** A message whose parts have been checked. */
type Checked = Omit<NewMessage, keyof BlockerInput | 'cites' | 'allowSecret'> &
  BlockerInput & { cites: string[]; allowed: FoundSecret[] };

/** What became of a message. */
export interface Sent {
  message: Message;
  /** The blocker that it ended, where it is a `done` that did. */
  endedBlockerId: number | null;
  /** Whether it was sent before, under the same client key. */
  repeated: boolean;
}

/** A message that was sent, and what somebody has against it. */
export interface SentAndHeard extends Sent {
  /** The blocker or request that came in reply to a warning while its sender waited. */
  objectionId: number | null;
}

/**
 * Stores a message. Once this returns, it is durable and every instance of its audience will get it (design: delivery).
 * The same `clientKey` again finds the message that was stored the first time.
 * @throws ClambakeError BAD_INPUT, UNKNOWN_RECIPIENT, NOT_FOUND (replyTo, cites), CONFLICT (client key with other content), BLOCKED (others
 *   hold what a blocker wants, or came first and wait for it), SECRET_REFUSED, FORBIDDEN (a secret where others share)
 */
export async function send(context: Context, message: NewMessage): Promise<SentAndHeard> {
  const subject = checkText('subject', 'subject', message.subject);
  const body = message.body === '' ? '' : checkText('body', 'body', message.body, true);
  const { resources, allowSecret = false } = message;
  const allowed = refuseSecrets(context, { subject, body, resources }, allowSecret);
  const key = scopedKey(context, message.clientKey);
  const checked = { ...message, ...checkBlocker(message), subject, body, cites: message.cites ?? [], allowed };
  const sent = await store(context, checked, key).catch(async (error: unknown) => {
    if (key === null || !isRefusedAgain(error, checked)) throw error;
    // Whoever tries again is told of the first time, also where it could not be done now: the recipient may have left since.
    const earlier = await findEarlier(context, key, checked);
    if (!earlier) throw error;
    return earlier;
  });
  if (!sent.repeated) publish(context, sent.message);
  const { wait, type } = checked;
  if (wait === null || type !== 'WARNING') return { ...sent, objectionId: null };
  // Whoever asks again after a lost answer says how much is left of the time, as those do who wait in line.
  return { ...sent, objectionId: await awaitObjection(context, sent.message, Date.now() + wait) };
}

function publish(context: Context, { id, channelId, subject }: Message): void {
  const { news, viewer } = context;
  news.sent(channelId);
  news.happened({
    kind: 'MESSAGE_SENT',
    from: signature(context),
    project: viewer.kind === 'instance' ? viewer.projectName : null,
    summary: subject,
    channelId,
    messageId: id,
  });
}

/** Whether an error may come from what has changed since the first time, such as the titles of memories, or from the key itself. */
function isRefusedAgain(error: unknown, { cites }: Checked): boolean {
  if (isRepeated(error, 'message_client_key_key')) return true;
  return error instanceof ClambakeError && (error.code !== 'BAD_INPUT' || cites.length > 0);
}

async function store(context: Context, message: Checked, key: string | null): Promise<Sent> {
  const { pool } = context.database;
  const { type, replyTo, resources } = message;
  const to = checkAddress(message.to);
  const repliedTo = replyTo === null ? null : await findRepliedTo(context, replyTo);
  const cited = await findNamed(pool, message.cites, { argument: 'cites', places: placesOf(context) });
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
    type === 'BLOCKER' ? message.lasts : message.expiresIn,
    resources.map(({ name }) => name),
    resources.map((resource) => resource.key),
    cited.map(({ id }) => id),
  ];
  const sent = (message: Message): Sent => ({ message, endedBlockerId: null, repeated: false });
  const open = async (client: Queryable): Promise<Message> => {
    const stored = await insert(client, values);
    await logAllowed(client, context, `message #${stored.id}`, message.allowed);
    return stored;
  };
  if (type === 'DONE') return storeDone(context, replyTo, open);
  if (resources.length === 0) {
    if (message.allowed.length > 0) return sent(await transaction(pool, open));
    const alone = type === 'BLOCKER' || cited.length > 0;
    return sent(await (alone ? insert(pool, values) : context.outbox.store(values)));
  }
  const assertNew = async (): Promise<void> => {
    const earlier = key === null ? undefined : await findEarlier(context, key, message);
    if (earlier) throw keyConflict('message', earlier.message.id);
  };
  return sent(await hold(context, { ...message, clientKey: key, open, assertNew }));
}

/** Stores a `done` together with the end of the blocker that it ends. */
async function storeDone(
  context: Context,
  replyTo: number | null,
  store: (client: Queryable) => Promise<Message>,
): Promise<Sent> {
  const { done, ended } = await transaction(context.database.pool, async (client) => {
    const open = await openBlockersOf(client, authorId(context), replyTo !== null);
    const ending = replyTo === null && open.length === 1 ? open[0] : open.find((blocker) => blocker === replyTo);
    const done = await store(client);
    return { done, ended: ending === undefined ? undefined : await endBlockerWith(client, ending, done.id) };
  });
  if (ended) publishEnd(context, ended, signature(context));
  return { message: done, endedBlockerId: ended?.id ?? null, repeated: false };
}

async function findRepliedTo(context: Context, id: number): Promise<{ threadId: number }> {
  const message = await context.database.prisma.message.findFirst({
    where: { id, ...whereVisible(context) },
    select: { threadId: true },
  });
  if (!message) throw noSuchMessage(id);
  return message;
}

async function findEarlier({ database }: Context, clientKey: string, message: Checked): Promise<Sent | undefined> {
  const earlier = await database.prisma.message.findUnique({
    where: { clientKey },
    include: {
      ended: true,
      blocker: true,
      channel: { include: { project: true } },
      citations: { select: { memory: { select: { id: true, revisions: { select: { title: true } } } } } },
    },
  });
  if (!earlier) return undefined;
  const address = earlier.channel.instanceId ?? earlier.channel.project?.key ?? everybody;
  const same =
    address === projectKey(message.to) &&
    earlier.type === message.type &&
    earlier.subject === message.subject &&
    earlier.body === message.body &&
    (earlier.blocker?.resources ?? []).join('\n') === message.resources.map(({ name }) => name).join('\n') &&
    // What was replied to may have been cleaned up since.
    (earlier.replyToId ?? message.replyTo) === message.replyTo &&
    areMeant(
      message.cites,
      earlier.citations.map(({ memory: { id, revisions } }) => ({ id, titles: revisions.map(({ title }) => title) })),
    );
  if (!same) throw keyConflict('message', earlier.id);
  return { message: earlier, endedBlockerId: earlier.ended[0]?.messageId ?? null, repeated: true };
}
