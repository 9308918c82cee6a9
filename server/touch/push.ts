import type { Touch, Words } from './call.ts';
import { has, readOptions } from './options.ts';

/** The branches that `git push` changes at the remote. */
export function pushTouches({ folder, args, by }: { folder: string; args: Words; by: string }): Touch[] {
  const options = readOptions(args, {
    valued: 'o',
    long: ['repo', 'receive-pack', 'exec', 'push-option', 'recurse-submodules'],
  });
  if (has(options, 'n', 'dry-run')) return [];
  const current: Touch = { kind: 'push', folder, branches: null, by };
  if (has(options, 'all', 'branches', 'mirror')) return [current];
  const refspecs = options.words.slice(1);
  if (refspecs.length === 0) {
    // A word that is not certain may be a branch; with --tags alone, no branch is pushed.
    return options.words.includes(undefined) || has(options, 'tags') ? [] : [current];
  }
  const targets = refspecs.flatMap((refspec, at) => {
    // As in `origin tag v1`.
    const isTag = refspec === 'tag' || refspecs[at - 1] === 'tag';
    return refspec === undefined || isTag ? [] : targetOf(refspec);
  });
  const branches = targets.filter((target) => target !== null);
  const touches: Touch[] = branches.length > 0 ? [{ kind: 'push', folder, branches: [...new Set(branches)], by }] : [];
  return targets.includes(null) ? [...touches, current] : touches;
}

/** The branch that a refspec changes, null for the current one or what cannot be told from here; none for tags and the like. */
function targetOf(refspec: string): (string | null)[] {
  if (refspec.startsWith('^')) return [];
  const plain = refspec.startsWith('+') ? refspec.slice(1) : refspec;
  if (plain === ':' || plain.includes('*')) return [null];
  const colon = plain.indexOf(':');
  const target = plain.slice(colon + 1);
  if (target === '') return [];
  if (colon === -1 && (target === 'HEAD' || target === '@')) return [null];
  const name = /^(?:refs\/)?heads\/(.+)$/.exec(target)?.[1];
  if (name) return [name];
  return target.startsWith('refs/') || target.startsWith('tags/') ? [] : [target];
}
