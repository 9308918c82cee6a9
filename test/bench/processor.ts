import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc a second: what Linux has on every platform that Node runs on. */
const ticks = 100;

/** Milliseconds of processor time that a process has taken; undefined where the system does not tell (only Linux does). */
export function processorTime(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  const fields = statOf(pid);
  return ((Number(fields[11]) + Number(fields[12])) / ticks) * 1000;
}

/** The same of a process and its children, those that have ended included. */
export function familyTime(pid: number | undefined): number | undefined {
  const own = processorTime(pid);
  if (own === undefined) return undefined;
  const parent = statOf(Number(pid));
  const ended = ((Number(parent[13]) + Number(parent[14])) / ticks) * 1000;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .reduce((sum, child) => sum + timeAsChild(Number(child), Number(pid)), own + ended);
}

/** Its processor time where it is a child of this process, else none. */
function timeAsChild(pid: number, parent: number): number {
  try {
    return Number(statOf(pid)[1]) === parent ? (processorTime(pid) ?? 0) : 0;
  } catch (error) {
    // It ended between the two.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return 0;
    throw error;
  }
}

/** What /proc says of a process, from its state on. */
function statOf(pid: number): string[] {
  // The name of the program, in parentheses, may hold spaces.
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
}
