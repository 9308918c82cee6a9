import { basename, resolve, sep } from 'node:path';
import { repositoriesAround } from './repository.ts';
import { truePath, wayInside } from './true-path.ts';

/**
 * How far above a folder another one is: 0 for the folder itself, 1 for its parent.
 * @returns undefined where it is no parent of it
 */
export function stepsUp(from: string, to: string): number | undefined {
  const way = wayInside(truePath(to), truePath(from));
  if (way === undefined || way === '') return way === '' ? 0 : undefined;
  return way.split(sep).length;
}

/**
 * The name of the project that a folder belongs to: its git repository's folder name, else its own.
 * In a linked worktree it is the name of the main one, since both are the same project.
 */
export function projectName(folder: string): string {
  const [repository] = repositoriesAround(folder);
  // The root of a drive has no name.
  return (repository ? repository.name : basename(resolve(folder))) || 'root';
}
