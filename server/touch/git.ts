import { type Call, files, pathIn, type Touch, type Words } from './call.ts';
import { placed } from './files.ts';
import { has, type Options, readOptions, type Syntax } from './options.ts';
import { pushTouches } from './push.ts';

/** A call of git, its own options read: what the subcommand is given, and the folder that it works in. */
interface Use {
  folder: string;
  args: Words;
  by: string;
}

/** What a call of git changes in the work tree, and which branches it pushes. */
export function gitTouches(call: Call): Touch[] {
  // These say that the repository, or what is staged, is somewhere else.
  if (['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'].some((variable) => call.variables.has(variable))) return [];
  let folder = call.folder;
  let at = 0;
  for (; at < call.args.length; at++) {
    const word = call.args[at];
    if (word === '-C') folder = pathIn(folder, call.args[++at]);
    else if (word === '-c') {
      // So may a setting.
      if (/^core\.(worktree|bare)\b/i.test(call.args[++at] ?? 'core.bare')) return [];
    } else if (word === undefined || !harmless.has(word)) break;
  }
  const name = call.args[at];
  if (folder === undefined || name === undefined || !Object.hasOwn(subcommands, name)) return [];
  const args = call.args.slice(at + 1);
  if (args.some((word) => word === '--help' || word === '-h')) return [];
  return subcommands[name]?.({ folder, args, by: `git ${name}` }) ?? [];
}

const harmless: ReadonlySet<string> = new Set([
  '-p',
  '-P',
  '--paginate',
  '--no-pager',
  '--no-optional-locks',
  '--no-replace-objects',
  '--no-advice',
  '--literal-pathspecs',
]);

/** What goes on with, or gives up, what was begun before: whoever is in the midst of it has to get out. */
const begunBefore = ['abort', 'continue', 'quit', 'skip', 'show-current-patch', 'edit-todo'];

const begun = (use: Use): Touch[] => (has(readOptions(use.args, {}), ...begunBefore) ? [] : workTree(use));

const subcommands: Readonly<Record<string, (use: Use) => Touch[]>> = {
  push: pushTouches,
  add: (use) => {
    const options = readOptions(use.args, { long: ['chmod', 'pathspec-from-file'] });
    if (has(options, 'n', 'dry-run', 'N', 'intent-to-add')) return [];
    // With paths, these say what is meant by all.
    return options.words.length === 0 && has(options, 'A', 'all', 'u', 'update')
      ? workTree(use)
      : paths(use, options.words);
  },
  rm: (use) => {
    const options = readOptions(use.args, { long: ['pathspec-from-file'] });
    return has(options, 'n', 'dry-run', 'cached') ? [] : paths(use, options.words);
  },
  mv: (use) => {
    const options = readOptions(use.args, {});
    if (has(options, 'n', 'dry-run') || options.words.length < 2) return [];
    const sources = options.words.slice(0, -1);
    return [...files(use.folder, sources, use.by), ...placed(use.folder, sources, options.words.at(-1), false, use.by)];
  },
  restore: (use) => {
    const options = readOptions(use.args, {
      valued: 'sU',
      long: ['source', 'conflict', 'unified', 'pathspec-from-file'],
    });
    // Of what is staged alone no file changes.
    if (has(options, 'S', 'staged') && !has(options, 'W', 'worktree')) return [];
    return paths(use, options.words);
  },
  checkout,
  switch: (use) => {
    const options = readOptions(use.args, {
      valued: 'cC',
      long: ['create', 'force-create', 'orphan', 'conflict'],
    });
    return options.words.length > 0 || has(options, 'f', 'force', 'discard-changes', 'orphan') ? workTree(use) : [];
  },
  stash: (use) => {
    const [name] = use.args;
    const isBare = use.args.length === 0 || name?.startsWith('-');
    if (!isBare && (name === undefined || !['push', 'save', 'pop', 'apply', 'branch'].includes(name))) return [];
    if (!isBare && name !== 'push') return workTree(use);
    const options = readOptions(isBare ? use.args : use.args.slice(1), {
      valued: 'mU',
      long: ['message', 'unified', 'pathspec-from-file'],
    });
    return someOrAll(use, options);
  },
  reset: (use) => (has(readOptions(use.args, resetSyntax), 'hard', 'merge', 'keep') ? workTree(use) : []),
  clean: (use) => {
    const options = readOptions(use.args, { valued: 'e', long: ['exclude'] });
    return has(options, 'f', 'force') && !has(options, 'n', 'dry-run') ? someOrAll(use, options) : [];
  },
  commit: (use) => {
    const options = readOptions(use.args, commitSyntax);
    if (has(options, 'dry-run')) return [];
    return has(options, 'a', 'all') ? workTree(use) : paths(use, options.words);
  },
  merge: begun,
  rebase: begun,
  pull: (use) => (has(readOptions(use.args, {}), 'dry-run') ? [] : workTree(use)),
  revert: begun,
  'cherry-pick': begun,
  am: begun,
  apply: (use) => {
    const options = readOptions(use.args, { valued: 'pC', long: ['exclude', 'include', 'directory', 'whitespace'] });
    const onlyShows = has(options, 'check', 'stat', 'numstat', 'summary') && !has(options, 'apply');
    const onlyStages = has(options, 'cached') && !has(options, 'index');
    return onlyShows || onlyStages ? [] : workTree(use);
  },
  bisect: (use) => {
    const [name, ...rest] = use.args;
    const options = readOptions(rest, { long: ['term-old', 'term-good', 'term-new', 'term-bad'] });
    const commits = options.words.length - (options.after?.length ?? 0);
    // The rest goes on with it. Only with a bad and a good commit does a start check one out.
    return name === 'start' && commits > 1 && !has(options, 'no-checkout') ? workTree(use) : [];
  },
  worktree: ({ folder, args: [name, ...rest], by }) =>
    name === 'remove' ? files(folder, readOptions(rest, {}).words.map(asTree), `${by} remove`) : [],
};

