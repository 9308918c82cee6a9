import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A git repository, as it lies in a folder. */
export interface Repository {
  /** The folder that has `.git` in it: in a linked worktree that worktree's. */
  root: string;
  /** Its own folder of git: in a linked worktree that worktree's. */
  git: string;
  /** The repository's own folder: the same for a repository and for all of its linked worktrees. */
  common: string;
  /** What it is called: its folder's name, in all of its linked worktrees that of the main one, or of the bare one without `.git`. */
  name: string;
}

/** The repository whose root is this very folder. */
function repositoryAt(root: string): Repository | undefined {
  const git = join(root, '.git');
  try {
    if (!statSync(git).isFile()) return repository(root, git, git);
    const [, folder] = /^gitdir: (.*\S)\s*$/.exec(readFileSync(git, 'utf8')) ?? [];
    const own = folder === undefined ? git : resolve(root, folder);
    return repository(root, own, folder === undefined ? git : (commonOf(own) ?? git));
  } catch {
    // There is none, or it cannot be looked at: then git could not use it either.
    return undefined;
  }
}

/** The folder that a linked worktree shares with the others; undefined where there is none, as in a submodule. */
function commonOf(own: string): string | undefined {
  try {
    return resolve(own, readFileSync(join(own, 'commondir'), 'utf8').trim());
  } catch {
    // The main repository has been moved or removed: what its folder was called is still written there.
    const [, main] = /^(.*)[/\\]worktrees[/\\][^/\\]+$/.exec(own) ?? [];
    return main;
  }
}

function repository(root: string, git: string, common: string): Repository {
  const isBare = basename(common) !== '.git';
  return { root, git, common, name: isBare ? basename(common).replace(/\.git$/, '') : basename(dirname(common)) };
}

/** The repositories that a folder lies in, the innermost first. */
export function* repositoriesAround(folder: string): Generator<Repository, void> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const repository = repositoryAt(current);
    if (repository) yield repository;
    if (dirname(current) === current) return;
  }
}

/** The branch that is checked out; undefined where none is, or it cannot be read: then git says what is wrong. */
export function branchOf({ git }: Repository): string | undefined {
  try {
    return /^ref: refs\/heads\/(\S+)\s*$/.exec(readFileSync(join(git, 'HEAD'), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
