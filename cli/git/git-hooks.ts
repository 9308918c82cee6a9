import { basename, dirname, join, resolve } from 'node:path';
import { visibleLine } from '../../server/visible.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { json } from '../output/json.ts';
import { list } from '../output/lines.ts';
import { report } from '../output/report.ts';
import { print } from '../output/stream.ts';
import { installHook, type Outcome, removeHook } from './hook-file.ts';
import { type HookName, hookNames, hookScript } from './hook-script.ts';
import { findWorkTree, hooksFolder, isInWorkTree, type WorkTree } from './work-tree.ts';

/** `clambake git-hooks install|remove`: the hooks of the repository that the current folder lies in. */
export async function gitHooks({ args: [action], globals }: LocalInput): Promise<number> {
  try {
    const workTree = await findWorkTree(process.cwd());
    const { folder, outcomes, problems } = await (action === 'install' ? install(workTree) : remove(workTree));
    const tracked = isInWorkTree(folder, workTree);
    await print(
      globals.json ? json({ folder, hooks: outcomes }, process.stdout.isTTY === true) : text(folder, outcomes, tracked),
    );
    for (const problem of problems) report(problem, globals.json);
    return problems.length > 0 ? ExitCode.failed : ExitCode.done;
  } catch (error) {
    return report(error, globals.json);
  }
}

interface Change {
  folder: string;
  outcomes: Outcome[];
  problems: unknown[];
}

async function install(workTree: WorkTree): Promise<Change> {
  const folder = await hooksFolder(workTree);
  const program = { node: process.execPath, cli: resolve(process.argv[1] ?? '') };
  return forEach(folder, (name) => installHook(folder, name, hookScript(name, program)));
}

/** Where git has been told since to take its hooks from somewhere else, those that were installed before are removed too. */
async function remove(workTree: WorkTree): Promise<Change> {
  const usual = join(workTree.common, 'hooks');
  const folder = await hooksFolder(workTree).catch((error: unknown) => {
    if (error instanceof CliError && error.code === 'SHARED_HOOKS') return usual;
    throw error;
  });
  const first = forEach(folder, (name) => removeHook(folder, name));
  if (folder === usual) return first;
  const second = forEach(usual, (name) => removeHook(usual, name));
  const removed = second.outcomes.filter(({ state }) => state === 'removed' || state === 'restored');
  return {
    folder,
    outcomes: [...first.outcomes, ...removed],
    problems: [...first.problems, ...second.problems],
  };
}

/** One hook that cannot be changed does not keep the other from it. */
function forEach(folder: string, change: (name: HookName) => Outcome): Change {
  const outcomes: Outcome[] = [];
  const problems: unknown[] = [];
  for (const name of hookNames) {
    try {
      outcomes.push(change(name));
    } catch (error) {
      problems.push(error);
    }
  }
  return { folder, outcomes, problems };
}

const headings: Readonly<Record<Outcome['state'], string>> = {
  installed: 'Installed',
  unchanged: 'Installed already',
  renewed: 'Renewed',
  edited: 'Edited by somebody since it was installed, and left as it is',
  removed: 'Removed',
  restored: 'Removed, and the hook from before is back',
  foreign: "Not Clambake's, and left as it is",
  absent: 'Not installed',
};

function text(folder: string, outcomes: readonly Outcome[], tracked: boolean): string {
  const lines = [`Hooks of this repository, in ${visibleLine(folder)}`];
  for (const { path, state, before, edited } of outcomes) {
    const name = dirname(path) === folder ? basename(path) : path;
    lines.push(`  ${visibleLine(name)}: ${headings[state]}.`);
    if (before && state === 'foreign')
      lines.push(`  The hook from before Clambake's is still in ${visibleLine(basename(before))}.`);
    else if (before) lines.push(`  The hook that was there runs first: ${visibleLine(basename(before))}.`);
    if (edited) lines.push(`  It had been edited: ${visibleLine(basename(edited))} keeps it.`);
  }
  const changed = outcomes.filter(({ state }) => state === 'installed' || state === 'renewed');
  if (tracked && changed.length > 0) {
    lines.push(`The folder is part of the work tree: \`git status\` shows ${list(changed.map(({ name }) => name))}.`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
