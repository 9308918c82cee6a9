import { badInput } from '../errors.ts';

/** Records of one kind in a batch. What they may weigh together is bounded by the body of a request. */
export const mostRecords = 500;

/** @throws ClambakeError BAD_INPUT */
export function checkBatch(argument: string, size: number): void {
  if (size <= mostRecords) return;
  throw badInput(argument, `${argument} has ${size} records: at most ${mostRecords} come at once.`);
}

/**
 * Leaves out what is there twice under one uid.
 * @returns the first of each; the others are added to `problems`
 */
export function onlyOnce<Record extends { uid: string; line: number }>(
  records: readonly Record[],
  problems: { line: number; message: string }[],
): Record[] {
  const seen = new Set<string>();
  return records.filter(({ uid, line }) => {
    if (seen.has(uid)) problems.push({ line, message: `The memory ${uid} is there twice.` });
    return !seen.has(uid) && seen.add(uid);
  });
}
