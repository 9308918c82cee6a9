import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import type { ActivityEvent, ActivityKind } from '../delivery/activity.ts';
import { InstanceRef } from '../instance/schema.ts';
import { LogEntryRef } from '../log/schema.ts';
import { MemoryRef } from '../memory/schema.ts';
import { untilRevoked } from '../message/receive.ts';
import { MessageRef } from '../message/schema.ts';
import { selection } from '../selection.ts';

const kinds = {
  INSTANCE_REGISTERED: { description: 'An instance registered.' },
  INSTANCE_LEFT: { description: 'An instance deregistered.' },
  MESSAGE_SENT: { description: 'A message was sent.' },
  BLOCKER_ENDED: { description: 'A blocker ended, for whatever reason.' },
  MEMORY_WRITTEN: { description: 'A memory was stored or changed.' },
  LOGGED: { description: 'An action was logged.' },
} satisfies Record<ActivityKind, { description: string }>;

const ActivityKindRef = builder.enumType('ActivityKind', {
  description: 'What kind of thing happened.',
  values: kinds,
});

const ActivityRef = builder.objectRef<ActivityEvent>('Activity').implement({
  description: 'Something that happened.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ActivityKindRef, description: 'What kind of thing it is.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    from: t.exposeString('from', { description: 'Who did it: the id of an instance, or `human`.' }),
    project: t.exposeString('project', {
      nullable: true,
      description: 'The project it was done on, where there is one.',
    }),
    summary: t.exposeString('summary', { description: 'One line in the words of whoever did it.' }),
    instance: t.field({
      type: InstanceRef,
      nullable: true,
      description: 'The instance that came or left.',
      resolve: ({ instanceId: id }, _, context, info) =>
        id === undefined
          ? null
          : context.database.prisma.instance.findUnique({ ...selection(context, info), where: { id } }),
    }),
    message: t.field({
      type: MessageRef,
      nullable: true,
      description: 'The message that was sent, or that opened the blocker.',
      resolve: ({ messageId: id }, _, context, info) =>
        id === undefined
          ? null
          : context.database.prisma.message.findUnique({ ...selection(context, info), where: { id } }),
    }),
    memory: t.field({
      type: MemoryRef,
      nullable: true,
      description: 'The memory that was written.',
      resolve: ({ memoryId: id }, _, context, info) =>
        id === undefined
          ? null
          : context.database.prisma.memory.findUnique({ ...selection(context, info), where: { id } }),
    }),
    logEntry: t.field({
      type: LogEntryRef,
      nullable: true,
      description: 'The entry that was logged.',
      resolve: ({ logEntryId: id }, _, context, info) =>
        id === undefined
          ? null
          : context.database.prisma.logEntry.findUnique({ ...selection(context, info), where: { id } }),
    }),
  }),
});

builder.subscriptionField('activity', (t) =>
  t.field({
    type: ActivityRef,
    description:
      'Everything that happens, as far as whoever asks may see it. Best effort, for dashboards: nothing is kept for who is not there.',
    subscribe: (_, __, context) => watch(context),
    resolve: (event) => event,
  }),
);

function watch({ activities, liveTokens, viewer, signal }: Context): AsyncGenerator<ActivityEvent, void> {
  if (viewer.kind === 'operator') return activities.watch(signal);
  const revoked = liveTokens.use(viewer, signal);
  const seen = ({ channelId, from }: ActivityEvent): boolean =>
    channelId === undefined || from === viewer.id || viewer.channelIds.includes(channelId);
  return untilRevoked(filter(activities.watch(AbortSignal.any([signal, revoked])), seen), revoked);
}

async function* filter<Event>(
  events: AsyncGenerator<Event, void>,
  wanted: (event: Event) => boolean,
): AsyncGenerator<Event, void> {
  for await (const event of events) if (wanted(event)) yield event;
}
