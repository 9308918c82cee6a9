import type { Context } from '../context.ts';
import { transaction } from '../database/statement.ts';
import { AllowedSecrets } from './allowed.ts';
import { checkBatch, onlyOnce } from './bounds.ts';
import { checkEach, checkState } from './check.ts';
import { sort } from './merge.ts';
import { nothing, type StateRecord } from './record.ts';

/** What would become of a memory that a file has. */
export interface Planned {
  line: number;
  fate: 'NEW' | 'CHANGED' | 'UNCHANGED' | 'CONFLICT' | 'REFUSED';
  /** Why it would not be stored; null where it would. */
  reason: string | null;
}

/**
 * Says what {@link mergeStates} would make of memories, and stores nothing.
 * @returns what would become of each, by its line
 * @throws ClambakeError BAD_INPUT for a batch that is too large
 */
export async function planMerge(context: Context, given: StateRecord[], allowSecret: boolean): Promise<Planned[]> {
  checkBatch('memories', given.length);
  const result = nothing();
  const { problems, conflicts } = result;
  const secrets = new AllowedSecrets(context, allowSecret);
  const checked = checkEach(given, (state) => checkState(secrets, state), problems);
  const states = onlyOnce(checked, problems);
  const { fresh, changed } = await transaction(context.database.pool, (client) =>
    sort(context, client, states, result),
  );
  const fates = new Map<number, Planned>(states.map(({ line }) => [line, { line, fate: 'UNCHANGED', reason: null }]));
  for (const { line } of fresh) fates.set(line, { line, fate: 'NEW', reason: null });
  for (const { line } of changed) fates.set(line, { line, fate: 'CHANGED', reason: null });
  for (const { line, reason } of conflicts) fates.set(line, { line, fate: 'CONFLICT', reason });
  for (const { line, message } of problems) fates.set(line, { line, fate: 'REFUSED', reason: message });
  return [...fates.values()].sort((a, b) => a.line - b.line);
}
