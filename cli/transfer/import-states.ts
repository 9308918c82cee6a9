import type { MemoryStatus, MemoryType } from '../../server/database/generated/enums.ts';
import { sizeOf, tooLarge } from './batch.ts';
import { type Parting, sendInParts } from './halving.ts';
import type { Importing } from './import-records.ts';
import { type Outcome, outcome, Totals } from './totals.ts';

const document = `mutation MergeMemories($memories:[MergedMemory!]!){mergeMemories(memories:$memories){${outcome}}}`;

/** A memory as the server merges it. */
export interface StateInput {
  line: number;
  uid: string;
  project: string | null;
  type: MemoryType;
  title: string;
  content: string;
  status?: MemoryStatus;
  tags?: string[];
  files?: string[];
  version?: number;
}

/** Bytes and number of memories that are sent at once. */
const usual = { bytes: 180_000, records: 500 };

const parting: Parting<StateInput[]> = {
  halve(states) {
    const middle = Math.ceil(states.length / 2);
    return states.length > 1 ? [states.slice(0, middle), states.slice(middle)] : undefined;
  },
  nameOf: ([state]) => ({ line: state?.line ?? 0, name: `The memory "${state?.title}"` }),
};

/**
 * Stores memories as they stand in Markdown, in the name of whoever asks.
 * @param states what stands there, and what is wrong with it
 * @throws CliError, the reason of the signal; what was taken until then stays
 */
export async function importStates(
  { server, bar, signal, json }: Importing,
  states: AsyncIterable<StateInput | { line: number; problem: string }> | Iterable<StateInput>,
): Promise<Totals> {
  const totals = new Totals(json, () => bar.clear());
  let batch: StateInput[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const send = (memories: StateInput[]) => server.ask<Outcome>(document, { memories }, signal, true);
    totals.add(await sendInParts(batch, send, parting));
    batch = [];
    bytes = 0;
  };
  for await (const state of states) {
    signal.throwIfAborted();
    const problem = 'problem' in state ? state.problem : tooLarge(state);
    if ('problem' in state || problem !== undefined) {
      totals.refuse(state.line, problem ?? '');
      continue;
    }
    const size = sizeOf(state);
    if (bytes + size > usual.bytes || batch.length >= usual.records) await flush();
    batch.push(state);
    bytes += size;
  }
  await flush();
  return totals;
}
