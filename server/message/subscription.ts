import { builder } from '../builder.ts';
import type { Step } from '../delivery/follow.ts';
import { selection } from '../selection.ts';
import { receive } from './receive.ts';
import { MessageRef } from './schema.ts';

const MessageReceived = builder.objectRef<Step>('MessageReceived').implement({
  description: 'A message as it comes, and where that leaves the follower.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Give it back as `after` to go on behind this message, without a gap or a repetition.',
    }),
    message: t.field({
      type: MessageRef,
      nullable: true,
      description: 'The message. None in the first event, which only says where the following begins.',
      resolve: ({ messageId }, _, context, info) =>
        messageId === null
          ? null
          : context.database.prisma.message.findUnique({ ...selection(context, info), where: { id: messageId } }),
    }),
  }),
});

builder.subscriptionField('messageReceived', (t) =>
  t.field({
    type: MessageReceived,
    description:
      'Messages as they come, in order, each once for one cursor. An instance follows its inbox, the operator any address. The first event has no message: its cursor says where the following begins.',
    args: {
      to: t.arg.string({ description: 'For the operator: the address to follow, `@all` where nothing is said.' }),
      after: t.arg.string({ description: 'The cursor to go on from. Begins now where it is left out.' }),
    },
    subscribe: (_, { to, after }, context) => receive(context, { to: to ?? undefined, after: after ?? undefined }),
    resolve: (step) => step,
  }),
);