/** Git takes the last names of a path as well: with the `/`, one that is not there is no folder of another work tree. */
const asTree = (word: string | undefined) => (word === undefined ? undefined : word.replace(/\/*$/, '/'));

const resetSyntax: Syntax = { valued: 'U', long: ['pathspec-from-file', 'unified'] };
const commitSyntax: Syntax = {
  valued: 'mFCct',
  attached: 'uS',
  long: [
    'message',
    'file',
    'reuse-message',
    'reedit-message',
    'template',
    'author',
    'date',
    'fixup',
    'squash',
    'cleanup',
    'trailer',
    'pathspec-from-file',
  ],
};

function checkout(use: Use): Touch[] {
  const options = readOptions(use.args, {
    valued: 'bBU',
    long: ['orphan', 'conflict', 'unified', 'pathspec-from-file'],
  });
  const { words, after } = options;
  if (after && after.length > 0) return paths(use, after);
  if (has(options, 'b', 'B', 'orphan')) return words.length > 0 ? workTree(use) : [];
  if (words.length > 1) {
    // The first may be a branch to take the others from. Where any is not certain, there may have been just one.
    return paths(use, words.slice(1));
  }
  const [word] = words;
  if (words.length === 0) return has(options, 'f', 'force') ? workTree(use) : [];
  if (word === undefined) return [];
  return isPathspec(word) ? paths(use, words) : workTree(use);
}

/**
 * Whether the only word of a checkout is a path rather than a branch. Git looks which of them there is; here nobody looks, so what
 * ends like the name of a file counts as one, as in `src/app.ts`, and `v1.x` as a branch.
 */
const isPathspec = (word: string): boolean => /^(\.{0,2}(\/|$)|:)|[^\d/]\.[a-z]{1,5}$/i.test(word);

/** The paths that are named, else everything. */
const someOrAll = (use: Use, { words }: Options): Touch[] => (words.length > 0 ? paths(use, words) : workTree(use));

/** What paths mean to git. */
function paths(use: Use, words: Words): Touch[] {
  return words.flatMap((word) => {
    if (word === '.' || word === './' || word === ':/' || word === ':/.') return workTree(use);
    // What is no path: git itself reads these as patterns.
    return word === undefined || /^:|[*?[\]]/.test(word) ? [] : files(use.folder, [word], use.by);
  });
}

function workTree({ folder, by }: Use): Touch[] {
  return [{ kind: 'workTree', folder, by }];
}
