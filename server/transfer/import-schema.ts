import { builder } from '../builder.ts';
import { MemoryLinkKindRef, MemoryStatusRef, MemoryTypeRef } from '../memory/schema.ts';
import { allowSecretArgument } from '../secret/argument.ts';
import { importRecords } from './import.ts';
import { mergeStates } from './merge.ts';
import { type Planned, planMerge } from './plan.ts';
import type { Conflict, Imported, Problem } from './record.ts';

const line = 'The line of the file that it stands in: it comes back with what is said of it.';
const author = 'The instance that wrote it; nothing for the human.';

const ImportedInstance = builder.inputType('ImportedInstance', {
  description:
    'An instance that wrote something that is imported. One that is not known here is stored as one that has left.',
  fields: (t) => ({
    line: t.int({ required: true, description: line }),
    id: t.id({ required: true, description: 'Its id.' }),
    project: t.string({ required: true, description: 'The project it worked on.' }),
    directory: t.string({ required: true, description: 'The folder it worked in.' }),
    model: t.string({ description: 'The model it ran on.' }),
    startedAt: t.field({ type: 'DateTime', required: true, description: 'When it registered first.' }),
  }),
});

const ImportedRevision = builder.inputType('ImportedRevision', {
  description: 'One version of a memory that is imported.',
  fields: (t) => ({
    line: t.int({ required: true, description: line }),
    version: t.int({ required: true, description: 'Which version it is.' }),
    title: t.string({ required: true, description: 'The title then.' }),
    content: t.string({ required: true, description: 'The text then.' }),
    status: t.field({ type: MemoryStatusRef, required: true, description: 'The status then.' }),
    tags: t.stringList({ required: true, description: 'The tags then.' }),
    files: t.stringList({ required: true, description: 'The paths then.' }),
    author: t.id({ description: author }),
    createdAt: t.field({ type: 'DateTime', required: true, description: 'When this version was written.' }),
  }),
});

const ImportedMemory = builder.inputType('ImportedMemory', {
  description: 'A memory that is imported, with all its versions or those that follow the ones that are here.',
  fields: (t) => ({
    line: t.int({ required: true, description: line }),
    uid: t.id({ required: true, description: 'What it is called in every database.' }),
    project: t.string({ description: 'The project it belongs to; nothing where it is global.' }),
    type: t.field({ type: MemoryTypeRef, required: true, description: 'What it is about.' }),
    author: t.id({ description: author }),
    createdAt: t.field({ type: 'DateTime', required: true, description: 'When it was first written.' }),
    revisions: t.field({ type: [ImportedRevision], required: true, description: 'Its versions.' }),
  }),
});

const ImportedLink = builder.inputType('ImportedLink', {
  description: 'A link that is imported.',
  fields: (t) => ({
    line: t.int({ required: true, description: line }),
    from: t.id({ required: true, description: 'The uid of the memory it starts at.' }),
    to: t.id({ required: true, description: 'The uid of the memory it points to.' }),
    kind: t.field({ type: MemoryLinkKindRef, required: true, description: 'How the first bears on the second.' }),
    author: t.id({ description: author }),
    createdAt: t.field({ type: 'DateTime', required: true, description: 'When they were linked.' }),
  }),
});

const MergedMemory = builder.inputType('MergedMemory', {
  description: 'A memory as it is in a file that knows of no versions.',
  fields: (t) => ({
    line: t.int({ required: true, description: line }),
    uid: t.id({ required: true, description: 'What it is called in every database: by it, it is found again.' }),
    project: t.string({ description: 'The project it belongs to; nothing where it is global.' }),
    type: t.field({
      type: MemoryTypeRef,
      required: true,
      description: 'What it is about. One that is here keeps its own.',
    }),
    title: t.string({ required: true, description: 'The title.' }),
    content: t.string({ required: true, description: 'The text.' }),
    status: t.field({ type: MemoryStatusRef, description: 'Whether it still holds; left out, it stays.' }),
    tags: t.stringList({ description: 'Words to find it by; left out, they stay.' }),
    files: t.stringList({ description: 'Paths it speaks of; left out, they stay.' }),
    version: t.int({ description: 'The version that it was when the file was written.' }),
  }),
});

