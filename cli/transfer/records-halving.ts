import type { Records } from './batch.ts';
import type { Parting } from './halving.ts';
import { type Outcome, refusal, sumOf } from './totals.ts';

/** Halves the records of an export; where it is one memory, its versions. */
export const recordsParting: Parting<Records, Outcome> = {
  halve(records) {
    const { instances, memories, links } = records;
    const total = instances.length + memories.length + links.length;
    if (total > 1) {
      const middle = Math.ceil(total / 2);
      return [slice(records, 0, middle), slice(records, middle, total)];
    }
    const [memory] = memories;
    if (!memory || memory.revisions.length < 2) return undefined;
    const middle = Math.ceil(memory.revisions.length / 2);
    return [memory.revisions.slice(0, middle), memory.revisions.slice(middle)].map((revisions) => ({
      ...{ instances, links },
      memories: [{ ...memory, revisions }],
    })) as [Records, Records];
  },
  nameOf({ instances: [instance], memories: [memory], links: [link] }) {
    const [revision] = memory?.revisions ?? [];
    if (memory && revision) {
      return {
        line: revision.line,
        name: `Version ${revision.version} of the memory ${memory.uid} "${revision.title}"`,
      };
    }
    if (instance) return { line: instance.line, name: `The instance ${instance.id}` };
    return { line: link?.line ?? 0, name: `The link from ${link?.from} to ${link?.to}` };
  },
  refuse: refusal,
  join: ({ instances, memories, links }, first, second) =>
    instances.length + memories.length + links.length > 1 ? sumOf(first, second) : ofOneMemory(first, second),
};

/** Of the one list that the three are, what lies between two places. */
function slice({ instances, memories, links }: Records, start: number, end: number): Records {
  const part = <Item>(list: Item[], before: number): Item[] =>
    list.slice(Math.max(0, start - before), Math.max(0, end - before));
  return {
    instances: part(instances, 0),
    memories: part(memories, instances.length),
    links: part(links, instances.length + memories.length),
  };
}

/** Records without those of which something stands in one of some lines. */
export function without({ instances, memories, links }: Records, lines: ReadonlySet<number>): Records {
  const stays = ({ line }: { line: number }): boolean => !lines.has(line);
  return {
    instances: instances.filter(stays),
    memories: memories.filter((memory) => stays(memory) && memory.revisions.every(stays)),
    links: links.filter(stays),
  };
}

/** What became of a memory whose versions came in two parts: counted once. */
export function ofOneMemory(first: Outcome, second: Outcome): Outcome {
  const both = sumOf(first, second);
  const stored = Math.min(1, both.stored);
  const updated = stored > 0 ? 0 : Math.min(1, both.updated);
  return { ...both, stored, updated, skipped: stored + updated > 0 ? 0 : Math.min(1, both.skipped) };
}
