import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../builder.ts';
import { type ConnectionArguments, connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';
import { badInput, notFound } from '../errors.ts';
import { checkFilter, checkList, parseId } from '../input.ts';
import { requireProject } from '../project/service.ts';
import { allowSecretArgument } from '../secret/argument.ts';
import { remember } from './remember.ts';
import { listMemories, MemoryConnection, MemoryRef, MemoryStatusRef, MemoryTypeRef } from './schema.ts';
import { checkSearch, countMatches, type RecallFilter, searchMemories } from './search.ts';
import { updateMemory } from './update.ts';

builder.queryFields((t) => ({
  recall: t.connection(
    {
      type: MemoryRef,
      description:
        'What is remembered. With a search the best match first, else the latest changed first. Where neither a project nor global is asked for: the project of whoever asks, and what is global; for the operator everything.',
      args: {
        project: t.arg.string({ description: 'What belongs to this project.' }),
        global: t.arg.boolean({ description: 'What belongs to no project; beside a project, both.' }),
        type: t.arg({ type: [MemoryTypeRef], description: 'Only memories of these types.' }),
        status: t.arg({
          type: [MemoryStatusRef],
          description: 'Only memories that hold in these ways. ACTIVE where nothing is said; in a search RESOLVED too.',
        }),
        search: t.arg.string({
          description:
            'Words of which any may match, by stem or as part of a word; "a phrase" that has to be there; -without this.',
        }),
        tags: t.arg.stringList({ description: 'Only memories with any of these tags.' }),
        file: t.arg.string({ description: 'Only memories that speak of a path with this in it.' }),
      },
      async resolve(_, { project, global, type, status, search, tags, file, ...args }, context, info) {
        const scope = await scopeOf(context, project, global);
        const words = search === null || search === undefined ? undefined : checkSearch(search);
        const filter: RecallFilter = {
          ...scope,
          types: type ?? null,
          statuses: status ?? (words ? ['ACTIVE', 'RESOLVED'] : ['ACTIVE']),
          tags: tags ? checkList('tags', 'tag', tags) : null,
          file: checkFilter('file', file) ?? null,
        };
        if (words || filter.file) return findMemories(context, args, info, words ?? '', filter);
        return listMemories(context, args, info, {
          OR: [
            ...(filter.global ? [{ projectId: null }] : []),
            filter.projectIds === null ? { projectId: { not: null } } : { projectId: { in: filter.projectIds } },
          ],
          status: { in: filter.statuses ?? [] },
          ...(filter.types && { type: { in: filter.types } }),
          ...(filter.tags && { tags: { hasSome: filter.tags } }),
        } satisfies Prisma.MemoryWhereInput);
      },
    },
    MemoryConnection,
  ),
  memory: t.prismaField({
    type: MemoryRef,
    description: 'One memory.',
    args: { id: t.arg.id({ required: true, description: 'Its number.' }) },
    async resolve(query, _, args, context) {
      const id = parseId('id', 'memory', args.id);
      const memory = await context.database.prisma.memory.findUnique({ ...query, where: { id } });
      if (!memory) throw notFound(`There is no memory #${id}: \`clambake recall\` lists what is known.`);
      return memory;
    },
  }),
}));

async function scopeOf(
  { viewer, database }: Context,
  project: string | null | undefined,
  global: boolean | null | undefined,
): Promise<Pick<RecallFilter, 'projectIds' | 'global'>> {
  const scope = await requireProject(database.pool, project);
  if (scope) return { projectIds: [scope.id], global: global ?? false };
  if (global) return { projectIds: [], global: true };
  return { projectIds: viewer.kind === 'instance' ? [viewer.projectId] : null, global: global ?? true };
}

async function findMemories(
  context: Context,
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  search: string,
  filter: RecallFilter,
) {
  // A match is told apart by its place: the score it was found with is gone by the next page.
  const places = new Map<number, number>();
  return connect({
    args,
    context,
    info,
    sortedBy: ['number'],
    async load({ query, after, before, limit, inverted }) {
      if (before || inverted) throw badInput('before', 'A search is paged forwards: use first and after.');
      const offset = after?.[0] ?? 0;
      const ids = await searchMemories(context, search, filter, { limit, offset });
      for (const [index, id] of ids.entries()) places.set(id, offset + index + 1);
      const rows = await context.database.prisma.memory.findMany({ ...query, where: { id: { in: ids } } });
      return rows.sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
    },
    key: ({ id }) => [places.get(id) ?? 0],
    count: () => countMatches(context, search, filter),
  });
}

builder.prismaObjectField('Project', 'memories', (t) =>
  t.connection(
    {
      type: MemoryRef,
      description: 'What is remembered of it and still holds, the latest changed first.',
      select: { id: true },
      resolve: ({ id }, args, context, info) => listMemories(context, args, info, { projectId: id, status: 'ACTIVE' }),
    },
    MemoryConnection,
  ),
);

builder.mutationFields((t) => ({
  remember: t.prismaField({
    type: MemoryRef,
    description: 'Stores what was learned, for whoever comes later.',
    args: {
      project: t.arg.string({ description: 'The project it belongs to; that of the instance where nothing is said.' }),
      global: t.arg.boolean({ required: true, defaultValue: false, description: 'It belongs to no project.' }),
      type: t.arg({ type: MemoryTypeRef, required: true, description: 'What it is about.' }),
      title: t.arg.string({ required: true, description: 'One line that says what it is, up to 300 bytes.' }),
      content: t.arg.string({ required: true, description: 'The text, up to 64 KiB.' }),
      tags: t.arg.stringList({ description: 'Words to find it by, at most 50.' }),
      files: t.arg.stringList({ description: 'Paths it speaks of, at most 500.' }),
      clientKey: t.arg.string({
        description: 'Names this request: sent again, it finds the memory instead of storing another.',
      }),
      allowSecret: t.arg.boolean(allowSecretArgument),
    },
    async resolve(query, _, memory, context) {
      const id = await remember(context, memory);
      return context.database.prisma.memory.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  updateMemory: t.prismaField({
    type: MemoryRef,
    description: 'Changes a memory; what is left out stays. The version before is kept.',
    args: {
      id: t.arg.id({ required: true, description: 'Its number.' }),
      status: t.arg({ type: MemoryStatusRef, description: 'Whether it still holds.' }),
      title: t.arg.string({ description: 'A new title.' }),
      content: t.arg.string({ description: 'A new text.' }),
      tags: t.arg.stringList({ description: 'Tags in place of the old ones.' }),
      files: t.arg.stringList({ description: 'Paths in place of the old ones.' }),
      clientKey: t.arg.string({ description: 'Names this request: sent again, it changes nothing more.' }),
      allowSecret: t.arg.boolean(allowSecretArgument),
    },
    async resolve(query, _, { id: given, clientKey, ...change }, context) {
      const id = parseId('id', 'memory', given);
      await updateMemory(context, id, change, clientKey);
      return context.database.prisma.memory.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
