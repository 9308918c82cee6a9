import { parseDuration } from '../../server/config.ts';
import { CliError, ExitCode } from '../exit.ts';
import { nearest } from './nearest.ts';
import type { Command, Variable } from './table.ts';

/** What stood on the command line for each variable that was given, by its name: the texts as they were written. */
export type Given = ReadonlyMap<string, readonly string[] | boolean>;

/** What of a command says how its variables are read. */
type Read = Pick<Command, 'name' | 'examples' | 'needsOne'> & { variables: readonly Variable[] };

/** A command line that cannot be understood: exit code 2. */
export function usageError(message: string): CliError {
  return new CliError(ExitCode.usage, 'USAGE', message);
}

/**
 * Turns the texts of a command line into the operation's variables. Only what was given is among them: defaults are
 * the server's, and what the command line fills in is filled in later.
 * @param readStdin gives all of standard input; called once at most, for the value `-` of a variable that allows it
 * @throws CliError (usage) where a value is none, or a needed one is missing
 */
export async function readVariables(
  command: Read,
  given: Given,
  readStdin: (flag: string) => Promise<string>,
): Promise<Record<string, unknown>> {
  refuseMissing(command, given);
  const variables: Record<string, unknown> = {};
  let stdinFor: Variable | undefined;
  for (const variable of command.variables) {
    const texts = given.get(variable.name);
    if (texts === undefined) continue;
    if (typeof texts === 'boolean') {
      variables[variable.name] = texts;
    } else if (variable.list) {
      variables[variable.name] = readList(variable, texts);
    } else {
      const [text = ''] = texts;
      if (variable.stdin && text === '-') {
        if (stdinFor) {
          throw usageError(
            `${termOf(stdinFor)} and ${termOf(variable)} both read standard input: only one of them can be "-".`,
          );
        }
        stdinFor = variable;
        variables[variable.name] = await readStdin(termOf(variable));
      } else {
        variables[variable.name] = readValue(variable, text);
      }
    }
  }
  return variables;
}

/** How a variable is called on the command line: `--reply-to`, or `<id>` where it needs no flag. */
export function termOf({ positional, flag }: Variable): string {
  return positional ? `<${flag}>` : `--${flag}`;
}

/** Whether the command line itself must give it: it is needed, and nothing fills it in. */
export function isMandatory({ required, fill }: Variable): boolean {
  return required && fill === undefined;
}

function refuseMissing(command: Read, given: Given): void {
  const missing = command.variables.filter((variable) => isMandatory(variable) && !given.has(variable.name));
  if (missing.length === 0) {
    if (command.needsOne !== undefined && given.size === 0) throw usageError(command.needsOne);
    return;
  }
  const terms = missing.map(termOf);
  const last = terms.pop();
  throw usageError(
    `clambake ${command.name} needs ${[terms.join(', '), last].filter(Boolean).join(' and ')}. Example: ${command.examples[0]}`,
  );
}

/**
 * Nothing at all is the empty list where the items are texts, so that `--tags ""` clears them; else it is a mistake, and so it is of
 * resources: who names none by mistake must not be told that they are free. Texts without a flag are taken whole: file names have
 * commas. So are titles of memories, beside which only numbers are parted.
 */
function readList(variable: Variable, texts: readonly string[]): (string | number)[] {
  const whole = variable.positional && variable.kind === 'string';
  if (variable.titles) return texts.flatMap((text) => readNames(variable, text));
  const items = whole ? texts : texts.flatMap(splitList);
  if (items.length === 0 && variable.resource) throw noResource(variable);
  if (items.length === 0 && variable.kind !== 'string') {
    throw usageError(`${termOf(variable)} is empty: give one or more, parted by commas.`);
  }
  return items.map((text) => readValue(variable, text));
}

function readNames(variable: Variable, text: string): string[] {
  if (text.trim() === '') throw usageError(`${termOf(variable)} is empty: give the number or the title of a memory.`);
  return /^[\s\d#,]+$/.test(text) ? splitList(text) : [text];
}

/** The items of a text: commas part them, `\,` is a comma inside one. */
function splitList(text: string): string[] {
  return text
    .split(/(?<!\\),/)
    .map((item) => item.replaceAll('\\,', ',').trim())
    .filter((item) => item !== '');
}

function readValue(variable: Variable, text: string): string | number {
  switch (variable.kind) {
    case 'enum':
      return readChoice(variable, text);
    case 'int':
      return readInt(variable, text);
    case 'duration':
      if (parseDuration(text) === undefined) {
        throw usageError(
          `"${text}" for ${termOf(variable)} is no length of time: give one such as 90s, 30m, 24h or 7d.`,
        );
      }
      return text;
    case 'id':
      if (text.trim() === '') throw usageError(`${termOf(variable)} is empty: give an id such as 42.`);
      return text.trim();
    default:
      if (variable.resource && text.trim() === '') throw noResource(variable);
      return text;
  }
}

const noResource = (variable: Variable): CliError =>
  usageError(`${termOf(variable)} is empty: name a file, a folder, or a kind and a name such as port:5432.`);

function readChoice(variable: Variable, text: string): string {
  const choices = variable.choices ?? [];
  const choice = text.trim().toLowerCase().replaceAll('-', '_');
  if (choices.includes(choice)) return choice.toUpperCase();
  const meant = nearest(choice, choices);
  throw usageError(
    `Unknown ${variable.flag} "${text}" for ${termOf(variable)}: one of ${choices.join(', ')}.${meant ? ` Did you mean ${meant}?` : ''}`,
  );
}

/** A GraphQL Int: 32 bits with a sign. */
function readInt(variable: Variable, text: string): number {
  const number = Number(text);
  if (!/^[+-]?\d+$/.test(text.trim()) || number !== (number | 0)) {
    throw usageError(`"${text}" for ${termOf(variable)} is no whole number from -2147483648 to 2147483647.`);
  }
  return number | 0;
}
