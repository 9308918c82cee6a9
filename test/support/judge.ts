import { cpus } from 'node:os';
import { expect, type TestContext } from 'vitest';

/** Says of figures that are beyond their limit whether they tell anything: not where other programs took all processors. */
export function judge({ skip }: TestContext, figures: string, within: boolean, idleBefore: ProcessorTimes): void {
  const now = processorTimes();
  const idle = (now.idle - idleBefore.idle) / (now.all - idleBefore.all);
  console.log(`${figures} (processors idle: ${Math.round(idle * 100)} %)`);
  if (!within && idle < 0.15) skip(`no processor was free to measure with: ${figures}`);
  expect(within, figures).toBe(true);
}

/** What all processors did since they started, in milliseconds. */
export interface ProcessorTimes {
  idle: number;
  all: number;
}

export function processorTimes(): ProcessorTimes {
  const total = { idle: 0, all: 0 };
  for (const { times } of cpus()) {
    total.idle += times.idle;
    total.all += times.idle + times.user + times.sys + times.nice + times.irq;
  }
  return total;
}
