import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { repositoriesAround } from './repository.ts';

/**
 * The folder itself, whatever links and spellings led to it. The system call gives the name as it is on disk, so on
 * systems that take either case two spellings of one folder come out the same.
 */
function trueFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    // It has been removed since, or is on another machine: then the name is all there is.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM') return resolve(folder);
    throw error;
  }
}

/**
 * How far above a folder another one is: 0 for the folder itself, 1 for its parent.
 * @returns undefined where it is no parent of it
 */
export function stepsUp(from: string, to: string): number | undefined {
  const path = relative(trueFolder(to), trueFolder(from));
  if (path === '') return 0;
  if (isAbsolute(path) || /^\.\.([/\\]|$)/.test(path)) return undefined;
  return path.split(/[/\\]/).length;
}

/**
 * The name of the project that a folder belongs to: its git repository's folder name, else its own.
 * In a linked worktree it is the name of the main one, since both are the same project.
 */
export function projectName(folder: string): string {
  const [repository] = repositoriesAround(folder);
  // The root of a drive has no name.
  return basename(repository ? dirname(repository.common) : resolve(folder)) || 'root';
}
