import { baseName, type Call, files, pathIn, type Touch, type Words } from './call.ts';
import { has, type Options, readOptions, type Syntax } from './options.ts';

/** The files that a program for files changes; undefined for any other program. */
export function fileTouches(call: Call): Touch[] | undefined {
  return Object.hasOwn(programs, call.name) ? programs[call.name]?.(call) : undefined;
}

const programs: Readonly<Record<string, (call: Call) => Touch[]>> = {
  tee: all({}),
  rm: all({}),
  touch: all({ valued: 'drt', long: ['date', 'reference', 'time'] }),
  truncate: all({ valued: 'rs', long: ['reference', 'size'] }),
  mv: (call) => {
    const options = readOptions(call.args, transferSyntax);
    if (asksHelp(options)) return [];
    const sources =
      options.flags.has('t') || has(options, 'target-directory') ? options.words : options.words.slice(0, -1);
    return [...files(call.folder, sources, 'mv'), ...targets(call, options)];
  },
  cp: (call) => {
    const options = readOptions(call.args, transferSyntax);
    // Then the folders of the sources are made there as well.
    return has(options, 'parents') ? [] : targets(call, options);
  },
  install: (call) => {
    const options = readOptions(call.args, installSyntax);
    // -d makes folders.
    return has(options, 'd', 'directory') ? [] : targets(call, options);
  },
  ln: (call) => {
    const options = readOptions(call.args, transferSyntax);
    const { words } = options;
    // Alone, what is linked to gets a link of its name here.
    const isAlone = words.length === 1 && !has(options, 't', 'target-directory') && !asksHelp(options);
    return isAlone ? placed(call.folder, words, '.', true, 'ln') : targets(call, options);
  },
  chmod: afterFirst('mode'),
  chown: afterFirst('owner'),
  chgrp: afterFirst('owner'),
  patch: ({ args, folder }) => {
    const options = readOptions(args, patchSyntax);
    if (asksHelp(options) || has(options, 'dry-run', 'C', 'check', 'o', 'output')) return [];
    const directory = options.values.get('d') ?? options.values.get('directory');
    return files(directory ? pathIn(folder, directory.at(-1)) : folder, options.words.slice(0, 1), 'patch');
  },
  dd: ({ args, folder }) => {
    const output = args.filter((word) => word?.startsWith('of=')).map((word) => word?.slice(3));
    return files(folder, output, 'dd');
  },
  sed: (call) => {
    const options = readOptions(call.args, sedSyntax);
    if (!has(options, 'i', 'in-place') || asksHelp(options)) return [];
    // On macOS the suffix is a word of its own. No script begins so.
    const words = /^$|^\./.test(options.words[0] ?? 'x') ? options.words.slice(1) : options.words;
    return files(call.folder, has(options, 'e', 'expression', 'f', 'file') ? words : words.slice(1), 'sed -i');
  },
  perl: (call) => {
    const options = readOptions(call.args, perlSyntax);
    if (!has(options, 'i')) return [];
    return files(call.folder, has(options, 'e', 'E') ? options.words : options.words.slice(1), 'perl -i');
  },
};

const transferSyntax: Syntax = { valued: 'St', long: ['suffix', 'target-directory', 'no-preserve'] };
const installSyntax: Syntax = {
  valued: 'Stgmo',
  long: ['suffix', 'target-directory', 'group', 'mode', 'owner', 'strip-program'],
};
const patchSyntax: Syntax = {
  valued: 'BDFVYdgioprz',
  long: [
    ...[
      'prefix',
      'ifdef',
      'fuzz',
      'version-control',
      'basename-prefix',
      'directory',
      'get',
      'input',
      'output',
      'strip',
    ],
    ...['reject-file', 'suffix', 'quoting-style', 'read-only', 'reject-format'],
  ],
};
const sedSyntax: Syntax = { valued: 'efl', attached: 'i', long: ['expression', 'file', 'line-length'] };
const perlSyntax: Syntax = { valued: 'eEI', attached: 'iMmFxDdCV', first: true };

const asksHelp = (options: Options): boolean => has(options, 'help', 'version');

/** A program whose words all are files that it changes. */
function all(syntax: Syntax): (call: Call) => Touch[] {
  return ({ name, args, folder }) => {
    const options = readOptions(args, syntax);
    if (asksHelp(options)) return [];
    // To rm, a dash is a file like any other; to these, it is the output.
    const words = name === 'rm' ? options.words : options.words.filter((word) => word !== '-');
    return files(folder, words, name);
  };
}

/** A program whose words all are files that it changes, but for the first, unless an option stands for that. */
function afterFirst(first: 'mode' | 'owner'): (call: Call) => Touch[] {
  return ({ name, args, folder }) => {
    const options = readOptions(args, { long: ['reference', 'from'] });
    if (asksHelp(options)) return [];
    // As in `chmod -x a`.
    const isMode = (word: string | undefined) =>
      first === 'mode' && /^-[rwxXstugo,=+-]+$/.test(word ?? '') && word !== '--';
    const isGiven = has(options, 'reference') || args.some(isMode);
    return files(folder, isGiven ? options.words : options.words.slice(1), name);
  };
}

/** Where a program puts its sources: at the target, or into it. */
function targets({ name, folder }: Call, options: Options): Touch[] {
  const into = options.values.get('t') ?? options.values.get('target-directory');
  if (asksHelp(options)) return [];
  if (into) return placed(folder, options.words, into.at(-1), true, name);
  if (options.words.length < 2) return [];
  const sources = has(options, 'T', 'no-target-directory') ? [] : options.words.slice(0, -1);
  return placed(folder, sources, options.words.at(-1), false, name);
}

/** The places of some sources at a target. What certainly is a folder is not itself changed: only what is put into it. */
export function placed(
  folder: string | undefined,
  sources: Words,
  target: string | undefined,
  isFolder: boolean,
  by: string,
): Touch[] {
  const path = pathIn(folder, target);
  if (path === undefined) return [];
  const names = sources.filter(
    (source) => source !== undefined && !/(^|[\\/])\.{0,2}$/.test(source.replace(/\/+$/, '')),
  );
  const inside = files(
    path,
    names.map((source) => baseName(source ?? '')),
    by,
  );
  return isFolder || /(^|[\\/])\.{0,2}$/.test(path)
    ? inside
    : [...files(folder, [target], by).map((touch) => ({ ...touch, unlessFolder: true as const })), ...inside];
}
