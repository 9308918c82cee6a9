import { mostResources } from '../blocker/resource.ts';
import { BlockerRef } from '../blocker/schema.ts';
import { openBlockersOf } from '../blocker/service.ts';
import { builder } from '../builder.ts';
import { authorId, requireInstance } from '../context.ts';
import { badInput } from '../errors.ts';
import { limits, parseId } from '../input.ts';
import { allowSecretArgument } from '../secret/argument.ts';
import { isOfRow, selection } from '../selection.ts';
import { markRead } from './receipt.ts';
import { countAudience } from './recipient.ts';
import { findVisible, MessageRef, MessageTypeRef } from './schema.ts';
import { type SentAndHeard, send } from './send.ts';

const SendMessagePayload = builder.objectRef<SentAndHeard>('SendMessagePayload').implement({
  description: 'What became of a message that was sent.',
  fields: (t) => ({
    message: t.field({
      type: MessageRef,
      description: 'The message as it was stored.',
      resolve({ message }, _, context, info) {
        const query = selection(context, info);
        if (isOfRow(query)) return message;
        return context.database.prisma.message.findUniqueOrThrow({ ...query, where: { id: message.id } });
      },
    }),
    addressedTo: t.int({
      description:
        'How many live instances it is for now, the sender left out. Whoever comes later gets it too, until it expires.',
      resolve: ({ message }, _, context) => countAudience(context, message.channelId, authorId(context)),
    }),
    endedBlocker: t.field({
      type: BlockerRef,
      nullable: true,
      description: 'The blocker that this `done` ended.',
      resolve: ({ endedBlockerId }, _, context, info) =>
        endedBlockerId === null
          ? null
          : context.database.prisma.blocker.findUnique({
              ...selection(context, info),
              where: { messageId: endedBlockerId },
            }),
    }),
    objection: t.field({
      type: MessageRef,
      nullable: true,
      description:
        'What somebody has against a warning: the first blocker or request that replied to it while its sender waited. None where all were silent.',
      resolve: ({ objectionId }, _, context, info) => findVisible(context, info, objectionId),
    }),
    openBlockers: t.prismaField({
      type: ['Blocker'],
      description: 'The blockers that the sender still holds, oldest first.',
      async resolve(query, _, __, context) {
        const ids = await openBlockersOf(context.database.pool, authorId(context));
        return context.database.prisma.blocker.findMany({
          ...query,
          where: { messageId: { in: ids } },
          orderBy: { messageId: 'asc' },
        });
      },
    }),
  }),
});

const MarkReadPayload = builder.objectRef<{ ids: number[]; count: number }>('MarkReadPayload').implement({
  description: 'What was marked read.',
  fields: (t) => ({
    messages: t.field({
      type: [MessageRef],
      description: 'The messages that are read now, newest first, those read before included.',
      resolve: ({ ids }, _, context, info) =>
        context.database.prisma.message.findMany({
          ...selection(context, info),
          where: { id: { in: ids } },
          orderBy: { id: 'desc' },
        }),
    }),
    count: t.exposeInt('count', { description: 'How many of them were unread before.' }),
  }),
});

builder.mutationFields((t) => ({
  sendMessage: t.field({
    type: SendMessagePayload,
    description:
      "Sends a message. Once this answers it is stored, and every instance it is addressed to gets it. A `done` ends the blocker that it replies to, or the sender's only open one.",
    args: {
      to: t.arg.string({ required: true, description: 'Who gets it: `@all`, a project or an instance.' }),
      type: t.arg({
        type: MessageTypeRef,
        required: true,
        defaultValue: 'INFO',
        description: 'What kind of message it is.',
      }),
      subject: t.arg.string({ required: true, description: 'One line that says what it is about, up to 300 bytes.' }),
      body: t.arg.string({ required: true, defaultValue: '', description: 'The text, up to 64 KiB.' }),
      replyTo: t.arg.id({ description: 'The number of the message that it answers.' }),
      expiresIn: t.arg({
        type: 'Duration',
        description: 'How long it stays in inboxes; 24h where nothing is said. A blocker stays while it is open.',
      }),
      resources: t.arg.stringList({
        description: `What a blocker holds, so that nobody else can: \`doc-db-v2:src/app.ts\`, \`doc-db-v2:src/\` (everything below), \`/etc/hosts\`, \`port:5432\`, \`branch:main\`; at most ${mostResources}.`,
      }),
      for: t.arg({
        type: 'Duration',
        description:
          'How long a blocker lasts at most: 1h where it holds resources, until its `done` where it holds none; up to 7d.',
      }),
      wait: t.arg({
        type: 'Duration',
        description:
          'How long to wait, at most 1h: a blocker for its resources, in the order of asking; a warning for somebody to object.',
      }),
      cites: t.arg.stringList({ description: 'The memories that it speaks of, by number or title; at most 50.' }),
      clientKey: t.arg.string({
        description: 'Names this request: sent again, it finds the message instead of sending another.',
      }),
      allowSecret: t.arg.boolean(allowSecretArgument),
    },
    resolve: (_, { replyTo, expiresIn, for: lasts, ...message }, context) =>
      send(context, {
        ...message,
        lasts,
        replyTo: typeof replyTo === 'string' ? parseId('replyTo', 'message', replyTo) : null,
        expiresIn: expiresIn ?? null,
      }),
  }),
  markRead: t.field({
    type: MarkReadPayload,
    description:
      'Marks messages in the inbox of whoever asks as read, for it alone. All of them, or none where one cannot be.',
    args: {
      ids: t.arg.idList({ description: 'The numbers of the messages, at most 500.' }),
      all: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Everything unread, at most 500 at once.',
      }),
    },
    async resolve(_, { ids, all }, context) {
      const viewer = requireInstance(context, 'an inbox');
      if (all === Boolean(ids?.length))
        throw badInput('ids', 'Give the ids of the messages to mark, or all (--all), and not both.');
      if (ids && ids.length > limits.ids)
        throw badInput('ids', `${ids.length} ids are given: at most ${limits.ids} go at once.`);
      return markRead(context, viewer, all ? null : (ids ?? []).map((id) => parseId('ids', 'message', id)));
    },
  }),
}));
