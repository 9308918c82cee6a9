import { createContextCache } from '@pothos/core';
import { human } from '../address.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InstanceRef } from '../instance/schema.ts';
import { selection } from '../selection.ts';
import { findHeld } from './holds.ts';
import { allWaiting, sharesWith, type Waiting } from './queue.ts';
import { parseResource } from './resource.ts';
import { BlockerRef } from './schema.ts';

/** Read once an operation, however many blockers ask who waits for them. */
const waitingIn = createContextCache((context: Context) => allWaiting(context.database.pool));

export const WaiterRef = builder.objectRef<Waiting>('Waiter').implement({
  description: 'Somebody who waits until resources are free. First come, first served.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its place: who came first has the smaller number.' }),
    from: t.string({
      description: 'Who waits: the id of an instance, or `human`.',
      resolve: ({ instanceId }) => instanceId ?? human,
    }),
    instance: t.field({
      type: InstanceRef,
      nullable: true,
      description: 'The instance that waits; none where the human does.',
      resolve: ({ instanceId: id }, _, context, info) =>
        id === null
          ? null
          : context.database.prisma.instance.findUnique({ ...selection(context, info), where: { id } }),
    }),
    resources: t.exposeStringList('resources', { description: 'What it waits for.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When it began to wait.' }),
    blockers: t.field({
      type: [BlockerRef],
      description: 'The blockers that hold what it waits for, oldest first.',
      async resolve({ resources }, _, context, info) {
        const held = await findHeld(context.database.pool, resources.map(parseResource), context.staleAfter);
        return context.database.prisma.blocker.findMany({
          ...selection(context, info),
          where: { messageId: { in: held.map(({ blockerId }) => blockerId) } },
          orderBy: { messageId: 'asc' },
        });
      },
    }),
  }),
});

/** Everybody who waits now, in order. */
export const waiting = (context: Context): Promise<Waiting[]> => waitingIn(context);

builder.prismaObjectField('Blocker', 'waiters', (t) =>
  t.field({
    type: [WaiterRef],
    description: 'Who waits for what it holds, in order.',
    async resolve({ resources, endedAt }, _, context) {
      if (resources.length === 0 || endedAt !== null) return [];
      const held = resources.map(parseResource);
      return (await waiting(context)).filter((waiter) => sharesWith(waiter, held));
    },
  }),
);
