import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject } from '../reach/running.ts';

/** When the hooks of this home last reached their server, and when one last did not. */
export interface HookRecord {
  lastSuccess?: { event: string; at: string };
  lastFailure?: { event: string; at: string; reason: string };
}

const fileOf = (home: string): string => join(home, 'hooks.json');

/** @returns an empty record where there is none, or none that can be read */
export function readHookRecord(home: string): HookRecord {
  try {
    return (parseObject(readFileSync(fileOf(home), 'utf8')) as HookRecord | undefined) ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/**
 * Writes down how a hook ended, for `clambake doctor`: what goes wrong in a hook is shown to nobody. Readers see the old file or the new one.
 * A home that is not there is not made.
 */
export function writeHookRecord(home: string, change: HookRecord): void {
  if (!existsSync(home)) return;
  const path = fileOf(home);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, `${JSON.stringify({ ...readHookRecord(home), ...change })}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
