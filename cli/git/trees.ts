import { folded } from './file-resource.ts';

/** Most trees that are asked about: as many as go into one question. */
const mostTrees = 500;

/**
 * The folders that files lie in, as resources with a `/` at their ends: the innermost ones where these are few, else those further up. A
 * file at the root of its project stands for itself.
 * @param resources files of one project: `project:path`
 */
export function coveringTrees(resources: readonly string[]): string[] {
  const depth = resources.reduce((most, resource) => Math.max(most, resource.split('/').length - 1), 0);
  for (let level = depth; level > 1; level -= 1) {
    const trees = treesAt(level, resources);
    if (trees.length <= mostTrees) return trees;
  }
  return treesAt(1, resources);
}

/** @param level how many folders a name keeps at most */
const treesAt = (level: number, resources: readonly string[]): string[] => [
  ...new Set(
    resources.map((resource) => {
      const folders = resource.split('/').slice(0, -1).slice(0, level);
      return folders.length === 0 ? resource : `${folders.join('/')}/`;
    }),
  ),
];

/**
 * Those of the files that are, or lie in, something that was found to be held. Of trees that are asked about together the server only
 * names the outermost, and of names that it takes for one only that. Where it calls one otherwise, any file may lie in it.
 * @param held what the server says is held of `trees`
 */
export function insideOf(
  held: readonly string[],
  resources: readonly string[],
  trees: readonly string[],
): readonly string[] {
  const asked = new Set(trees.map(folded));
  const names = new Set(held.map(folded));
  if ([...names].some((name) => !asked.has(name))) return resources;
  return resources.filter((resource) => {
    const name = folded(resource);
    return names.has(name) || foldersOf(name).some((folder) => names.has(folder));
  });
}

const foldersOf = (name: string): string[] => [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index + 1));
