import { inOneLine, visibleLine } from '../../server/visible.ts';
import { count } from '../output/lines.ts';
import { batchesOf } from './batches.ts';
import type { ForeignScope } from './foreign.ts';
import { sendInParts } from './halving.ts';
import type { Importing } from './import-records.ts';
import { type StateInput, statesParting } from './import-states.ts';

/** What would become of a memory. */
type Fate = 'NEW' | 'CHANGED' | 'UNCHANGED' | 'CONFLICT' | 'REFUSED';

/** A memory as it would be stored. */
export interface Planned extends StateInput {
  fate: Fate;
  /** Why it would not be stored; null where it would. */
  reason: string | null;
}

interface Answer {
  line: number;
  fate: Fate;
  reason: string | null;
}

const document =
  'query PlanMerge($memories:[MergedMemory!]!,$allowSecret:Boolean!){planMerge(memories:$memories,allowSecret:$allowSecret){line fate reason}}';

/** Asks the server what would become of memories. @throws CliError; the reason of the signal */
export async function planWith(
  { server, signal, allowSecret }: Pick<Importing, 'server' | 'signal' | 'allowSecret'>,
  states: readonly StateInput[],
): Promise<Planned[]> {
  const fates = new Map<number, Answer>();
  for await (const batch of batchesOf(states)) {
    if ('problem' in batch) {
      fates.set(batch.line, { line: batch.line, fate: 'REFUSED', reason: batch.problem });
      continue;
    }
    const answers = await sendInParts<StateInput[], Answer[]>(
      batch,
      (memories) => server.ask(document, { memories, allowSecret }, signal),
      {
        ...statesParting,
        refuse: ({ line, message }) => [{ line, fate: 'REFUSED', reason: message }],
        join: (_, first, second) => [...first, ...second],
      },
    );
    for (const answer of answers) fates.set(answer.line, answer);
  }
  return states.map((state) => ({ ...state, ...(fates.get(state.line) ?? { fate: 'REFUSED', reason: null }) }));
}

/** The plan for people: of each memory what becomes of it, its type, size and title. */
export function planText(plan: readonly Planned[], { project }: ForeignScope): string {
  const sizes = plan.map(({ content }) => `${Buffer.byteLength(content)} B`);
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const [fate, type, size] = [plan.map((one) => one.fate), plan.map((one) => one.type), sizes].map(widest);
  const global = plan.length === 1 ? 'that is global' : 'that are global';
  return [
    `${count(plan.length, 'memory', 'memories')} ${project === null ? global : `of ${visibleLine(project)}`}`,
    ...plan.map((one, index) =>
      [
        `  ${one.fate.toLowerCase().padEnd(fate ?? 0)}`,
        one.type.toLowerCase().padEnd(type ?? 0),
        (sizes[index] ?? '').padStart(size ?? 0),
        visibleLine(one.title),
      ].join('  '),
    ),
    ...plan.flatMap(({ line, reason }) => (reason === null ? [] : [visibleLine(`Line ${line}: ${inOneLine(reason)}`)])),
    '',
  ].join('\n');
}
