import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

/**
 * A path itself, whatever links and spellings led to it, as far as it exists: what is not there, or may not be looked at, keeps the
 * name it is given. The system call gives names as they are on disk, so on systems that take either case two spellings come out the
 * same.
 */
export function truePath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // Removed since, on another machine, not there yet: then the name is all there is.
    const parent = dirname(path);
    return parent === path ? path : join(truePath(parent), basename(path));
  }
}

/** The way from a folder to what lies in it, `` for the folder itself; undefined where it lies outside. Both are true paths. */
export function wayInside(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  return isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`) ? undefined : way;
}
