import { basename, posix, resolve, sep, win32 } from 'node:path';
import { human, instanceIdPattern } from '../address.ts';
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
  return nameable(repository ? repository.name : basename(resolve(folder)));
}

/** The same, where the folder is on another machine: its own name, whatever kind of path it is. */
export const projectNameOf = (folder: string): string =>
  nameable(/^([A-Za-z]:)?\\|^[A-Za-z]:\//.test(folder) ? win32.basename(folder) : posix.basename(folder));

/** Most bytes of the name of a project. */
const longest = 100;

/** A folder's name as that of a project, which may not look like another kind of address (`checkProjectName`). */
function nameable(folder: string): string {
  const plain = folder
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}:]/gu, '-')
    .replace(/^[@\s]+/, '')
    .trim();
  let end = plain.length;
  while (Buffer.byteLength(plain.slice(0, end)) > longest) end -= 1;
  // The root of a drive has no name.
  const name = plain.slice(0, end).toWellFormed().trim() || 'root';
  const isOther = name.toLowerCase() === human || instanceIdPattern.test(name.toLowerCase());
  return isOther ? `${name}-project` : name;
}
