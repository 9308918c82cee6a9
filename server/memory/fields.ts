import { builder } from '../builder.ts';
import { notFound } from '../errors.ts';
import { parseId } from '../input.ts';
import { remember } from './remember.ts';
import { listMemories, MemoryConnection, MemoryRef, MemoryStatusRef, MemoryTypeRef } from './schema.ts';
import { updateMemory } from './update.ts';

builder.queryFields((t) => ({
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
    },
    async resolve(query, _, { id: given, clientKey, ...change }, context) {
      const id = parseId('id', 'memory', given);
      await updateMemory(context, id, change, clientKey);
      return context.database.prisma.memory.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
