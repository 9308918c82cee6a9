import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { badInput } from '../errors.ts';
import { parseId } from '../input.ts';
import { requireProject } from '../project/service.ts';
import { memoryGraph } from './graph.ts';
import { type Link, linkMemories, unlinkMemories } from './link.ts';
import { requireMemory } from './reference.ts';
import { MemoryLinkKindRef, MemoryRef } from './schema.ts';

const LinkDirection = builder.enumType('LinkDirection', {
  description: 'Which way a link goes, seen from one of its memories.',
  values: {
    OUTGOING: { description: 'From this memory to the other.' },
    INCOMING: { description: 'From the other memory to this one.' },
  },
});

export const MemoryLinkRef = builder.prismaObject('MemoryLink', {
  description: 'That one memory bears on another.',
  fields: (t) => ({
    from: t.relation('from'),
    to: t.relation('to'),
    kind: t.expose('kind', { type: MemoryLinkKindRef }),
    author: t.relation('author', { nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

interface LinkEnd {
  kind: MemoryLinkKind;
  direction: 'OUTGOING' | 'INCOMING';
  memoryId: number;
  createdAt: Date;
}

const MemoryLinkEnd = builder.objectRef<LinkEnd>('MemoryLinkEnd').implement({
  description: 'A link, seen from one of its memories.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: MemoryLinkKindRef,
      description: 'How the memory it starts at bears on the one it points to.',
    }),
    direction: t.expose('direction', { type: LinkDirection, description: 'Which way it goes.' }),
    memory: t.prismaField({
      type: 'Memory',
      description: 'The memory at the other end.',
      resolve: (query, { memoryId }, _, { database }) =>
        database.prisma.memory.findUniqueOrThrow({ ...query, where: { id: memoryId } }),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they were linked.' }),
  }),
});

builder.prismaObjectField(MemoryRef, 'links', (t) =>
  t.field({
    type: [MemoryLinkEnd],
    description: 'What it bears on, and what bears on it.',
    select: { linksTo: true, linksFrom: true },
    resolve: ({ linksTo, linksFrom }): LinkEnd[] => [
      ...linksTo.map(({ kind, toId, createdAt }) => ({
        kind,
        direction: 'OUTGOING' as const,
        memoryId: toId,
        createdAt,
      })),
      ...linksFrom.map(({ kind, fromId, createdAt }) => ({
        kind,
        direction: 'INCOMING' as const,
        memoryId: fromId,
        createdAt,
      })),
    ],
  }),
);

const MemoryGraphEdge = builder.objectRef<Link>('MemoryGraphEdge').implement({
  description: 'A link between two memories of a graph.',
  fields: (t) => ({
    from: t.exposeID('fromId', { description: 'The number of the memory it starts at.' }),
    to: t.exposeID('toId', { description: 'The number of the memory it points to.' }),
    kind: t.expose('kind', { type: MemoryLinkKindRef, description: 'How the first bears on the second.' }),
  }),
});

const MemoryGraphRef = builder
  .objectRef<{ nodeIds: number[]; edges: Link[]; truncated: boolean }>('MemoryGraph')
  .implement({
    description: 'Memories and the links between them.',
    fields: (t) => ({
      nodes: t.prismaField({
        type: ['Memory'],
        description: 'The memories, those nearest to the focus first.',
        async resolve(query, { nodeIds }, _, { database }) {
          const rows = await database.prisma.memory.findMany({ ...query, where: { id: { in: nodeIds } } });
          return rows.sort((a, b) => nodeIds.indexOf(a.id) - nodeIds.indexOf(b.id));
        },
      }),
      edges: t.expose('edges', { type: [MemoryGraphEdge], description: 'The links between these memories.' }),
      truncated: t.exposeBoolean('truncated', { description: 'Whether there are more memories than were asked for.' }),
    }),
  });

builder.queryField('memoryGraph', (t) =>
  t.field({
    type: MemoryGraphRef,
    description: 'Memories as a graph: around one of them, or all that are linked.',
    args: {
      project: t.arg.string({ description: 'Only linked memories of this project, where no focus is given.' }),
      focus: t.arg.id({ description: 'The number of the memory to start from.' }),
      depth: t.arg.int({ required: true, defaultValue: 2, description: 'How many links away from the focus, 0 to 5.' }),
      kinds: t.arg({ type: [MemoryLinkKindRef], description: 'Follow only these kinds of link.' }),
      first: t.arg.int({ required: true, defaultValue: 100, description: 'At most so many memories, 1 to 500.' }),
    },
    async resolve(_, { project, focus, depth, kinds, first }, context) {
      if (depth < 0 || depth > 5) throw badInput('depth', `depth is ${depth}: a graph goes 0 to 5 links deep.`);
      if (first < 1 || first > 500) throw badInput('first', `first is ${first}: a graph has 1 to 500 memories.`);
      const scope = await requireProject(context.database.pool, project);
      return memoryGraph(context, {
        projectId: scope?.id ?? null,
        focus: typeof focus === 'string' ? parseId('focus', 'memory', focus) : null,
        depth,
        kinds: kinds ?? null,
        first,
      });
    },
  }),
);

const UnlinkMemoriesPayload = builder.objectRef<{ removed: boolean }>('UnlinkMemoriesPayload').implement({
  description: 'What became of a link that was to be taken back.',
  fields: (t) => ({ removed: t.exposeBoolean('removed', { description: 'Whether there was such a link.' }) }),
});

builder.mutationFields((t) => {
  const args = {
    from: t.arg.id({ required: true, description: 'The memory it starts at: its number or its title.' }),
    kind: t.arg({ type: MemoryLinkKindRef, required: true, description: 'How the first bears on the second.' }),
    to: t.arg.id({ required: true, description: 'The memory it points to: its number or its title.' }),
  };
  const parse = async (
    { database, viewer }: Context,
    { from, kind, to }: { from: string; kind: MemoryLinkKind; to: string },
  ): Promise<Link> => {
    const scope = viewer.kind === 'instance' ? { projectId: viewer.projectId } : undefined;
    return {
      fromId: await requireMemory(database.pool, 'from', from, scope),
      kind,
      toId: await requireMemory(database.pool, 'to', to, scope, kind === 'FIXES' ? 'ISSUE' : undefined),
    };
  };
  return {
    linkMemories: t.prismaField({
      type: MemoryLinkRef,
      description: 'Says that one memory bears on another.',
      args,
      async resolve(query, _, link, context) {
        const parsed = await parse(context, link);
        await linkMemories(context, parsed);
        return context.database.prisma.memoryLink.findUniqueOrThrow({ ...query, where: { fromId_toId_kind: parsed } });
      },
    }),
    unlinkMemories: t.field({
      type: UnlinkMemoriesPayload,
      description: 'Takes a link between two memories back.',
      args,
      resolve: async (_, link, context) => ({ removed: await unlinkMemories(context, await parse(context, link)) }),
    }),
  };
});
