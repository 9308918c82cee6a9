import { builder } from '../builder.ts';
import { MemoryEdgeRef, MemoryLinkKindRef } from '../memory/schema.ts';
import type { FoundWord, Why } from './why.ts';

const FieldRef = builder.enumType('RecallField', {
  description: 'Where a word was found in a memory.',
  values: {
    TITLE: { description: 'In its title.' },
    LABEL: { description: 'In a tag or a path.' },
    CONTENT: { description: 'In its text.' },
  },
});

const WordRef = builder.objectRef<FoundWord>('RecallWord').implement({
  description: 'A word that brought a memory up.',
  fields: (t) => ({
    asked: t.exposeString('asked', { description: 'What was searched for.' }),
    found: t.exposeString('found', {
      description:
        'The word that stands for it in the index, as a stem: another one where what was searched for occurs nowhere; of several that stand for it the one that counts most.',
    }),
    fields: t.expose('fields', { type: [FieldRef], description: 'Where it was found.' }),
    memories: t.exposeInt('memories', {
      description: 'In how many memories it occurs: the fewer, the more it counts.',
    }),
    score: t.exposeFloat('score', { description: 'What it adds to the score.' }),
  }),
});

const BearerRef = builder.objectRef<Why['bearers'][number]>('RecallBearer').implement({
  description: 'A memory that supersedes, fixes or contradicts another.',
  fields: (t) => ({
    kind: t.expose('kind', { type: MemoryLinkKindRef, description: 'How it bears on the other.' }),
    memory: t.prismaField({
      type: 'Memory',
      description: 'The memory.',
      resolve: (query, { memoryId }, _, { database }) =>
        database.prisma.memory.findUniqueOrThrow({ ...query, where: { id: memoryId } }),
    }),
  }),
});

const WhyRef = builder.objectRef<Why>('RecallReason').implement({
  description: 'Why a recall brought a memory up, and where it stands.',
  fields: (t) => ({
    score: t.exposeFloat('score', {
      description:
        'What it is ranked by. With a search: what its words and pairs add, times the shares of length, status and age. Without one: days, since 1970, of its last change, and the head start of its type.',
    }),
    words: t.expose('words', { type: [WordRef], description: 'The words that were found, what adds most first.' }),
    pairScore: t.exposeFloat('pairScore', {
      description: 'What words add that stand side by side as they were asked for.',
    }),
    lengthShare: t.exposeFloat('lengthShare', {
      description: 'The share of its score that its length leaves, 1 for one of up to 60 words.',
    }),
    statusShare: t.exposeFloat('statusShare', {
      description: 'The share of its score that its status leaves, 1 for an active one.',
    }),
    ageShare: t.exposeFloat('ageShare', { description: 'The share of its score that its age leaves.' }),
    days: t.exposeFloat('days', { description: 'Days since its last change.' }),
    bearers: t.expose('bearers', { type: [BearerRef], description: 'What supersedes, fixes or contradicts it.' }),
  }),
});

/** What a recall knows of an edge beside its memory. */
export interface Recalled {
  why: () => Promise<Why | undefined>;
  cut: boolean;
  alike: number[];
}

const recalled = (edge: object): Partial<Recalled> => edge;

builder.objectFields(MemoryEdgeRef, (t) => ({
  why: t.field({
    type: WhyRef,
    nullable: true,
    description: 'Why a recall brought it up; none in other lists.',
    resolve: async (edge) => (await recalled(edge).why?.()) ?? null,
  }),
  cut: t.boolean({
    description: 'Whether some of its content, or of the title of the first, was left out to keep to a budget.',
    resolve: (edge) => recalled(edge).cut ?? false,
  }),
  alike: t.idList({
    description: 'Memories that say the same, and were left out to keep to a budget.',
    resolve: (edge) => recalled(edge).alike ?? [],
  }),
}));
