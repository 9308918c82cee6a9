import { builder } from '../builder.ts';
import { connect } from '../connection.ts';
import type { Prisma } from '../database/generated/client.ts';
import { sameForAll } from '../same-for-all.ts';

const ProjectRef = builder.prismaObject('Project', {
  description: 'A body of work that instances share.',
  fields: (t) => ({
    name: t.exposeString('name', sameForAll),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
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
          sortedBy: ['name'],
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
