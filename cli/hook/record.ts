import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject } from '../reach/running.ts';

/** A hook that reached the server. */
export interface HookSuccess {
  /** What called it, such as `PreToolUse`. */
  event: string;
  /** ISO 8601. */
  at: string;
}

/** A hook that did not. */
export interface HookFailure extends HookSuccess {
  /** Why, in one sentence. */
  reason: string;
}

/** How the hooks of this home last fared. */
export interface HookRecord {
  lastSuccess?: HookSuccess;
  lastFailure?: HookFailure;
}

const pathOf = (home: string): string => join(home, 'hooks.json');

/**
 * Reads how hooks last fared.
 * @returns nothing of what is not there, or is not as it is written
 * @throws what the file system throws, but not where there is no such file
 */
export function readHookRecord(home: string): HookRecord {
  let text: string;
  try {
    text = readFileSync(pathOf(home), 'utf8');
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
  const { lastSuccess, lastFailure } = parseObject(text) ?? {};
  return {
    ...(isSuccess(lastSuccess) ? { lastSuccess: { event: lastSuccess.event, at: lastSuccess.at } } : {}),
    ...(isFailure(lastFailure)
      ? { lastFailure: { event: lastFailure.event, at: lastFailure.at, reason: lastFailure.reason } }
      : {}),
  };
}

/**
 * Writes how a hook fared, and keeps what the change does not name. Readers see the old file or the new one, never half of
 * one; of two that write at the same time the later one's stands. Where there is no home nothing is written: a hook makes none.
 * @throws what the file system throws, as where the home cannot be written
 */
export function writeHookRecord(home: string, change: HookRecord): void {
  const path = pathOf(home);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const record = `${JSON.stringify({ ...readHookRecord(home), ...change })}\n`;
  try {
    writeFileSync(draft, record, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isSuccess(value: unknown): value is HookSuccess {
  const { event, at } = (value ?? {}) as Partial<HookSuccess>;
  return typeof event === 'string' && typeof at === 'string' && !Number.isNaN(Date.parse(at));
}

const isFailure = (value: unknown): value is HookFailure =>
  isSuccess(value) && typeof (value as Partial<HookFailure>).reason === 'string';

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
