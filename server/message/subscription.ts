import { builder } from '../builder.ts';
import type { Step } from '../delivery/step.ts';
import { sameForAll } from '../same-for-all.ts';
import { load } from './load.ts';
import { receive } from './receive.ts';
import { MessageRef, MessageTypeRef } from './schema.ts';

const MessageReceived = builder.objectRef<Step>('MessageReceived').implement({
  description: 'A message as it comes, and where that leaves the follower.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      ...sameForAll,
      description: 'Give it back as `after` to go on behind this message, without a gap or a repetition.',
    }),
    message: t.field({
      ...sameForAll,
      type: MessageRef,
      nullable: true,
      description:
        'The message. None in an event that only moves the cursor: the first, which says where the following begins, and those that pass over messages of the follower itself.',
      resolve: ({ entry }, _, context, info) => entry && load(context, info, entry),
    }),
  }),
});

builder.subscriptionField('messageReceived', (t) =>
  t.field({
    ...sameForAll,
    type: MessageReceived,
    description:
      'Messages as they come, in order, each once for one cursor. An instance follows its inbox, the operator any address. An event without a message only moves the cursor; the first is one, and says where the following begins.',
    args: {
      to: t.arg.string({ description: 'For the operator: the address to follow, `@all` where nothing is said.' }),
      after: t.arg.string({ description: 'The cursor to go on from. Begins now where it is left out.' }),
      type: t.arg({ type: [MessageTypeRef], description: 'Only messages of these types.' }),
    },
    subscribe: (_, { to, after, type }, context) =>
      receive(context, { to: to ?? undefined, after: after ?? undefined, types: type ?? undefined }),
    resolve: (step) => step,
  }),
);
