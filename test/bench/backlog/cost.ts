import type { OwnServer } from '../own-server.ts';
import { familyTime, processorTime } from '../processor.ts';

/** Microseconds of processor time. */
export interface Cost {
  server: number;
  /** Its Postgres, every process of it. */
  postgres: number;
}

/**
 * Takes the processor time that servers and their Postgres take meanwhile.
 * @returns of each the time divided by the number of calls; NaN where the system does not tell
 */
export async function costOf<Value>(
  servers: readonly OwnServer[],
  calls: number,
  work: () => Promise<Value>,
): Promise<{ value: Value; costs: Cost[] }> {
  const take = (): Promise<Cost[]> => Promise.all(servers.map(spent));
  const before = await take();
  const value = await work();
  const after = await take();
  const each = (index: number, key: keyof Cost): number =>
    (((after[index]?.[key] ?? Number.NaN) - (before[index]?.[key] ?? Number.NaN)) * 1000) / calls;
  return {
    value,
    costs: servers.map((_, index) => ({ server: each(index, 'server'), postgres: each(index, 'postgres') })),
  };
}

async function spent({ process, postgres }: OwnServer): Promise<Cost> {
  return {
    server: processorTime(process.pid) ?? Number.NaN,
    postgres: familyTime(await postgres.pid()) ?? Number.NaN,
  };
}
