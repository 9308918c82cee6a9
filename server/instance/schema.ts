import type { GraphQLResolveInfo } from 'graphql';
import { builder, prismaEnum } from '../builder.ts';
import { type ConnectionArguments, connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';
import { sameForAll } from '../same-for-all.ts';
import { isLive } from './presence.ts';

export const InstanceStatusRef = prismaEnum('InstanceStatus');

export const InstanceRef = builder.prismaObject('Instance', {
  description: 'One running coding agent.',
  fields: (t) => ({
    id: t.exposeID('id', sameForAll),
    project: t.relation('project', sameForAll),
    directory: t.exposeString('directory'),
    model: t.exposeString('model', { nullable: true }),
    task: t.exposeString('task', { nullable: true }),
    status: t.expose('status', { type: InstanceStatusRef }),
    live: t.boolean({
      description:
        'Whether it takes part: it has not left, and its latest sign of life is recent (30 minutes, unless the server was told otherwise).',
      select: { endedAt: true, lastSeenAt: true },
      resolve: (instance, _, context) => isLive(context, instance),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it left; none while it has not.',
    }),
  }),
});

export const InstanceConnection = builder.connectionObject({
  type: InstanceRef,
  name: 'InstanceConnection',
  description: 'A page of instances.',
});

/** Instances, the latest registered first. */
export function listInstances(
  context: Context,
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  where: Prisma.InstanceWhereInput,
) {
  const { instance } = context.database.prisma;
  return connect({
    args,
    context,
    info,
    defaultSize: 50,
    sortedBy: ['time', 'name'],
    load({ query, after, before, limit, inverted }) {
      const beyond = (comparison: 'lt' | 'gt', [time, id]: readonly [string, string]): Prisma.InstanceWhereInput => ({
        OR: [{ startedAt: { [comparison]: time } }, { startedAt: time, id: { [comparison]: id } }],
      });
      const order = inverted ? 'asc' : 'desc';
      return instance.findMany({
        ...query,
        where: { AND: [where, after ? beyond('lt', after) : {}, before ? beyond('gt', before) : {}] },
        orderBy: [{ startedAt: order }, { id: order }],
        take: limit,
      });
    },
    key: ({ startedAt, id }) => [startedAt.toISOString(), id],
    count: () => instance.count({ where }),
  });
}
