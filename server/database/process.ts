import { readFileSync } from 'node:fs';

/** Whether a process runs, somebody else's included. */
export function isAlive(pid: number): boolean {
  return typeof processState(pid) === 'object';
}

/** `dead`: a zombie, which has a number but runs no more. `name` is known on Linux only. */
export function processState(pid: number): 'gone' | 'dead' | { name: string | undefined } {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return 'gone';
  }
  if (process.platform !== 'linux') return { name: undefined };
  try {
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state === 'Z' || state === 'X' ? 'dead' : { name };
  } catch (error) {
    // Hidden from other users (hidepid), or gone since.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'gone' : { name: undefined };
  }
}
