import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeHome } from '../../server/home.ts';
import { isAlive } from '../reach/running.ts';
import { type Files, readFiles, sameFiles } from './plugin.ts';

/**
 * Has a folder of the home hold these files and no others. It is written beside and renamed, so that it is never there in part.
 * @throws what the file system throws
 */
export function writeFolder(folder: string, files: Files): 'installed' | 'renewed' | 'unchanged' {
  const there = existsSync(folder);
  if (there && sameFiles(readFiles(folder), files)) return 'unchanged';
  makeHome(dirname(folder));
  removeLeftovers(folder);
  const draft = `${folder}.${process.pid}.tmp`;
  const old = `${folder}.${process.pid}.old`;
  try {
    for (const [path, text] of files) {
      const file = join(draft, ...path.split('/'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    // No system call replaces a folder that has something in it.
    if (there) renameSync(folder, old);
    try {
      renameSync(draft, folder);
    } catch (error) {
      if (there) renameSync(old, folder);
      throw error;
    }
  } finally {
    for (const path of [draft, old]) rmSync(path, { recursive: true, force: true });
  }
  return there ? 'renewed' : 'installed';
}

/** Removes a folder. @returns whether there was one */
export function removeFolder(folder: string): 'removed' | 'absent' {
  removeLeftovers(folder);
  if (!existsSync(folder)) return 'absent';
  // Renamed first: nobody sees half of it.
  const old = `${folder}.${process.pid}.old`;
  renameSync(folder, old);
  rmSync(old, { recursive: true, force: true });
  return 'removed';
}

/** What a process that was killed left behind. */
function removeLeftovers(folder: string): void {
  const home = dirname(folder);
  if (!existsSync(home)) return;
  for (const name of readdirSync(home)) {
    if (!name.startsWith(`${basename(folder)}.`)) continue;
    const pid = /\.(\d+)\.(?:tmp|old)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(home, name), { recursive: true, force: true });
  }
}
