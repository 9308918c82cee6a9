import { type Call, type Words, withSettings } from './call.ts';
import { readOptions } from './options.ts';

/** A program without those that only run it, such as `sudo`. */
export interface Program extends Call {
  /** The shell itself runs it: it may change the folder. */
  isOwn: boolean;
}

/** Programs that run the one after them, as they read the words before it; undefined: not read any further. */
const wrappers: Readonly<Record<string, (args: Words) => number | undefined>> = {
  command: () => 0,
  builtin: () => 0,
  exec: () => 0,
  nohup: () => 0,
  time: () => 0,
  nice: () => 0,
  sudo: (args) => {
    const flags = args.findIndex((word) => word === undefined || !/^-[nEHSk]+$/.test(word));
    return flags === -1 ? undefined : flags + settings(args.slice(flags));
  },
  env: settings,
  timeout: ([duration]) => (duration !== undefined && /^[\d.]+[smhd]?$/.test(duration) ? 1 : undefined),
};

/** Finds the program that a call comes to; undefined where that is not certain. */
export function programOf(call: Call): Program | undefined {
  let { name, args, variables } = call;
  let isOwn = true;
  for (;;) {
    name = withoutFolder(name);
    const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
    if (!wrapper) return { name, args, variables, folder: call.folder, isOwn };
    const count = wrapper(args);
    const inner = count === undefined ? undefined : args[count];
    if (count === undefined || inner === undefined || inner.startsWith('-')) return undefined;
    isOwn &&= name === 'command' || name === 'builtin';
    // sudo takes away what is set outside of it.
    if (name === 'sudo') variables = new Map([...variables.keys()].map((key) => [key, undefined]));
    variables = withSettings(variables, args.slice(0, count).flatMap(setting));
    name = inner;
    args = args.slice(count + 1);
  }
}

/** How many words set a variable, as in `env A=b`. */
function settings(args: Words): number {
  const count = args.findIndex((word) => word === undefined || setting(word).length === 0);
  return count === -1 ? args.length : count;
}

function setting(word: string | undefined): [name: string, value: string][] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word ?? '') ?? [];
  return name === undefined || value === undefined ? [] : [[name, value]];
}

/** `/usr/bin/git` is git, `./git` may be anything. */
const withoutFolder = (name: string): string => /^\/(?:\S+\/)?s?bin\/([^/]+)$/.exec(name)?.[1] ?? name;

/** The script that a call of a shell runs, as in `bash -c 'git push'`; undefined where there is none, or it is not certain. */
export function scriptOf({ name, args }: Call): string | undefined {
  if (!['bash', 'sh', 'dash', 'zsh'].includes(name)) return undefined;
  const options = readOptions(args, { valued: 'oO', long: ['rcfile', 'init-file'], first: true });
  return options.flags.has('c') ? options.words[0] : undefined;
}

/** Where a call of `cd` or `pushd` leads, as a word; undefined where that is not certain. */
export function changeOf(args: Words): string | undefined {
  const words = args[0] === '-P' || args[0] === '-L' ? args.slice(1) : args;
  const [target, ...more] = words[0] === '--' ? words.slice(1) : words;
  return more.length > 0 || /^[-+]/.test(target ?? '') ? undefined : target;
}
