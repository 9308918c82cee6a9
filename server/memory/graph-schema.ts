import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import type { Instance, Memory, Message } from '../database/generated/client.ts';
import { enumDescriptions } from '../database/generated/enum-descriptions.ts';
import { InstanceRef } from '../instance/schema.ts';
import { MessageRef } from '../message/schema.ts';
import { requireProject } from '../project/service.ts';
import { type Graph, keyOf, type leafKinds, memoryGraph, type Node } from './graph.ts';
import { mostNeighbours, mostNodes } from './graph-statement.ts';
import { MemoryLinkKindRef, MemoryRef } from './schema.ts';

const MemoryFileRef = builder.objectRef<{ path: string }>('MemoryFile').implement({
  description: 'A file that memories speak of.',
  fields: (t) => ({ path: t.exposeString('path', { description: 'The path, as they write it.' }) }),
});

const MemoryTagRef = builder.objectRef<{ name: string }>('MemoryTag').implement({
  description: 'A tag that memories bear.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'The tag, in lower case.' }) }),
});

type Thing = Memory | Message | Instance | { path: string } | { name: string };

const GraphThing = builder.unionType('GraphThing', {
  description: 'What a node of a graph stands for.',
  types: [MemoryRef, MessageRef, InstanceRef, MemoryFileRef, MemoryTagRef],
  // Rows of Prisma bear their type.
  resolveType: (thing) => ('path' in thing ? MemoryFileRef : 'name' in thing ? MemoryTagRef : undefined),
});

interface LoadedNode extends Node {
  thing: Thing;
}

const GraphNodeRef = builder.objectRef<LoadedNode>('GraphNode').implement({
  description: 'A node of a graph.',
  fields: (t) => ({
    key: t.string({
      description:
        'Its name in the graph: `memory:42`, `message:7`, `file:src/a.ts`, `tag:email`, `instance:brisk-otter-4f2a`.',
      resolve: keyOf,
    }),
    distance: t.exposeInt('distance', {
      description:
        'How many edges away from the focus it is; without a focus, from the nearest memory that is connected at all. Files, tags and instances are one further away than what they hang on.',
    }),
    title: t.string({
      description: 'The title of a memory, the subject of a message, the name of anything else.',
      resolve: ({ id, thing }) => ('title' in thing ? thing.title : 'subject' in thing ? thing.subject : id),
    }),
    node: t.field({ type: GraphThing, description: 'What it stands for.', resolve: ({ thing }) => thing }),
  }),
});

const GraphEdgeKind = builder.enumType('GraphEdgeKind', {
  description: 'How one node of a graph bears on another.',
  values: {
    ...enumDescriptions.MemoryLinkKind.values,
    CAME_FROM: { description: 'The memory came from the message.' },
    CITES: { description: 'The message speaks of the memory.' },
    REPLIES_TO: { description: 'The message answers the other.' },
    ENDS: { description: 'The `done` ended the blocker.' },
    TOUCHES: { description: 'The memory speaks of the file.' },
    TAGGED: { description: 'The memory bears the tag.' },
    WROTE: { description: 'The instance first wrote the memory.' },
    SENT: { description: 'The instance sent the message.' },
  },
});

const GraphEdgeRef = builder.objectRef<Graph['edges'][number]>('GraphEdge').implement({
  description: 'An edge between two nodes of a graph.',
  fields: (t) => ({
    from: t.exposeString('from', { description: 'The key of the node it starts at.' }),
    to: t.exposeString('to', { description: 'The key of the node it points to.' }),
    kind: t.field({
      type: GraphEdgeKind,
      description: 'How the first bears on the second.',
      resolve: ({ kind }) => kind as typeof GraphEdgeKind.$inferType,
    }),
  }),
});

const MemoryGraphRef = builder.objectRef<Graph>('MemoryGraph').implement({
  description: 'Memories, messages and what hangs on them, with the edges between them.',
  fields: (t) => ({
    nodes: t.field({
      type: [GraphNodeRef],
      description: 'The nodes of this page, those nearest to the focus first; at the same distance the newest.',
      resolve: ({ nodes }, _, context, info) => loadNodes(context, info, nodes),
    }),
    edges: t.expose('edges', {
      type: [GraphEdgeRef],
      description:
        'The edges between the nodes of this page, and between these and those of earlier pages: all pages together have each edge once.',
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      description: 'Where this page begins and ends, and whether there is more.',
      resolve: ({ nodes, hasNextPage, hasPreviousPage }) => ({
        hasNextPage,
        hasPreviousPage,
        startCursor: nodes[0]?.cursor ?? null,
        endCursor: nodes.at(-1)?.cursor ?? null,
      }),
    }),
    truncated: t.exposeBoolean('truncated', {
      description: `Whether there is more than these nodes: another page, more than ${mostNeighbours} neighbours of one kind at one node, of which the newest are followed, or more than ${mostNodes} memories and messages.`,
    }),
  }),
});

