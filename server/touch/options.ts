import type { Words } from './call.ts';

/** How a program reads its options. */
export interface Syntax {
  /** Letters that take a value: the rest of the word, or the next one. */
  valued?: string;
  /** Letters whose value, if any, is the rest of the word. */
  attached?: string;
  /** Long names that take a value: after `=`, or the next word. */
  long?: readonly string[];
  /** Options end at the first word that is none. */
  first?: boolean;
}

/** Arguments, taken apart. */
export interface Options {
  /** Names of all options without their dashes. */
  flags: ReadonlySet<string>;
  /** Values by the name of the option, undefined where not certain. */
  values: ReadonlyMap<string, Words>;
  /** What is no option, whether before or after `--`. */
  words: Words;
  /** What comes after `--`; null without one. */
  after: Words | null;
}

/** Takes arguments apart. */
export function readOptions(args: Words, { valued = '', attached = '', long = [], first = false }: Syntax): Options {
  const flags = new Set<string>();
  const values = new Map<string, (string | undefined)[]>();
  const words: (string | undefined)[] = [];
  const set = (name: string, value: string | undefined) => {
    flags.add(name);
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === '--') {
      const after = args.slice(at + 1);
      return { flags, values, words: [...words, ...after], after };
    }
    if (arg === undefined || arg === '-' || !arg.startsWith('-')) {
      if (first) return { flags, values, words: args.slice(at), after: null };
      words.push(arg);
    } else if (arg.startsWith('--')) {
      const equals = arg.indexOf('=');
      if (equals !== -1) set(arg.slice(2, equals), arg.slice(equals + 1));
      else if (long.includes(arg.slice(2))) set(arg.slice(2), args[++at]);
      else flags.add(arg.slice(2));
    } else {
      for (let letter = 1; letter < arg.length; letter++) {
        const name = arg.charAt(letter);
        const rest = arg.slice(letter + 1);
        if (valued.includes(name)) set(name, rest === '' ? args[++at] : rest);
        else flags.add(name);
        if (valued.includes(name) || attached.includes(name)) break;
      }
    }
  }
  return { flags, values, words, after: null };
}

/** Whether any of some options is given. */
export const has = ({ flags }: Options, ...names: readonly string[]): boolean => names.some((name) => flags.has(name));
