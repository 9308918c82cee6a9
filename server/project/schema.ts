import { builder } from '../builder.ts';
import { connect } from '../connection.ts';
import type { Prisma } from '../database/generated/client.ts';
import { whereLive } from '../instance/presence.ts';
import { InstanceConnection, InstanceRef, listInstances } from '../instance/schema.ts';
import { listMemories, MemoryConnection, MemoryRef } from '../memory/schema.ts';

const ProjectRef = builder.prismaObject('Project', {
  description: 'A body of work that instances share.',
  fields: (t) => ({
    name: t.exposeString('name'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    instances: t.connection(
      {
        type: InstanceRef,
        description: 'Who works on it, the latest registered first.',
        select: { id: true },
        args: {
          live: t.arg.boolean({
            required: true,
            defaultValue: true,
            description: 'Only those that take part now; false lists all there ever were.',
          }),
        },
        resolve: ({ id }, { live, ...args }, context, info) =>
          listInstances(context, args, info, { projectId: id, ...(live && whereLive(context)) }),
      },
      InstanceConnection,
    ),
    memories: t.connection(
      {
        type: MemoryRef,
        description: 'What is remembered of it and still holds, the latest changed first.',
        select: { id: true },
        resolve: ({ id }, args, context, info) =>
          listMemories(context, args, info, { projectId: id, status: 'ACTIVE' }),
      },
      MemoryConnection,
    ),
  }),
});

const ProjectConnection = builder.connectionObject({
  type: ProjectRef,
  name: 'ProjectConnection',
  description: 'A page of projects.',
});

builder.queryField('projects', (t) =>
  t.connection(
    {
      type: ProjectRef,
      description: 'The projects that are known, by name.',
      resolve(_, args, context, info) {
        const { project } = context.database.prisma;
        return connect({
          args,
          context,
          info,
          defaultSize: 50,
          sortedBy: ['string'],
          load({ query, after, before, limit, inverted }) {
            const key: Prisma.StringFilter = { ...(after && { gt: after[0] }), ...(before && { lt: before[0] }) };
            return project.findMany({
              ...query,
              where: { key },
              orderBy: { key: inverted ? 'desc' : 'asc' },
              take: limit,
            });
          },
          key: ({ key }) => [key],
          count: () => project.count(),
        });
      },
    },
    ProjectConnection,
  ),
);
