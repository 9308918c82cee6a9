import { BlockerConnection, BlockerRef, listBlockers, whereConcerns } from '../blocker/schema.ts';
import { WaiterRef, waiting } from '../blocker/waiter-schema.ts';
import { builder } from '../builder.ts';
import type { Prisma } from '../database/generated/client.ts';
import { ViewerRef } from '../instance/fields.ts';
import { whereLive } from '../instance/presence.ts';
import { InstanceConnection, InstanceRef, listInstances } from '../instance/schema.ts';
import { LogEntryConnection, LogEntryRef, listLog } from '../log/schema.ts';
import { unreadCount } from '../message/inbox.ts';
import { whereOpenRequest } from '../message/request.ts';
import { listMessages, MessageConnection, MessageRef } from '../message/schema.ts';
import { requireProject } from '../project/service.ts';

/** What a status is of: one project, or everything. */
interface StatusScope {
  projectId: number | undefined;
}

/** The messages that a project's instances sent, and those to it or to them. */
function whereOfProject(projectId: number | undefined): Prisma.MessageWhereInput {
  if (projectId === undefined) return {};
  return { OR: [{ sender: { projectId } }, { channel: { projectId } }, { channel: { instance: { projectId } } }] };
}

const StatusRef = builder.objectRef<StatusScope>('Status').implement({
  description: 'Who works on what, what is blocked, and what happened last.',
  fields: (t) => ({
    viewer: t.field({
      type: ViewerRef,
      description: 'Whoever asks.',
      resolve: (_, __, { viewer }) => viewer,
    }),
    unread: t.int({
      nullable: true,
      description: 'How many messages whoever asks has not read; none for the operator, who has no inbox.',
      resolve: (_, __, context) => (context.viewer.kind === 'instance' ? unreadCount(context, context.viewer) : null),
    }),
    instances: t.connection(
      {
        type: InstanceRef,
        description: 'Who takes part now, the latest registered first.',
        resolve: ({ projectId }, args, context, info) =>
          listInstances(context, args, info, { ...whereLive(context), ...(projectId && { projectId }) }),
      },
      InstanceConnection,
    ),
    blockers: t.connection(
      {
        type: BlockerRef,
        description: 'What must not be touched now, newest first.',
        resolve: ({ projectId }, args, context, info) =>
          listBlockers(context, args, info, { endedAt: null, ...(projectId && whereConcerns(projectId)) }),
      },
      BlockerConnection,
    ),
    requests: t.connection(
      {
        type: MessageRef,
        description:
          'The requests that nobody has answered with a `done` yet, as far as whoever asks may see them, newest first.',
        resolve: ({ projectId }, args, context, info) =>
          listMessages(context, args, info, { AND: [whereOpenRequest(), whereOfProject(projectId)] }),
      },
      MessageConnection,
    ),
    waiters: t.field({
      type: [WaiterRef],
      description: 'Who waits for what others hold, in order.',
      resolve: ({ projectId }, _, context) => waiting(context, projectId),
    }),
    messages: t.connection(
      {
        type: MessageRef,
        description: 'The messages that whoever asks may see, newest first.',
        resolve: ({ projectId }, args, context, info) => listMessages(context, args, info, whereOfProject(projectId)),
      },
      MessageConnection,
    ),
    log: t.connection(
      {
        type: LogEntryRef,
        description: 'What was done, newest first.',
        resolve: ({ projectId }, args, context, info) => listLog(context, args, info, projectId ? { projectId } : {}),
      },
      LogEntryConnection,
    ),
  }),
});

builder.queryField('status', (t) =>
  t.field({
    type: StatusRef,
    description: 'Who works on what, what is blocked, and what happened last.',
    args: { project: t.arg.string({ description: 'Only this project.' }) },
    resolve: async (_, { project }, context) => ({
      projectId: (await requireProject(context.database.pool, project))?.id,
    }),
  }),
);
