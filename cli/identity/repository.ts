import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A git repository, as it lies in a folder. */
export interface Repository {
  /** The folder that has `.git` in it: in a linked worktree that worktree's. */
  root: string;
  /** The repository's own folder: the same for a repository and for all of its linked worktrees. */
  common: string;
}

/** The repository whose root is this very folder. */
function repositoryAt(root: string): Repository | undefined {
  const git = join(root, '.git');
  try {
    const found = statSync(git);
    if (!found.isFile()) return { root, common: git };
    const [, main] = /^gitdir: (.*[/\\]\.git)[/\\]worktrees[/\\][^/\\]+\s*$/.exec(readFileSync(git, 'utf8')) ?? [];
    return { root, common: main === undefined ? git : resolve(root, main) };
  } catch {
    // There is none, or it cannot be looked at: then git could not use it either.
    return undefined;
  }
}

/** The repositories that a folder lies in, the innermost first. */
export function* repositoriesAround(folder: string): Generator<Repository, void> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const repository = repositoryAt(current);
    if (repository) yield repository;
    if (dirname(current) === current) return;
  }
}
