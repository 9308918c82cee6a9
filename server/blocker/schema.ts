import type { GraphQLResolveInfo } from 'graphql';
import { human } from '../address.ts';
import { builder, prismaEnum } from '../builder.ts';
import { type ConnectionArguments, connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';
import { parseId } from '../input.ts';
import { requireProject } from '../project/service.ts';
import { sameForAll } from '../same-for-all.ts';
import { findHeld } from './holds.ts';
import { isOpen } from './open.ts';
import { parseResource } from './resource.ts';
import { lapseBlockers, releaseBlocker } from './service.ts';

const BlockerEndRef = prismaEnum('BlockerEnd');

export const BlockerRef = builder.prismaObject('Blocker', {
  description: 'What a message of type BLOCKER holds, from its sending to its end.',
  fields: (t) => ({
    id: t.exposeID('messageId', { ...sameForAll, description: 'The number of the message that said it.' }),
    message: t.relation('message'),
    heldBy: t.string({
      description: 'Who holds it: the id of an instance, or `human`.',
      resolve: ({ holderId }) => holderId ?? human,
    }),
    holder: t.relation('holder', { nullable: true }),
    open: t.boolean({
      ...sameForAll,
      description: 'Whether it still holds.',
      resolve: (blocker) => isOpen(blocker),
    }),
    openedAt: t.expose('openedAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
    end: t.expose('end', { type: BlockerEndRef, nullable: true, description: 'Why it ended; none while it is open.' }),
    reason: t.exposeString('reason', { nullable: true }),
    resources: t.exposeStringList('resources'),
  }),
});

export const BlockerConnection = builder.connectionObject({
  type: BlockerRef,
  name: 'BlockerConnection',
  description: 'A page of blockers.',
});

/** The blockers that concern a project: held by its instances, or sent to it, to one of them, or to everybody. */
export function whereConcerns(projectId: number): Prisma.BlockerWhereInput {
  const channel = { OR: [{ kind: 'ALL' as const }, { projectId }, { instance: { projectId } }] };
  return { OR: [{ holder: { projectId } }, { message: { channel } }] };
}

/** The blockers that hold a resource; of those that have ended, the ones that held just this. */
async function whereHolds({ database, staleAfter }: Context, text: string): Promise<Prisma.BlockerWhereInput> {
  const resource = parseResource(text);
  const held = await findHeld(database.pool, [resource], staleAfter);
  return {
    OR: [
      { messageId: { in: held.map(({ blockerId }) => blockerId) } },
      { endedAt: { not: null }, resources: { has: resource.name } },
    ],
  };
}

/** Blockers, newest first. Those that are over by now are ended before. */
export async function listBlockers(
  context: Context,
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  where: Prisma.BlockerWhereInput,
) {
  const { blocker } = context.database.prisma;
  await lapseBlockers(context);
  return connect({
    args,
    context,
    info,
    defaultSize: 50,
    sortedBy: ['number'],
    load: ({ query, after, before, limit, inverted }) =>
      blocker.findMany({
        ...query,
        where: { AND: [where, { messageId: { ...(after && { lt: after[0] }), ...(before && { gt: before[0] }) } }] },
        orderBy: { messageId: inverted ? 'asc' : 'desc' },
        take: limit,
      }),
    key: ({ messageId }) => [messageId],
    count: () => blocker.count({ where }),
  });
}

builder.queryField('blockers', (t) =>
  t.connection(
    {
      type: BlockerRef,
      description:
        'What must not be touched, by whom it is held, newest first. Blockers are for all to see, whoever they were sent to.',
      args: {
        project: t.arg.string({
          description: 'Only blockers that concern this project: held on it, or sent to it or to everybody.',
        }),
        resource: t.arg.string({
          description:
            'Only blockers that hold this, or something above or below it, as in `doc-db-v2:src/` or `port:5432`.',
        }),
        open: t.arg.boolean({
          required: true,
          defaultValue: true,
          description: 'Only those that still hold; false lists all there ever were.',
        }),
      },
      async resolve(_, { project, resource, open, ...args }, context, info) {
        const scope = await requireProject(context.database.pool, project);
        const concerns = [scope && whereConcerns(scope.id), resource != null && (await whereHolds(context, resource))];
        return listBlockers(context, args, info, {
          ...(open && { endedAt: null }),
          AND: concerns.filter((where) => typeof where === 'object'),
        });
      },
    },
    BlockerConnection,
  ),
);

builder.mutationField('releaseBlocker', (t) =>
  t.prismaField({
    type: BlockerRef,
    description: 'Ends a blocker without a `done`. An instance may end its own, the operator any, with a reason.',
    args: {
      id: t.arg.id({ required: true, description: 'The number of the message that said it.' }),
      reason: t.arg.string({ description: 'Why; the operator has to say.' }),
    },
    async resolve(query, _, { id, reason }, context) {
      const messageId = await releaseBlocker(context, parseId('id', 'blocker', id), reason);
      return context.database.prisma.blocker.findUniqueOrThrow({ ...query, where: { messageId } });
    },
  }),
);
