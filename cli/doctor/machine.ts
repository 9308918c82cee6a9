import { randomBytes } from 'node:crypto';
import { accessSync, constants, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Finding, fail, note, ok } from './check.ts';

/**
 * Whether this Node is one that Clambake runs on.
 * @param range what package.json asks for, such as `>=20.19`
 */
export function checkNode(version: string, range: string): Finding {
  const least = range.replace(/^>=\s*/, '');
  const [has, needs] = [version, least].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const differs = needs.findIndex((part, index) => part !== (has[index] ?? 0));
  return differs < 0 || (has[differs] ?? 0) > (needs[differs] ?? 0)
    ? ok(version)
    : fail(`${version} is too old`, `Install Node ${least} or a newer one.`);
}

/** Whether Clambake can keep its files. A folder that is not there yet is made by whatever needs it first, and not by this. */
export function checkHome(home: string): Finding {
  const mend = 'Give a folder that can be written, or made, in CLAMBAKE_HOME.';
  try {
    const found = look(home);
    if (found === undefined) {
      const parent = nearest(home);
      accessSync(parent, constants.W_OK);
      if (!statSync(parent).isDirectory()) return fail(`${home} cannot be made: ${parent} is no folder`, mend);
      return note(`${home} does not exist yet: the first command that needs it makes it`);
    }
    if (!found.isDirectory()) return fail(`${home} is no folder`, mend);
    // Asking for the permission is not enough: root has it on a disk that takes nothing, and Windows says little of it.
    const probe = join(home, `doctor.${process.pid}.${randomBytes(4).toString('hex')}`);
    try {
      writeFileSync(probe, '', { mode: 0o600, flag: 'wx' });
    } finally {
      rmSync(probe, { force: true });
    }
    return ok(home);
  } catch (error) {
    const { code, message, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    return fail(`${home} cannot be written (${code ?? message})`, mend);
  }
}

/** @returns undefined where there is nothing, also because what should lead to it is a file */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The nearest thing above a path that is there. */
function nearest(path: string): string {
  const parent = dirname(path);
  return parent === path || look(parent) !== undefined ? parent : nearest(parent);
}
