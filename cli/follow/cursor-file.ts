import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CliError, ExitCode } from '../exit.ts';

/**
 * Reads how far somebody has followed.
 * @returns undefined where there is no such file
 * @throws CliError where it holds no cursor: to begin now instead would miss what came since
 */
export function readCursor(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (/^[\w-]{1,2000}$/.test(text)) return text;
  throw new CliError(
    ExitCode.failed,
    'CURSOR_UNKNOWN',
    `The file ${path} ${text === '' ? 'is empty' : 'holds no cursor'}: remove it to begin now, or give another --cursor-file.`,
  );
}

/** Keeps how far somebody has followed. After a crash or a power cut the file holds this cursor or the one before. */
export function writeCursor(path: string, cursor: string): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const file = openSync(draft, 'wx');
    try {
      writeSync(file, `${cursor}\n`);
      // Some file systems carry the renaming out before the writing.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
