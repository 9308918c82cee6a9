import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import { linkMemories, unlinkMemories } from './link.ts';
import { type LinkEnd, loadLinks } from './link-page.ts';
import { MemoryLinkKindRef, MemoryRef } from './schema.ts';

/** Links of one memory that are given where nothing is said, and at most. */
const usualLinks = 50;
const mostLinks = 500;

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

const MemoryLinkEnd = builder.objectRef<LinkEnd>('MemoryLinkEnd').implement({
  description: 'A link, seen from one of its memories.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: MemoryLinkKindRef,
      description: 'How the memory it starts at bears on the one it points to.',
    }),
    direction: t.expose('direction', { type: LinkDirection, description: 'Which way it goes.' }),
    memory: t.field({
      type: MemoryRef,
      description: 'The memory at the other end.',
      resolve: ({ memory }) => memory,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they were linked.' }),
  }),
});

builder.prismaObjectFields(MemoryRef, (t) => ({
  links: t.field({
    type: [MemoryLinkEnd],
    description: 'What it bears on, then what bears on it, each with the newest memory first.',
    args: {
      // No default of the schema: as such it would count for every memory of a list, however few links they have.
      first: t.arg.int({ description: `How many, 1 to ${mostLinks}; ${usualLinks} where nothing is said.` }),
    },
    select: { id: true },
    resolve({ id }, { first }, context, info) {
      const size = first ?? usualLinks;
      if (size < 1 || size > mostLinks) throw badInput('first', `first is ${size}: give 1 to ${mostLinks}.`);
      return loadLinks(context, info, id, size);
    },
  }),
  linkCount: t.int({
    description: 'How many links it has, in both directions.',
    select: { _count: { select: { linksTo: true, linksFrom: true } } },
    resolve: ({ _count }) => _count.linksTo + _count.linksFrom,
  }),
}));

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
  return {
    linkMemories: t.prismaField({
      type: MemoryLinkRef,
      description:
        'Says that one memory bears on another. What is superseded becomes SUPERSEDED; no memory can supersede itself, over however many others.',
      args,
      async resolve(query, _, named, context) {
        const link = await linkMemories(context, named);
        return context.database.prisma.memoryLink.findUniqueOrThrow({ ...query, where: { fromId_toId_kind: link } });
      },
    }),
    unlinkMemories: t.field({
      type: UnlinkMemoriesPayload,
      description:
        'Takes a link between two memories back. What nothing supersedes any more gets the status that it had before.',
      args,
      resolve: async (_, named, context) => ({ removed: await unlinkMemories(context, named) }),
    }),
  };
});
