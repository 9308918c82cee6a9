import { builder } from '../builder.ts';
import { parseId } from '../input.ts';
import { allowSecretArgument } from '../secret/argument.ts';
import { remember } from './remember.ts';
import { noSuchMemory } from './revise.ts';
import { listMemories, MemoryConnection, MemoryRef, MemoryStatusRef, MemoryTypeRef } from './schema.ts';
import { restoreMemory, updateMemory } from './update.ts';

builder.queryFields((t) => ({
  memory: t.prismaField({
    type: MemoryRef,
    description: 'One memory.',
    args: { id: t.arg.id({ required: true, description: 'Its number.' }) },
    async resolve(query, _, args, context) {
      const id = parseId('id', 'memory', args.id);
      const memory = await context.database.prisma.memory.findUnique({ ...query, where: { id } });
      if (!memory) throw noSuchMemory(id);
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
      fixes: t.arg.stringList({ description: 'The memories that it is the solution to, by number or title.' }),
      supersedes: t.arg.stringList({ description: 'Those whose place it takes: they become SUPERSEDED.' }),
      relatesTo: t.arg.stringList({ description: 'Those that it belongs together with.' }),
      dependsOn: t.arg.stringList({ description: 'Those that have to hold for it to hold.' }),
      contradicts: t.arg.stringList({ description: 'Those that cannot be true where it is.' }),
      resolve: t.arg.boolean({ description: 'The issues that it fixes become RESOLVED.' }),
      source: t.arg.id({ description: 'The number of the message that it came from.' }),
      force: t.arg.boolean({ description: 'Store it even where it seems to be known already.' }),
      update: t.arg.boolean({
        description:
          'Where it seems to be known already, change that memory instead; tags and files are added to its own.',
      }),
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
      ifVersion: t.arg.int({
        description:
          'The version that was read: where it is another one by now nothing is changed, and both are shown.',
      }),
      clientKey: t.arg.string({ description: 'Names this request: sent again, it changes nothing more.' }),
      allowSecret: t.arg.boolean(allowSecretArgument),
    },
    async resolve(query, _, { id: given, clientKey, ...change }, context) {
      const id = parseId('id', 'memory', given);
      await updateMemory(context, id, change, clientKey);
      return context.database.prisma.memory.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  restoreMemory: t.prismaField({
    type: MemoryRef,
    description: 'Writes a new version of a memory that is as an earlier one was.',
    args: {
      id: t.arg.id({ required: true, description: 'Its number.' }),
      version: t.arg.int({ required: true, description: 'The version to go back to.' }),
      ifVersion: t.arg.int({
        description: 'The version that was read: where it is another one by now nothing is changed.',
      }),
      clientKey: t.arg.string({ description: 'Names this request: sent again, it changes nothing more.' }),
    },
    async resolve(query, _, { id: given, version, ifVersion, clientKey }, context) {
      const id = parseId('id', 'memory', given);
      await restoreMemory(context, id, version, ifVersion ?? null, clientKey);
      return context.database.prisma.memory.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
