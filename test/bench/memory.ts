import { vitalsOf } from '../faults/vitals.ts';

/** Resident memory of a process in MB (a million bytes); NaN where the system does not tell. */
export function memoryOf(pid: number | undefined): number {
  const vitals = vitalsOf(pid);
  return vitals === undefined ? Number.NaN : (vitals.memory * 2 ** 20) / 1e6;
}
