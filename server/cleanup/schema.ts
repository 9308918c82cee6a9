import { builder } from '../builder.ts';
import { type Cleaned, cleanup } from './service.ts';

const CleanupPayload = builder.objectRef<Cleaned>('CleanupPayload').implement({
  description: 'How much was, or would be, cleaned up.',
  fields: (t) => ({
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether nothing was changed.' }),
    messages: t.exposeInt('messages', { description: 'Messages deleted, with their receipts.' }),
    logEntries: t.exposeInt('logEntries', { description: 'Log entries deleted.' }),
    instances: t.exposeInt('instances', { description: 'Registrations ended that gave no sign of life.' }),
  }),
});

builder.mutationField('cleanup', (t) =>
  t.field({
    type: CleanupPayload,
    description:
      'Deletes messages that have expired and old log entries, and ends registrations that gave no sign of life. Memories stay, and so do the messages that they came from or that cite them. Takes the token of the server.',
    args: {
      olderThan: t.arg({
        type: 'Duration',
        required: true,
        defaultValue: 7 * 86_400_000,
        description: 'How long ago at least; 1h or more.',
      }),
      dryRun: t.arg.boolean({ required: true, defaultValue: false, description: 'Only say what would be done.' }),
    },
    resolve: (_, request, context) => cleanup(context, request),
  }),
);
