import type { GraphQLResolveInfo } from 'graphql';
import { human } from '../address.ts';
import { builder, prismaEnum } from '../builder.ts';
import { type ConnectionArguments, connect, newestFirst } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';
import { checkFilter } from '../input.ts';
import { requireKnown } from '../instance/known.ts';
import { requireProject } from '../project/service.ts';
import { allowSecretArgument } from '../secret/argument.ts';
import { logAction } from './service.ts';

const LogActionRef = prismaEnum('LogAction');

export const LogEntryRef = builder.prismaObject('LogEntry', {
  description: 'A significant action that an instance took.',
  fields: (t) => ({
    id: t.exposeID('id'),
    from: t.string({
      description: 'Who did it: the id of an instance, or `human`.',
      select: { instanceId: true },
      resolve: ({ instanceId }) => instanceId ?? human,
    }),
    instance: t.relation('instance', { nullable: true }),
    project: t.relation('project', { nullable: true }),
    action: t.expose('action', { type: LogActionRef }),
    summary: t.exposeString('summary'),
    files: t.exposeStringList('files'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

export const LogEntryConnection = builder.connectionObject({
  type: LogEntryRef,
  name: 'LogEntryConnection',
  description: 'A page of the log.',
});

/** Log entries, newest first. */
export function listLog(
  context: Context,
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  where: Prisma.LogEntryWhereInput,
) {
  const { logEntry } = context.database.prisma;
  return connect({
    args,
    context,
    info,
    sortedBy: ['number'],
    load({ query, ...page }) {
      const { where: range, ...rest } = newestFirst(page);
      return logEntry.findMany({ ...query, ...rest, where: { AND: [where, range] } });
    },
    key: ({ id }) => [id],
    count: () => logEntry.count({ where }),
  });
}

builder.queryField('log', (t) =>
  t.connection(
    {
      type: LogEntryRef,
      description: 'What was done, newest first.',
      args: {
        project: t.arg.string({ description: 'Only what was done on this project.' }),
        instance: t.arg.string({ description: 'Only what this instance, or `human`, did.' }),
        action: t.arg({ type: [LogActionRef], description: 'Only these kinds of action.' }),
      },
      async resolve(_, { project, instance, action, ...args }, context, info) {
        const { pool } = context.database;
        const scope = await requireProject(pool, project);
        const author = checkFilter('instance', instance)?.toLowerCase();
        if (author !== undefined && author !== human) await requireKnown(pool, author);
        return listLog(context, args, info, {
          ...(scope && { projectId: scope.id }),
          ...(author !== undefined && { instanceId: author === human ? null : author }),
          ...(action && { action: { in: action } }),
        });
      },
    },
    LogEntryConnection,
  ),
);

builder.mutationField('logAction', (t) =>
  t.prismaField({
    type: LogEntryRef,
    description: 'Logs a significant action, for whoever comes later.',
    args: {
      action: t.arg({ type: LogActionRef, required: true, description: 'What kind of action it was.' }),
      summary: t.arg.string({ required: true, description: 'What was done, up to 4 KiB.' }),
      files: t.arg.stringList({ description: 'The files it touched, at most 500.' }),
      project: t.arg.string({ description: 'The project it was done on; that of the instance where nothing is said.' }),
      clientKey: t.arg.string({
        description: 'Names this request: sent again, it finds the entry instead of writing another.',
      }),
      allowSecret: t.arg.boolean(allowSecretArgument),
    },
    async resolve(query, _, entry, context) {
      const id = await logAction(context, entry);
      return context.database.prisma.logEntry.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);
