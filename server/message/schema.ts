import type { GraphQLResolveInfo } from 'graphql';
import { human } from '../address.ts';
import { isOpen } from '../blocker/open.ts';
import { builder, prismaEnum } from '../builder.ts';
import { type ConnectionArguments, connect, newestFirst } from '../connection.ts';
import { authorId, type Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';
import { sameForAll } from '../same-for-all.ts';
import { selection } from '../selection.ts';
import { isVisible, whereVisible } from './visibility.ts';

export const MessageTypeRef = prismaEnum('MessageType');

export const MessageRef = builder.prismaObject('Message', {
  description: 'Something one instance, or the human, tells others.',
  fields: (t) => ({
    id: t.exposeID('id', sameForAll),
    from: t.string({
      ...sameForAll,
      description: 'Who sent it: the id of an instance, or `human`.',
      resolve: ({ senderId }) => senderId ?? human,
    }),
    sender: t.relation('sender', { ...sameForAll, nullable: true }),
    to: t.string({
      ...sameForAll,
      description: 'The address it was sent to: `@all`, a project or an instance.',
      select: { channel: { select: { instanceId: true, project: { select: { name: true } } } } },
      resolve: ({ channel }) => channel.instanceId ?? channel.project?.name ?? '@all',
    }),
    type: t.expose('type', { ...sameForAll, type: MessageTypeRef }),
    subject: t.exposeString('subject', sameForAll),
    body: t.exposeString('body', {
      ...sameForAll,
      description: 'The text, up to 64 KiB; empty where the subject says all.',
    }),
    createdAt: t.expose('createdAt', { ...sameForAll, type: 'DateTime' }),
    expiresAt: t.field({
      ...sameForAll,
      type: 'DateTime',
      nullable: true,
      description: 'When it leaves the inboxes; none while it is an open blocker.',
      resolve: ({ expiresAt }) => (expiresAt.getUTCFullYear() === 9999 ? null : expiresAt),
    }),
    own: t.boolean({
      description: 'Whether whoever asks sent it.',
      resolve: ({ senderId }, _, context) => senderId === authorId(context),
    }),
    replyToId: t.exposeID('replyToId', {
      ...sameForAll,
      nullable: true,
      description: 'The number of the message that it answers.',
    }),
    open: t.boolean({
      ...sameForAll,
      description:
        'Whether it is a request that nobody has answered with a `done` yet, or a blocker that has not ended. False for every other message.',
      select: {
        blocker: true,
        replies: { where: { type: 'DONE' }, take: 1, select: { id: true } },
      },
      resolve: ({ type, blocker, replies }) =>
        type === 'REQUEST' ? replies.length === 0 : type === 'BLOCKER' && blocker !== null && isOpen(blocker),
    }),
    threadId: t.exposeID('threadId', sameForAll),
    blocker: t.relation('blocker', { ...sameForAll, nullable: true }),
    deliveredAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was handed to whoever asks; none before, and none for the operator.',
      select: (_, context) => ownReceipt(context),
      resolve: ({ receipts }) => receipts[0]?.deliveredAt ?? null,
    }),
    readAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When whoever asks marked it read; none before, and none for the operator.',
      select: (_, context) => ownReceipt(context),
      resolve: ({ receipts }) => receipts[0]?.readAt ?? null,
    }),
  }),
});

export const MessageConnection = builder.connectionObject({
  type: MessageRef,
  name: 'MessageConnection',
  description: 'A page of messages.',
});

// No plain relation: what somebody answers to is not for everybody who may see the answer.
builder.prismaObjectField(MessageRef, 'replyTo', (t) =>
  t.field({
    type: MessageRef,
    nullable: true,
    description: 'The message that it answers; none where whoever asks may not see it.',
    select: (_, __, nestedSelection) => ({ replyTo: nestedSelection(true) }),
    resolve: ({ replyTo }, _, context) => (replyTo && isVisible(context, replyTo) ? replyTo : null),
  }),
);

builder.prismaObjectField('Blocker', 'endedBy', (t) =>
  t.field({
    type: MessageRef,
    nullable: true,
    description: 'The `done` that ended it; none where whoever asks may not see it.',
    select: (_, __, nestedSelection) => ({ endedBy: nestedSelection(true) }),
    resolve: ({ endedBy }, _, context) => (endedBy && isVisible(context, endedBy) ? endedBy : null),
  }),
);

builder.prismaObjectField(MessageRef, 'thread', (t) =>
  t.connection(
    {
      type: MessageRef,
      description: 'The conversation it belongs to, as far as whoever asks may see it, newest first.',
      select: { threadId: true },
      resolve: ({ threadId }, args, context, info) => listMessages(context, args, info, { threadId }),
    },
    MessageConnection,
  ),
);

/** The receipt of whoever asks; the operator has none, and no instance has an empty id. */
function ownReceipt(context: Context) {
  return { receipts: { where: { instanceId: authorId(context) ?? '' }, take: 1 } } as const;
}

/** One message, where whoever asks may see it; null where it may not, or there is none. */
export async function findVisible(context: Context, info: GraphQLResolveInfo, id: number | null) {
  if (id === null) return null;
  return context.database.prisma.message.findFirst({
    ...selection(context, info),
    where: { id, ...whereVisible(context) },
  });
}

/** Messages that whoever asks may see, newest first. */
export function listMessages(
  context: Context,
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  filter: Prisma.MessageWhereInput,
) {
  const { message } = context.database.prisma;
  const where: Prisma.MessageWhereInput = { AND: [filter, whereVisible(context)] };
  return connect({
    args,
    context,
    info,
    sortedBy: ['number'],
    load: ({ query, ...page }) => {
      const { where: range, ...rest } = newestFirst(page);
      return message.findMany({ ...query, ...rest, where: { AND: [where, range] } });
    },
    key: (row) => [row.id],
    count: () => message.count({ where }),
  });
}
