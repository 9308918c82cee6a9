import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds. */
export interface Vitals {
  /** Resident memory in MiB. */
  memory: number;
  /** Open file descriptors. */
  descriptors: number;
}

/** Reads it; undefined where the system does not tell (only Linux does, of a live process). */
export function vitalsOf(pid: number | undefined): Vitals | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    const [, resident = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return { memory: (Number(resident) * 4096) / 2 ** 20, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