const ImportConflict = builder.objectRef<Conflict>('ImportConflict').implement({
  description: 'A memory that is here in another form. Nothing of it was changed.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'The line of the file.' }),
    uid: t.exposeID('uid', { description: 'What it is called in every database.' }),
    version: t.exposeInt('version', {
      nullable: true,
      description: 'The version that differs; none where the memory itself does.',
    }),
    title: t.exposeString('title', { description: 'Its title.' }),
    reason: t.exposeString('reason', { description: 'What differs.' }),
  }),
});

const ImportProblem = builder.objectRef<Problem>('ImportProblem').implement({
  description: 'A record that was not stored.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'The line of the file.' }),
    message: t.exposeString('message', { description: 'What is wrong with it.' }),
  }),
});

const ImportPayload = builder.objectRef<Imported>('ImportPayload').implement({
  description: 'What became of records that were imported.',
  fields: (t) => ({
    stored: t.exposeInt('stored', { description: 'Memories that were not here before.' }),
    updated: t.exposeInt('updated', { description: 'Memories that have new versions.' }),
    skipped: t.exposeInt('skipped', { description: 'Memories that were here already.' }),
    linked: t.exposeInt('linked', { description: 'Links that were not here before.' }),
    conflicts: t.expose('conflicts', {
      type: [ImportConflict],
      description: 'Memories that are here in another form.',
    }),
    problems: t.expose('problems', { type: [ImportProblem], description: 'Records that were not stored.' }),
  }),
});

const MergeFate = builder.enumType('MergeFate', {
  description: 'What would become of a memory that a file has.',
  values: {
    NEW: { description: 'It is not here, and would be stored.' },
    CHANGED: { description: 'It is here in another form, and would get a new version.' },
    UNCHANGED: { description: 'It is here, or the file says of it what it said before.' },
    CONFLICT: { description: 'It was changed here since, and would be left as it is.' },
    REFUSED: { description: 'It breaks a rule, and would not be stored.' },
  } as const,
});

const PlannedMemory = builder.objectRef<Planned>('PlannedMemory').implement({
  description: 'What would become of a memory that a file has.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'The line of the file.' }),
    fate: t.expose('fate', { type: MergeFate, description: 'What would become of it.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it would not be stored.' }),
  }),
});

builder.queryField('planMerge', (t) =>
  t.field({
    type: [PlannedMemory],
    description: 'What mergeMemories would make of memories. Nothing is stored.',
    args: {
      memories: t.arg({ type: [MergedMemory], required: true, description: 'The memories, at most 500.' }),
      allowSecret: t.arg.boolean({
        ...allowSecretArgument,
        description: 'Whether mergeMemories would be told to store what looks like a secret too.',
      }),
    },
    resolve: (_, { memories, allowSecret }, context) => planMerge(context, memories, allowSecret),
  }),
);

builder.mutationFields((t) => ({
  importMemories: t.field({
    type: ImportPayload,
    description:
      'Stores what was exported from another database, with its authors, times and versions. What is here already is skipped. Takes the token of the server.',
    args: {
      instances: t.arg({ type: [ImportedInstance], required: true, description: 'Who wrote it, at most 500.' }),
      memories: t.arg({
        type: [ImportedMemory],
        required: true,
        description: 'Memories, at most 500 with at most 500 versions together.',
      }),
      links: t.arg({
        type: [ImportedLink],
        required: true,
        description: 'Links, at most 500. Both memories are here already, or come with them.',
      }),
      allowSecret: t.arg.boolean(allowSecretArgument),
    },
    resolve: (_, { allowSecret, ...batch }, context) => importRecords(context, batch, allowSecret),
  }),
  mergeMemories: t.field({
    type: ImportPayload,
    description:
      'Stores memories as a file has them, as whoever asks. What is here and unchanged in the file is skipped; what the file has changed gets a new version.',
    args: {
      memories: t.arg({ type: [MergedMemory], required: true, description: 'The memories, at most 500.' }),
      source: t.arg.string({
        description:
          'Which file it is, as 16 to 64 hexadecimal digits: what only the same file has changed since is no conflict.',
      }),
      allowSecret: t.arg.boolean(allowSecretArgument),
    },
    resolve: (_, { memories, source, allowSecret }, context) => mergeStates(context, memories, source, allowSecret),
  }),
}));
