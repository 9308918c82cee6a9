import { readFileSync } from 'node:fs';

/** Ticks of /proc a second: what Linux has on every platform that Node runs on. */
const ticks = 100;

/** Milliseconds of processor time that a process has taken; undefined where the system does not tell (only Linux does). */
export function processorTime(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  // The name of the program, in parentheses, may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticks) * 1000;
}
