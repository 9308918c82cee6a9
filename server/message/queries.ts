import { human } from '../address.ts';
import { builder } from '../builder.ts';
import { scopedKey } from '../client-key.ts';
import { connect } from '../connection.ts';
import { requireInstance } from '../context.ts';
import { notFound } from '../errors.ts';
import { checkFilter, parseId } from '../input.ts';
import { requireKnown } from '../instance/known.ts';
import { type InboxEntry, inboxCount, inboxPage } from './inbox.ts';
import { requireAddress } from './recipient.ts';
import { findVisible, listMessages, MessageConnection, MessageRef, MessageTypeRef } from './schema.ts';

builder.queryFields((t) => ({
  inbox: t.connection(
    {
      type: MessageRef,
      description:
        'The messages to whoever asks, open requests first, then the newest: what was sent to @all, to its project and to itself, less its own and what has expired. They count as delivered once they are handed over here.',
      args: {
        type: t.arg({ type: [MessageTypeRef], description: 'Only messages of these types.' }),
        includeRead: t.arg.boolean({ required: true, defaultValue: false, description: 'Also what was marked read.' }),
      },
      async resolve(_, { type, includeRead, ...args }, context, info) {
        const viewer = requireInstance(context, 'an inbox');
        const filter = { types: type ?? null, includeRead };
        const entries = new Map<number, InboxEntry>();
        return connect({
          args,
          context,
          info,
          sortedBy: ['number', 'number'],
          async load({ after, before, limit, inverted, query }) {
            const place = (key: readonly [number, number] | undefined) => key && { open: key[0], id: key[1] };
            const range = { before: place(after), after: place(before), limit, inverted };
            const page = await inboxPage(context, viewer, filter, range, query);
            for (const entry of page) entries.set(entry.id, entry);
            return page.map(({ message }) => message);
          },
          handOver: (messages) =>
            context.receipts.record(
              viewer.id,
              messages.map(({ id }) => id).filter((id) => !entries.get(id)?.delivered),
            ),
          key: ({ id }) => [entries.get(id)?.open ?? 0, id],
          count: () => inboxCount(context, viewer, filter),
        });
      },
    },
    MessageConnection,
  ),
  messages: t.connection(
    {
      type: MessageRef,
      description: 'The messages that whoever asks may see, sent and received, newest first, expired ones too.',
      args: {
        to: t.arg.string({ description: 'Only messages to this address: `@all`, a project or an instance.' }),
        from: t.arg.string({ description: 'Only messages of this instance, or of `human`.' }),
        type: t.arg({ type: [MessageTypeRef], description: 'Only messages of these types.' }),
      },
      async resolve(_, { to, from, type, ...args }, context, info) {
        const { pool } = context.database;
        const recipient = typeof to === 'string' ? await requireAddress(pool, to) : undefined;
        const sender = checkFilter('from', from)?.toLowerCase();
        if (sender !== undefined && sender !== human) await requireKnown(pool, sender);
        return listMessages(context, args, info, {
          ...(recipient && { channelId: recipient.channelId }),
          ...(sender !== undefined && { senderId: sender === human ? null : sender }),
          ...(type && { type: { in: type } }),
        });
      },
    },
    MessageConnection,
  ),
  sentMessage: t.prismaField({
    type: 'Message',
    nullable: true,
    description:
      'What became of a request of whoever asks to send a message, where its answer was lost; none where nothing was sent.',
    args: { clientKey: t.arg.string({ required: true, description: 'The key that the request was sent with.' }) },
    resolve: (query, _, { clientKey }, context) =>
      context.database.prisma.message.findUnique({
        ...query,
        where: { clientKey: scopedKey(context, clientKey) ?? '' },
      }),
  }),
  message: t.field({
    type: MessageRef,
    description: 'One message that whoever asks may see.',
    args: { id: t.arg.id({ required: true, description: 'Its number.' }) },
    async resolve(_, args, context, info) {
      const id = parseId('id', 'message', args.id);
      const message = await findVisible(context, info, id);
      if (!message) throw notFound(`There is no message #${id} for you: \`clambake inbox --all\` lists yours.`);
      return message;
    },
  }),
}));
