import type { CommandNode, CompoundList, PipelineNode, Statement } from 'unbash';
import { certain } from './words.ts';

/** What a shell knows while it runs. */
export interface Shell {
  /** Where it is, absolute; undefined where that is not certain. */
  folder: string | undefined;
  /** What it sets in the environment of its commands; undefined where the value is not certain. */
  variables: ReadonlyMap<string, string | undefined>;
}

/** Takes over what is certain after any one of some ways that a shell may have gone. */
export function join(shell: Shell, ways: readonly Shell[]): void {
  const [one, ...others] = ways;
  if (!one) return;
  const names = new Set(ways.flatMap(({ variables }) => [...variables.keys()]));
  const isSame = (value: (way: Shell) => string | undefined) => others.every((way) => value(way) === value(one));
  shell.folder = isSame(({ folder }) => folder) ? one.folder : undefined;
  shell.variables = new Map(
    [...names].map((name) => {
      const isEverywhere = ways.every(({ variables }) => variables.has(name));
      const isCertain = isEverywhere && isSame(({ variables }) => variables.get(name));
      return [name, isCertain ? one.variables.get(name) : undefined];
    }),
  );
}

/** What is certain after one of two ways; undefined where neither goes on. */
export function either(one: Shell | undefined, other: Shell | undefined): Shell | undefined {
  if (!one || !other) return one ?? other;
  const shell = { ...one };
  join(shell, [one, other]);
  return shell;
}

/** Whether nothing comes after a list of commands: it ends in an exit. */
export function leaves(list: CompoundList): boolean {
  const last = list.commands.at(-1);
  return last !== undefined && !last.background && ends(last.command);
}

/** Whether nothing comes after a command. */
export function ends(node: Statement['command']): boolean {
  if (node.type === 'BraceGroup') return leaves(node.body);
  const name = node.type === 'Command' && node.name && certain(node.name);
  return name === 'exit' || name === 'return' || name === 'break' || name === 'continue';
}

/** Whether the condition of an `if` holds where its last command fails. */
export function isNegated(list: CompoundList): boolean {
  const last = list.commands.at(-1)?.command;
  return last?.type === 'Pipeline' && last.prefixes.filter(({ type }) => type === 'Negation').length % 2 === 1;
}

/** Whether a command does nothing but change the folder. */
export const isChange = (node: PipelineNode | CommandNode): boolean =>
  node.type === 'Command' && node.name !== undefined && certain(node.name) === 'cd';
