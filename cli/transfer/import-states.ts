import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import type { MemoryStatus, MemoryType } from '../../server/database/generated/enums.ts';
import { batchesOf } from './batches.ts';
import { type Parting, sendInParts } from './halving.ts';
import type { Importing } from './import-records.ts';
import { type Outcome, outcome, refusal, sumOf, Totals } from './totals.ts';

const document = `mutation MergeMemories($memories:[MergedMemory!]!,$source:String,$allowSecret:Boolean!){mergeMemories(memories:$memories,source:$source,allowSecret:$allowSecret){${outcome}}}`;

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

export const statesParting: Pick<Parting<StateInput[], unknown>, 'halve' | 'nameOf'> = {
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
  { source, server, bar, signal, json, allowSecret }: Importing,
  states: AsyncIterable<StateInput | { line: number; problem: string }> | Iterable<StateInput>,
): Promise<Totals> {
  const totals = new Totals(json, () => bar.clear());
  const key = source.isFile ? keyOf(source.path) : null;
  for await (const batch of batchesOf(states)) {
    signal.throwIfAborted();
    if ('problem' in batch) {
      totals.refuse(batch.line, batch.problem);
      continue;
    }
    const send = (memories: StateInput[]) =>
      server.ask<Outcome>(document, { memories, source: key, allowSecret }, signal, true);
    totals.add(
      await sendInParts(batch, send, { ...statesParting, refuse: refusal, join: (_, ...both) => sumOf(...both) }),
    );
  }
  return totals;
}

/** Which file on which machine it is, and no word of it: another copy may have been edited by somebody else. */
const keyOf = (path: string): string =>
  createHash('sha256')
    .update(JSON.stringify([hostname(), realpathSync(path)]))
    .digest('hex')
    .slice(0, 32);