const GraphInclude = builder.enumType('GraphInclude', {
  description: 'What can hang on the memories and messages of a graph.',
  values: {
    FILES: { description: 'The files that memories speak of.' },
    TAGS: { description: 'The tags that memories bear.' },
    INSTANCES: { description: 'The instances that wrote the memories and sent the messages.' },
  } satisfies Record<(typeof leafKinds)[number], object>,
});

builder.queryField('memoryGraph', (t) =>
  t.field({
    type: MemoryGraphRef,
    description:
      'Memories as a graph, with the messages they came from, those that cite them, and the conversations of these: around one of them, or all that are connected. Messages that whoever asks may not see are not in it, and not walked through.',
    args: {
      project: t.arg.string({
        description: 'Where no focus is given: only memories of this project, and the messages around them.',
      }),
      focus: t.arg.id({ description: 'The memory or message to start from: `42`, `memory:42` or `message:7`.' }),
      depth: t.arg.int({
        required: true,
        defaultValue: 2,
        description: 'How many edges to go from there, 0 to 5.',
      }),
      kinds: t.arg({
        type: [MemoryLinkKindRef],
        description: 'Only links of these kinds; messages are in it all the same.',
      }),
      include: t.arg({
        type: [GraphInclude],
        description:
          'What hangs on the nodes and is to be shown too. Nothing is reached through it: it would lead everywhere.',
      }),
      first: t.arg.int({ required: true, defaultValue: 100, description: 'At most so many nodes, 1 to 500.' }),
      after: t.arg.string({ description: 'Only what comes after this cursor.' }),
    },
    async resolve(_, { project, focus, depth, kinds, include, first, after }, context) {
      const scope = await requireProject(context.database.pool, project);
      return memoryGraph(context, {
        projectId: scope?.id ?? null,
        focus: focus ?? null,
        depth,
        kinds: kinds ?? null,
        first,
        after: after ?? null,
        include: include ?? [],
      });
    },
  }),
);

/** The nodes with what they stand for: one query a kind. What was deleted meanwhile is left out. */
async function loadNodes(context: Context, info: GraphQLResolveInfo, nodes: readonly Node[]): Promise<LoadedNode[]> {
  const { prisma } = context.database;
  const idsOf = (kind: Node['kind']): string[] => nodes.filter((node) => node.kind === kind).map(({ id }) => id);
  const query = (typeName: string): object => queryFromInfo({ context, info, typeName, path: ['node'] });
  const [memoryIds, messageIds, instanceIds] = [idsOf('memory'), idsOf('message'), idsOf('instance')];
  const [memories, messages, instances] = await Promise.all([
    memoryIds.length > 0
      ? prisma.memory.findMany({ ...query('Memory'), where: { id: { in: memoryIds.map(Number) } } })
      : [],
    messageIds.length > 0
      ? prisma.message.findMany({ ...query('Message'), where: { id: { in: messageIds.map(Number) } } })
      : [],
    instanceIds.length > 0
      ? prisma.instance.findMany({ ...query('Instance'), where: { id: { in: instanceIds } } })
      : [],
  ]);
  const things = new Map<string, Thing>([
    ...memories.map((memory) => [`memory:${memory.id}`, MemoryRef.addBrand(memory)] as const),
    ...messages.map((message) => [`message:${message.id}`, MessageRef.addBrand(message)] as const),
    ...instances.map((instance) => [`instance:${instance.id}`, InstanceRef.addBrand(instance)] as const),
    ...idsOf('file').map((path) => [`file:${path}`, { path }] as const),
    ...idsOf('tag').map((name) => [`tag:${name}`, { name }] as const),
  ]);
  return nodes.flatMap((node) => {
    const thing = things.get(keyOf(node));
    return thing ? [{ ...node, thing }] : [];
  });
}
