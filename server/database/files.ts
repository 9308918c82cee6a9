import { readFile } from 'node:fs/promises';
import { DatabaseError } from './trouble.ts';

/**
 * The text of a file; undefined where there is none.
 * @throws DatabaseError where it may not be read
 */
export async function readOptional(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw folderTrouble(error, file);
  });
}

/** What went wrong with a file or folder under the home, with a remedy. */
export function folderTrouble(error: unknown, path: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DatabaseError(`The disk of ${path} is full: make room, then start again.`, { cause: error });
  }
  const what = code === 'EROFS' ? 'is on a read-only file system' : 'cannot be used';
  return new DatabaseError(
    `${path} ${what} (${error instanceof Error ? error.message : String(error)}): give it to the user Clambake runs as, or set CLAMBAKE_HOME to a folder that can be written.`,
    { cause: error },
  );
}
