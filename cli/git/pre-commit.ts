import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Asker } from './asker.ts';
import { fileResource } from './file-resource.ts';
import { type Held, heldAmong, sliced } from './held.ts';
import { refusal } from './refusal.ts';
import { coveringTrees, insideOf } from './trees.ts';
import { git, type WorkTree } from './work-tree.ts';

const clearDocument = 'query HookClear($resources:[String!]!){guard(resources:$resources){clear}}';
const treesDocument = 'query HookTrees($resources:[String!]!){guard(resources:$resources){held{resource}}}';

/**
 * Whether a commit may be made: whether nobody else holds a file that it changes.
 * @returns the lines that say why not; none where it may
 * @throws CliError
 */
export async function checkCommit(asker: Asker, signal: AbortSignal): Promise<string[]> {
  const { project, prefix, workTree } = asker;
  const files = await stagedFiles(workTree, signal);
  if (files.length === 0) return [];
  const byResource = new Map<string, string[]>();
  for (const file of files) {
    const resource = fileResource(project, prefix + file);
    const alike = byResource.get(resource);
    if (alike) alike.push(file);
    else byResource.set(resource, [file]);
  }
  const held = await heldOf([...byResource.keys()], asker);
  if (held.length === 0) return [];
  const namesOf = (resource: string): readonly string[] => byResource.get(resource) ?? [resource];
  const number = new Set(held.flatMap(({ resource }) => namesOf(resource))).size;
  const what = files.length === 1 ? 'the file' : `${number} of the ${files.length} files`;
  const heading = `nothing is committed: others hold ${what} that it changes.`;
  return refusal(heading, held, namesOf, 'git commit --no-verify');
}

/** Thousands of files would take many questions: two come first that mostly leave none or few of them. */
async function heldOf(resources: readonly string[], asker: Asker): Promise<Held[]> {
  if (sliced(resources).length === 1) return heldAmong([[...resources]], asker);
  const data = await asker.query(clearDocument, { resources: [`${asker.project}:./`] });
  if ((data.guard as { clear: boolean }).clear) return [];
  const trees = coveringTrees(resources);
  const held = await Promise.all(sliced(trees).map((slice) => asker.query(treesDocument, { resources: slice })));
  const names = held.flatMap((answer) =>
    (answer.guard as { held: { resource: string }[] }).held.map(({ resource }) => resource),
  );
  const left = insideOf(names, resources, trees);
  return left.length === 0 ? [] : heldAmong(sliced(left), asker);
}

/**
 * The files that a commit changes, both names of one that was renamed, those that were deleted as well. A merge only changes
 * those that are like none of what it brings together: what others have changed and committed is theirs, held or not.
 * @returns their paths from the root, with `/`
 */
async function stagedFiles({ root }: WorkTree, signal: AbortSignal): Promise<string[]> {
  const staged = await differing('HEAD', root, signal);
  const path = await git(['rev-parse', '--git-path', 'MERGE_HEAD'], root, signal);
  const mergeHead = resolve(root, path.replace(/\r?\n$/, ''));
  if (!existsSync(mergeHead)) return staged;
  const others = readFileSync(mergeHead, 'utf8').split('\n').filter(Boolean);
  const own = await Promise.all(others.map(async (commit) => new Set(await differing(commit, root, signal))));
  return staged.filter((file) => own.every((changed) => changed.has(file)));
}

async function differing(commit: string, root: string, signal: AbortSignal): Promise<string[]> {
  // Without a commit it is HEAD, and before the first one nothing at all.
  const from = commit === 'HEAD' ? [] : [commit];
  const said = await git(
    [
      'diff',
      '--cached',
      '--name-only',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--ignore-submodules=none',
      ...from,
      '--',
    ],
    root,
    signal,
  );
  return said.split('\0').filter(Boolean);
}
