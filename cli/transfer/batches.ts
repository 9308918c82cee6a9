import { mostRecords, sizeOf, tooLarge, usualBytes } from './batch.ts';

interface Problem {
  line: number;
  problem: string;
}

/** Puts records together, in their order, as many as one request takes. One that no request takes is a problem. */
export async function* batchesOf<Record extends { line: number }>(
  records: AsyncIterable<Record | Problem> | Iterable<Record>,
): AsyncGenerator<Record[] | Problem, void> {
  let batch: Record[] = [];
  let bytes = 0;
  for await (const record of records) {
    const problem = 'problem' in record ? record.problem : tooLarge(record);
    if ('problem' in record || problem !== undefined) {
      yield { line: record.line, problem: String(problem) };
      continue;
    }
    const size = sizeOf(record);
    if (batch.length > 0 && (bytes + size > usualBytes || batch.length >= mostRecords)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
