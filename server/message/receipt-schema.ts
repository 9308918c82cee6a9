import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../builder.ts';
import { type ConnectionArguments, connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Instance } from '../database/generated/client.ts';
import { InstanceRef } from '../instance/schema.ts';
import { countProgress, listProgress, type Progress, type ProgressCounts, requireSender } from './audience.ts';
import { MessageRef } from './schema.ts';

const ReceiptState = builder.enumType('ReceiptState', {
  description: 'How far a message has come with one instance.',
  values: {
    STORED: { description: 'It is kept for the instance, which will get it with its next look.' },
    DELIVERED: { description: 'It was handed over, by the inbox or a subscription.' },
    READ: { description: 'The instance marked it read.' },
  },
});

interface Receipt extends Progress {
  instance: Instance;
}

const ReceiptRef = builder.objectRef<Receipt>('Receipt').implement({
  description: 'How far a message has come with one instance that it is for.',
  fields: (t) => ({
    instance: t.expose('instance', { type: InstanceRef, description: 'Whom it is for. It may have left since.' }),
    state: t.field({
      type: ReceiptState,
      description: 'How far the message has come.',
      resolve: ({ deliveredAt, readAt }) => (readAt ? 'READ' : deliveredAt ? 'DELIVERED' : 'STORED'),
    }),
    deliveredAt: t.expose('deliveredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was first handed over; none before.',
    }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the instance marked it read; none before.',
    }),
  }),
});

const ReceiptCounts = builder.objectRef<ProgressCounts>('ReceiptCounts').implement({
  description: 'How many instances a message has come so far with, and no further.',
  fields: (t) => ({
    stored: t.exposeInt('stored', { description: 'Those that it waits for.' }),
    delivered: t.exposeInt('delivered', { description: 'Those that were handed it and have not marked it read.' }),
    read: t.exposeInt('read', { description: 'Those that have marked it read.' }),
  }),
});

const ReceiptConnection = builder.connectionObject({
  type: ReceiptRef,
  name: 'ReceiptConnection',
  description: 'A page of receipts.',
});

const audience =
  'An instance counts that is live and listens, that received it, or that it was addressed to; its sender does not. For its sender and the operator only.';

builder.prismaObjectField(MessageRef, 'receiptCounts', (t) =>
  t.field({
    type: ReceiptCounts,
    description: `How many instances have received it, and how many have read it. ${audience}`,
    select: { id: true, senderId: true },
    resolve(message, _, context) {
      requireSender(context, message);
      return countProgress(context.database.pool, message.id, context.staleAfter);
    },
  }),
);

builder.prismaObjectField(MessageRef, 'receipts', (t) =>
  t.connection(
    {
      type: ReceiptRef,
      description: `Who has received it, and who has read it, by the ids of the instances. ${audience}`,
      select: { id: true, senderId: true },
      resolve(message, args, context, info) {
        requireSender(context, message);
        return listReceipts(context, args, info, message.id);
      },
    },
    ReceiptConnection,
  ),
);

function listReceipts(context: Context, args: ConnectionArguments, info: GraphQLResolveInfo, messageId: number) {
  const { pool, prisma } = context.database;
  return connect({
    args,
    context,
    info,
    sortedBy: ['name'],
    defaultSize: 50,
    under: 'instance',
    async load({ after, before, limit, inverted, query }) {
      const rows = await listProgress(pool, messageId, context.staleAfter, {
        after: after?.[0],
        before: before?.[0],
        limit,
        inverted,
      });
      const instances = await prisma.instance.findMany({
        ...query,
        where: { id: { in: rows.map(({ instanceId }) => instanceId) } },
      });
      const byId = new Map(instances.map((instance) => [instance.id, instance]));
      return rows.flatMap((row) => {
        const instance = byId.get(row.instanceId);
        return instance ? [{ ...row, instance }] : [];
      });
    },
    key: ({ instanceId }) => [instanceId],
    async count() {
      const { stored, delivered, read } = await countProgress(pool, messageId, context.staleAfter);
      return stored + delivered + read;
    },
  });
}
