import { execFile } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { truePath, wayInside } from '../../server/place/true-path.ts';
import { CliError, ExitCode } from '../exit.ts';

/** Most bytes of git's answer: the names of some hundred thousand files. */
const mostBytes = 64 * 1024 * 1024;

/** The work tree that a command runs in, as git itself sees it. Paths are absolute. */
export interface WorkTree {
  root: string;
  /** What all work trees of the repository share: the `.git` folder of the main one. */
  common: string;
}

/**
 * Asks git.
 * @returns what it prints
 * @throws CliError with what git says, or that there is no git
 */
export function git(args: readonly string[], cwd: string, signal?: AbortSignal): Promise<string> {
  return new Promise((done, fail) => {
    execFile(
      'git',
      args,
      { cwd, maxBuffer: mostBytes, windowsHide: true, ...(signal ? { signal } : {}) },
      (error, stdout, stderr) => {
        if (!error) return done(stdout);
        if (error.code === 'ENOENT') return fail(failed('NO_GIT', 'git is not found: install it, or add it to PATH.'));
        const said = stderr.trim().replace(/^fatal: /, '') || error.message;
        fail(failed('GIT', `git ${args[0]} failed in ${cwd}: ${said}`));
      },
    );
  });
}

const failed = (code: string, message: string): CliError => new CliError(ExitCode.failed, code, message);

/** Finds the work tree that a folder lies in. @throws CliError where it lies in none, or in one without a work tree */
export async function findWorkTree(folder: string, signal?: AbortSignal): Promise<WorkTree> {
  const said = await git(['rev-parse', '--show-toplevel', '--git-common-dir'], folder, signal);
  const [root = '', common = ''] = said.split(/\r?\n/);
  return { root: resolve(root), common: truePath(resolve(folder, common)) };
}

/**
 * The folder that git takes this repository's hooks from.
 * @throws CliError where it lies outside: then other repositories take theirs from it too (`core.hooksPath`)
 */
export async function hooksFolder({ root, common }: WorkTree): Promise<string> {
  // A path that is relative in the settings is meant from the root of the work tree, where hooks are run.
  const folder = resolve(root, (await git(['rev-parse', '--git-path', 'hooks'], root)).replace(/\r?\n$/, ''));
  const main = basename(common) === '.git' ? [dirname(common)] : [];
  if ([common, root, ...main].some((own) => wayInside(truePath(own), truePath(folder)) !== undefined)) return folder;
  throw failed(
    'SHARED_HOOKS',
    `git takes the hooks of this repository from ${folder}, which lies outside it (core.hooksPath): what is put there runs in other ` +
      'repositories too. Give this one hooks of its own (`git config --local core.hooksPath .git/hooks`; those over there then no ' +
      'longer run in it), or call `clambake git-hook pre-push` and `clambake git-hook pre-commit` from the hooks that are there.',
  );
}

/** Whether a folder is part of the work tree, so that git sees what changes in it. */
export function isInWorkTree(folder: string, { root, common }: WorkTree): boolean {
  const path = truePath(folder);
  return wayInside(truePath(root), path) !== undefined && wayInside(common, path) === undefined;
}
