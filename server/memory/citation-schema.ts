import { builder } from '../builder.ts';
import { listMessages, MessageConnection, MessageRef } from '../message/schema.ts';
import { isVisible } from '../message/visibility.ts';
import { MemoryRef } from './schema.ts';

builder.prismaObjectField(MessageRef, 'cites', (t) =>
  t.field({
    type: [MemoryRef],
    description: 'The memories that it speaks of, in the order of their numbers.',
    select: (_, __, nestedSelection) => ({
      citations: { orderBy: { memoryId: 'asc' }, select: { memory: nestedSelection(true) } },
    }),
    resolve: ({ citations }) => citations.map(({ memory }) => memory),
  }),
);

// No plain relation: a memory is for everybody, the message it came from is not.
builder.prismaObjectField(MemoryRef, 'source', (t) =>
  t.field({
    type: MessageRef,
    nullable: true,
    description: 'The message that it came from; none where whoever asks may not see it.',
    select: (_, __, nestedSelection) => ({ source: nestedSelection(true) }),
    resolve: ({ source }, _, context) => (source && isVisible(context, source) ? source : null),
  }),
);

builder.prismaObjectField(MemoryRef, 'citedBy', (t) =>
  t.connection(
    {
      type: MessageRef,
      description: 'The messages that speak of it, as far as whoever asks may see them, newest first.',
      select: { id: true },
      resolve: ({ id }, args, context, info) =>
        listMessages(context, args, info, { citations: { some: { memoryId: id } } }),
    },
    MessageConnection,
  ),
);
