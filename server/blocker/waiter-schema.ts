import { createContextCache } from '@pothos/core';
import { human } from '../address.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InstanceRef } from '../instance/schema.ts';
import { selection } from '../selection.ts';
import { findHeld } from './holds.ts';
import { allWaiting, type Waiting } from './queue.ts';
import { Footprint } from './resource.ts';
import { BlockerRef } from './schema.ts';

/** Read once for all blockers that ask at a time who waits for them. */
const waitingIn = createContextCache((context: Context) =>
  allWaiting(context.database.pool).finally(() => waitingIn.delete(context)),
);

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
      async resolve({ resources, keys }, _, context, info) {
        const wanted = resources.map((name, index) => ({ name, key: keys[index] ?? '' }));
        const held = await findHeld(context.database.pool, wanted, context.staleAfter);
        return context.database.prisma.blocker.findMany({
          ...selection(context, info),
          where: { messageId: { in: held.map(({ blockerId }) => blockerId) } },
          orderBy: { messageId: 'asc' },
        });
      },
    }),
  }),
});

/** Who waits now, in order. @param projectId only the instances of this project, where it is given */
export async function waiting(context: Context, projectId?: number): Promise<Waiting[]> {
  const all = await waitingIn(context);
  return projectId === undefined ? all : all.filter((waiter) => waiter.projectId === projectId);
}

builder.prismaObjectField('Blocker', 'waiters', (t) =>
  t.field({
    type: [WaiterRef],
    description: 'Who waits for what it holds, in order.',
    select: { holds: { select: { key: true, name: true } } },
    async resolve({ holds }, _, context) {
      if (holds.length === 0) return [];
      const footprint = new Footprint(holds);
      return (await waiting(context)).filter(({ keys }) => keys.some((key) => footprint.find(key)));
    },
  }),
);
