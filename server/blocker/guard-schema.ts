import { builder } from '../builder.ts';
import type { Blocker } from '../database/generated/client.ts';
import { selection } from '../selection.ts';
import { guard } from './guard.ts';
import { mostResources } from './resource.ts';
import { BlockerRef } from './schema.ts';

const HeldResource = builder.objectRef<{ resource: string; blocker: Blocker }>('HeldResource').implement({
  description: 'A resource that somebody else holds.',
  fields: (t) => ({
    resource: t.exposeString('resource', { description: 'The resource that was asked about.' }),
    blocker: t.field({
      type: BlockerRef,
      description: 'What holds it, or something above or below it.',
      resolve: ({ blocker }) => blocker,
    }),
  }),
});

const GuardRef = builder.objectRef<Awaited<ReturnType<typeof guard>>>('Guard').implement({
  description: 'Whether resources may be touched.',
  fields: (t) => ({
    clear: t.boolean({
      description: 'Whether nobody else holds any of them.',
      resolve: ({ held }) => held.length === 0,
    }),
    resources: t.stringList({
      description: 'What was asked about, as the server understands it, without what is covered by another.',
      resolve: ({ resources }) => resources.map(({ name }) => name),
    }),
    held: t.field({
      type: [HeldResource],
      description: 'What others hold of them, the oldest blocker first.',
      async resolve({ held }, _, context, info) {
        const blockers = await context.database.prisma.blocker.findMany({
          ...selection(context, info, ['blocker']),
          where: { messageId: { in: held.map(({ blockerId }) => blockerId) } },
        });
        const byId = new Map(blockers.map((blocker) => [blocker.messageId, blocker]));
        return held.flatMap(({ asked, blockerId }) => {
          const blocker = byId.get(blockerId);
          return blocker ? [{ resource: asked.name, blocker }] : [];
        });
      },
    }),
  }),
});

builder.queryField('guard', (t) =>
  t.field({
    type: GuardRef,
    description:
      'Whether resources may be touched: whether nobody else holds them. Whoever asks may touch what it holds itself. With `wait` it answers once they are free, in the order of asking, and with the error BLOCKED where they are not by then.',
    args: {
      resources: t.arg.stringList({
        required: true,
        description: `What is to be touched, such as \`doc-db-v2:src/app.ts\`, \`doc-db-v2:src/\` (everything below), \`/etc/hosts\`, \`port:5432\`, \`branch:main\`; at most ${mostResources}.`,
      }),
      wait: t.arg({
        type: 'Duration',
        description: 'How long to wait for what is held, at most 1h; not at all where it is left out.',
      }),
      clientKey: t.arg.string({ description: 'Names this request: asked again while it waits, it keeps its place.' }),
    },
    resolve: (_, { resources, wait, clientKey }, context) => guard(context, resources, wait ?? null, clientKey ?? null),
  }),
);
