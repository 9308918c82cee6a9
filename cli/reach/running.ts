import { readFileSync } from 'node:fs';
import { type RunningFile, runningPath } from '../../server/running-file.ts';

/**
 * Reads which server runs on this home. It may have died since it wrote the file.
 * @returns undefined where there is no such file or it holds something else
 */
export function readRunning(home: string): RunningFile | undefined {
  let text: string;
  try {
    text = readFileSync(runningPath(home), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const value = parseObject(text);
  return typeof value?.pid === 'number' &&
    Number.isSafeInteger(value.pid) &&
    value.pid > 0 &&
    typeof value.url === 'string'
    ? { pid: value.pid, url: value.url.replace(/\/$/, '') }
    : undefined;
}

/** @returns undefined where the text is no JSON object, as in a file that is only half written */
export function parseObject(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Whether a process with this id exists on this machine, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
