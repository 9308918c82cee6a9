import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { usageError } from '../line/variables.ts';
import { print } from '../output/stream.ts';

/** Where an export goes. */
export interface Target {
  /** @returns once the text is handed on: whether somebody still reads */
  write: (text: string) => Promise<boolean>;
  /** Makes what was written stand. */
  finish: () => Promise<void>;
  /** Leaves no trace of what was not finished. */
  abandon: () => Promise<void>;
}

const standardOutput: Target = { write: print, finish: async () => {}, abandon: async () => {} };

/**
 * Opens the target of an export. A file appears under its name when it is whole, and not before.
 * @param path undefined for standard output
 * @throws CliError (usage) where there is such a file and it may not be replaced; what the file system throws
 */
export async function openTarget(path: string | undefined, force: boolean): Promise<Target> {
  if (path === undefined) return standardOutput;
  refuseExisting(path, force);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx');
  return {
    async write(text) {
      await file.appendFile(text);
      return true;
    },
    async finish() {
      await file.sync();
      await file.close();
      // Somebody may have made one meanwhile.
      refuseExisting(path, force);
      await rename(draft, path);
    },
    async abandon() {
      await file.close().catch(() => undefined);
      await rm(draft, { force: true });
    },
  };
}

function refuseExisting(path: string, force: boolean): void {
  if (force || !existsSync(path)) return;
  throw usageError(`There is a file ${path} already: name another one, or replace it with --force.`);
}
