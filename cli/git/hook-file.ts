import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { CliError, ExitCode } from '../exit.ts';
import { beforeSuffix, type HookName, readHook } from './hook-script.ts';

/** What became of a hook. */
export interface Outcome {
  name: HookName;
  path: string;
  /**
   * installed; unchanged: as it was already; renewed: written by another Clambake; edited: by somebody, and left as it is; removed; restored: the
   * hook that was there before is back; foreign: there is a hook, and it is not Clambake's; absent: there was none.
   */
  state: 'installed' | 'unchanged' | 'renewed' | 'edited' | 'removed' | 'restored' | 'foreign' | 'absent';
  /** Where the hook that was there before is kept, which runs first. */
  before: string | null;
  /** Where Clambake's hook is kept that somebody had edited. */
  edited: string | null;
}

/**
 * Puts Clambake's hook into a folder. A hook that is there is kept beside it, and at no moment there is none.
 * @throws CliError where two earlier hooks would have to be kept, and system errors
 */
export function installHook(folder: string, name: HookName, script: string): Outcome {
  mkdirSync(folder, { recursive: true });
  const at = placeOf(folder, name);
  const before = join(folder, name + beforeSuffix);
  const outcome = (state: Outcome['state']): Outcome => ({
    ...{ name, path: at, state, edited: null },
    before: exists(before) ? before : null,
  });
  switch (look(at, name)) {
    case 'none':
      writeFileSync(at, script, { mode: 0o755, flag: 'wx' });
      chmodSync(at, 0o755);
      return outcome('installed');
    case 'ours':
      if (readFileSync(at, 'utf8') === script) return outcome('unchanged');
      replace(at, script);
      return outcome('renewed');
    case 'edited':
      return outcome('edited');
    case 'other':
      if (!exists(before)) keep(at, before);
      else if (!sameContent(at, before)) throw twoBefore(at, before);
      replace(at, script);
      return outcome('installed');
  }
}

/**
 * Takes Clambake's hook away and puts back the one that was there before, as it is now. One of Clambake's that somebody has edited is kept beside it.
 * @throws system errors
 */
export function removeHook(folder: string, name: HookName): Outcome {
  const at = placeOf(folder, name);
  const before = join(folder, name + beforeSuffix);
  const found = look(at, name);
  const outcome = (state: Outcome['state'], edited: string | null = null): Outcome => ({
    ...{ name, path: at, state, edited },
    before: exists(before) ? before : null,
  });
  if (found === 'other') return outcome('foreign');
  const edited = found === 'edited' ? setAside(at) : null;
  if (exists(before)) {
    renameSync(before, at);
    return outcome('restored', edited);
  }
  if (found === 'none') return outcome('absent');
  rmSync(at, { force: true });
  return outcome('removed', edited);
}

/** Where Clambake's hook is. The pre-commit framework moves a hook that it finds to `.legacy`, and calls it from there. */
function placeOf(folder: string, name: HookName): string {
  const at = join(folder, name);
  const legacy = `${at}.legacy`;
  return look(at, name) === 'other' && ['ours', 'edited'].includes(look(legacy, name)) ? legacy : at;
}

function look(path: string, name: HookName): 'none' | 'ours' | 'edited' | 'other' {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return 'none';
  if (found.isDirectory()) {
    throw new CliError(
      ExitCode.failed,
      'HOOK_IS_FOLDER',
      `${path} is a folder, where git expects a hook: move it away.`,
    );
  }
  return (found.isFile() && readHook(name, readFileSync(path, 'utf8'))) || 'other';
}

/** Also a link that leads nowhere. */
const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const sameContent = (one: string, other: string): boolean =>
  existsSync(one) && existsSync(other) && readFileSync(one).equals(readFileSync(other));

/** Gives a hook a second name. @throws system errors, also where that is taken meanwhile */
function keep(path: string, name: string): void {
  if (lstatSync(path).isSymbolicLink()) {
    symlinkSync(readlinkSync(path), name);
    return;
  }
  try {
    linkSync(path, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // Some file systems have no links.
    copyFileSync(path, name, constants.COPYFILE_EXCL);
  }
}

function replace(path: string, script: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, script, { mode: 0o755, flag: 'wx' });
    chmodSync(draft, 0o755);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a hook to a name that is free. @returns the name */
function setAside(path: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${path}.edited-clambake${number === 1 ? '' : `-${number}`}`;
    if (exists(name)) continue;
    renameSync(path, name);
    return name;
  }
}

const twoBefore = (at: string, before: string): CliError =>
  new CliError(
    ExitCode.failed,
    'TWO_HOOKS',
    `Another hook has taken the place of Clambake's at ${at}, and ${basename(before)} beside it still keeps the one from before. ` +
      `Nothing was changed here: move ${basename(before)} away, or make one of the two, and install again.`,
  );
