import type { GraphQLResolveInfo } from 'graphql';
import { human } from '../address.ts';
import { builder, prismaEnum } from '../builder.ts';
import { type ConnectionArguments, connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';

export const MemoryTypeRef = prismaEnum('MemoryType');
export const MemoryStatusRef = prismaEnum('MemoryStatus');
export const MemoryLinkKindRef = prismaEnum('MemoryLinkKind');

export const MemoryRef = builder.prismaObject('Memory', {
  description: 'Something an instance learned and left for others.',
  fields: (t) => ({
    id: t.exposeID('id'),
    uid: t.exposeID('uid'),
    project: t.relation('project', { nullable: true }),
    global: t.boolean({
      description: 'Whether it belongs to no project.',
      select: { projectId: true },
      resolve: ({ projectId }) => projectId === null,
    }),
    type: t.expose('type', { type: MemoryTypeRef }),
    title: t.exposeString('title'),
    content: t.exposeString('content'),
    status: t.expose('status', { type: MemoryStatusRef }),
    tags: t.exposeStringList('tags'),
    files: t.exposeStringList('files'),
    from: t.string({
      description: 'Who first wrote it: the id of an instance, or `human`.',
      select: { authorId: true },
      resolve: ({ authorId }) => authorId ?? human,
    }),
    author: t.relation('author', { nullable: true }),
    version: t.exposeInt('version'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
  }),
});

export const MemoryEdgeRef = builder.edgeObject({
  type: MemoryRef,
  name: 'MemoryEdge',
  description: 'A memory on a page.',
});

export const MemoryConnection = builder.connectionObject(
  { type: MemoryRef, name: 'MemoryConnection', description: 'A page of memories.' },
  MemoryEdgeRef,
);

export const MemoryRevisionRef = builder.prismaObject('MemoryRevision', {
  description: 'One version of a memory, the current one included.',
  fields: (t) => ({
    version: t.exposeInt('version'),
    title: t.exposeString('title'),
    content: t.exposeString('content'),
    status: t.expose('status', { type: MemoryStatusRef }),
    tags: t.exposeStringList('tags'),
    files: t.exposeStringList('files'),
    from: t.string({
      description: 'Who wrote this version: the id of an instance, or `human`.',
      select: { authorId: true },
      resolve: ({ authorId }) => authorId ?? human,
    }),
    author: t.relation('author', { nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

export const MemoryRevisionConnection = builder.connectionObject({
  type: MemoryRevisionRef,
  name: 'MemoryRevisionConnection',
  description: 'A page of the versions of a memory.',
});

builder.prismaObjectField(MemoryRef, 'revisions', (t) =>
  t.connection(
    {
      type: MemoryRevisionRef,
      description: 'Its versions, the current one first.',
      select: { id: true },
      resolve({ id }, args, context, info) {
        const { memoryRevision } = context.database.prisma;
        return connect({
          args,
          context,
          info,
          sortedBy: ['number'],
          load: ({ query, after, before, limit, inverted }) =>
            memoryRevision.findMany({
              ...query,
              where: { memoryId: id, version: { ...(after && { lt: after[0] }), ...(before && { gt: before[0] }) } },
              orderBy: { version: inverted ? 'asc' : 'desc' },
              take: limit,
            }),
          key: ({ version }) => [version],
          count: () => memoryRevision.count({ where: { memoryId: id } }),
        });
      },
    },
    MemoryRevisionConnection,
  ),
);

/** Memories, the latest changed first. */
export function listMemories(
  context: Context,
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  where: Prisma.MemoryWhereInput,
) {
  const { memory } = context.database.prisma;
  return connect({
    args,
    context,
    info,
    sortedBy: ['time', 'number'],
    load({ query, after, before, limit, inverted }) {
      const beyond = (comparison: 'lt' | 'gt', [time, id]: readonly [string, number]): Prisma.MemoryWhereInput => ({
        OR: [{ updatedAt: { [comparison]: time } }, { updatedAt: time, id: { [comparison]: id } }],
      });
      const order = inverted ? 'asc' : 'desc';
      return memory.findMany({
        ...query,
        where: { AND: [where, after ? beyond('lt', after) : {}, before ? beyond('gt', before) : {}] },
        orderBy: [{ updatedAt: order }, { id: order }],
        take: limit,
      });
    },
    key: ({ updatedAt, id }) => [updatedAt.toISOString(), id],
    count: () => memory.count({ where }),
  });
}
