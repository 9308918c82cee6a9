import { type Asking, ask, operationOf } from '../asking.ts';
import { type GeneratedMemory, generateMemory, projectName, questionFor } from './memory.ts';
import { places } from './world.ts';

/** Something whose time is taken. */
export interface Case {
  name: string;
  /** What it stands for in the promises, where there is one for it. */
  promise?: 'search' | 'recall' | 'graph';
  calls: (() => Promise<unknown>)[];
  /** Of calls whose answer is known how many had it among the first five, and of how many. */
  found?: { hits: number; of: number };
}

interface Recalled {
  recall: { nodes: { id: string }[] };
}

/** Everything that is measured on so many memories, in the order of the table. */
export function casesOf(asking: Asking, memories: number): Case[] {
  const recall = operationOf('recall');
  const graph = operationOf('graph');
  // What does not hold any more is not searched for.
  const planted = places(memories, 2000, 1)
    .map((id) => generateMemory(id, memories))
    .filter(({ status }) => status === 'ACTIVE' || status === 'RESOLVED')
    .slice(0, 1000);

  const search = (name: string, more: (memory: GeneratedMemory) => Record<string, unknown>): Case => {
    const found = { hits: 0, of: 0 };
    const calls = planted.map((memory) => async () => {
      const variables = { search: questionFor(memory), ...more(memory) };
      const { recall: answer } = await ask<Recalled>(asking, recall.document, variables);
      found.of += 1;
      if (answer.nodes.slice(0, 5).some(({ id }) => id === String(memory.id))) found.hits += 1;
    });
    return { name, promise: 'search', calls, found };
  };
  const list = (
    name: string,
    variables: (memory: GeneratedMemory) => Record<string, unknown>,
    promise?: 'recall',
  ): Case => ({
    name,
    ...(promise && { promise }),
    calls: planted.slice(0, 500).map((memory) => () => ask(asking, recall.document, variables(memory))),
  });
  const own = ({ project }: GeneratedMemory): Record<string, unknown> =>
    project === null ? { global: true } : { project: projectName(project), global: true };
  const withFile = planted.filter(({ files }) => files.length > 0);
  const path = (memory: GeneratedMemory): string => withFile[memory.id % withFile.length]?.files[0] ?? '';

  return [
    search('recall --search, a project and what is global', own),
    search('recall --search, everything', () => ({})),
    list('recall of 20, a project and what is global', own, 'recall'),
    list('recall of 20, everything', () => ({}), 'recall'),
    list('recall --file, a whole path', (memory) => ({ file: path(memory) })),
    list('recall --file, its last part', (memory) => ({ file: path(memory).split('/').at(-1) })),
    ...(recall.takes('asOf')
      ? [
          search('recall --search --as-of a year ago', (memory) => ({ ...own(memory), asOf: daysAgo(365) })),
          list('recall --as-of a year ago', (memory) => ({ ...own(memory), asOf: daysAgo(365) })),
        ]
      : []),
    {
      name: 'graph of depth 3 around a memory',
      promise: 'graph' as const,
      calls: places(memories, 500, 2).map(
        (focus) => () => ask(asking, graph.document, { focus: String(focus), depth: 3 }),
      ),
    },
    {
      name: 'graph of depth 3 around a hub',
      promise: 'graph' as const,
      // The first memories are linked most.
      calls: places(Math.min(50, memories), 100, 3).map(
        (focus) => () => ask(asking, graph.document, { focus: String(focus), depth: 3 }),
      ),
    },
    remembering(asking, memories),
  ];
}

/** Storing memories, each another one; whoever measures it removes them afterwards (their numbers are above `memories`). */
function remembering(asking: Asking, memories: number): Case {
  const { document } = operationOf('remember');
  let next = memories;
  const call = (): Promise<unknown> => {
    next += 1;
    const { title, content, tags, files } = generateMemory(next, memories);
    return ask(asking, document, { project: projectName(1), type: 'GOTCHA', title, content, tags, files });
  };
  return { name: 'remember', calls: Array.from({ length: 200 }, () => call) };
}

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
