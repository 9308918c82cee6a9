import { Argument, CommanderError, type Help, Option, Command as Parser } from 'commander';
import { argumentTerm, commandHelp, localHelp, programHelp } from './help.ts';
import { nearest } from './nearest.ts';
import {
  type Command,
  formats,
  type Globals,
  type LocalArgument,
  type LocalCommand,
  type LocalInput,
  type LocalOptions,
  type Variable,
} from './table.ts';
import { type Given, readVariables, termOf, usageError } from './variables.ts';

/** What a command line asks for. */
export type Call =
  | {
      kind: 'operation';
      command: Command;
      variables: Record<string, unknown>;
      options: LocalOptions;
      globals: Globals;
    }
  | { kind: 'local'; row: LocalCommand; input: LocalInput }
  /** Text to print: help, or the version. */
  | { kind: 'text'; text: string };

/** What a command line is read against. */
export interface CommandLine {
  commands: readonly Command[];
  locals: readonly LocalCommand[];
  version: string;
  /** Gives all of standard input. `term` is the flag it is for. */
  readStdin: (term: string) => Promise<string>;
  /** Columns of the terminal, for help. */
  width?: number | undefined;
}

/**
 * Reads a command line.
 * @param args without the program's own name
 * @throws CliError (usage, exit code 2) where it cannot be understood: it names what was given and what would be right
 */
export async function readCommandLine(args: readonly string[], line: CommandLine): Promise<Call> {
  const { words, rest } = partRest(args, line.locals);
  let call: Call | undefined;
  let text = '';
  const program = new Parser('clambake')
    .exitOverride()
    .configureOutput({
      writeOut: (part) => {
        text += part;
      },
      // The message comes with the error.
      writeErr: () => undefined,
      getOutHelpWidth: () => line.width ?? 80,
    })
    .configureHelp({ formatHelp: (_, help) => programHelp(line.commands, line.locals, prepared(help, line)) })
    // An option after the command is the command's: `send --body --json` must not lose its text to the program.
    .enablePositionalOptions()
    .version(line.version, '-V, --version');
  addGlobals(program);

  // Thirty commands take longer to set up than one: only those whose name stands in the line are, and all where none does.
  const isNamed = ({ name }: { name: string }): boolean => words.includes(name);
  const someNamed = line.commands.some(isNamed) || line.locals.some(isNamed);
  for (const command of line.commands.filter((row) => !someNamed || isNamed(row))) {
    const parser = program
      .command(command.name)
      .configureHelp({ formatHelp: (_, help) => commandHelp(command, prepared(help, line)) });
    addVariables(parser, command.variables);
    addOptions(parser, command);
    parser.action(async () => {
      const variables = await readVariables(command, givenTo(parser, command), line.readStdin);
      const options = optionsOf(parser, command);
      const globals = globalsOf(program, parser);
      refuseTwoFormats(options, globals);
      call = { kind: 'operation', command, variables, options, globals };
    });
  }
  for (const row of line.locals.filter((local) => !someNamed || isNamed(local))) {
    const parser = program
      .command(row.name)
      .configureHelp({ formatHelp: (_, help) => localHelp(row, prepared(help, line)) });
    addVariables(parser, row.flags ?? []);
    addGlobals(parser);
    parser.allowExcessArguments().action(async () => {
      const args = argumentsOf(row, parser.args);
      const flags = { ...row, variables: row.flags ?? [] };
      const values = await readVariables(flags, flagsGivenTo(parser, flags.variables), line.readStdin);
      if (row.rest && !row.rest.optional && rest.length === 0) {
        throw usageError(`clambake ${row.name} needs a ${row.rest.name} after --. Example: ${row.examples[0]}`);
      }
      call = { kind: 'local', row, input: { globals: globalsOf(program, parser), values, args, rest } };
    });
  }

  try {
    await program.parseAsync(words.length > 0 ? words : ['--help'], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return { kind: 'text', text };
    if (error.code === 'commander.help') {
      // `clambake help` and `clambake help send` ask for it; options with no command do not.
      if (error.exitCode === 0) return { kind: 'text', text };
      throw usageError('No command is given. `clambake --help` lists them.');
    }
    throw usageError(messageOf(error, line));
  }
  if (!call) return { kind: 'text', text };
  return call;
}

/** Parts what stands behind the first `--` from the rest, where the command takes that as it is. */
function partRest(
  args: readonly string[],
  locals: readonly LocalCommand[],
): { words: readonly string[]; rest: string[] } {
  let at = 0;
  while (args[at]?.startsWith('-')) at += args[at] === '--as' || args[at] === '--url' ? 2 : 1;
  const row = locals.find(({ name }) => name === args[at]);
  const end = row?.rest ? args.indexOf('--', at) : -1;
  return end === -1 ? { words: args, rest: [] } : { words: args.slice(0, end), rest: args.slice(end + 1) };
}

function addGlobals(parser: Parser): void {
  parser
    .addOption(new Option('--json'))
    .addOption(new Option('--as <instance>').argParser(once('--as')))
    .addOption(new Option('--url <address>').argParser(once('--url')))
    .helpOption('-h, --help');
}

function globalsOf(program: Parser, parser: Parser): Globals {
  const { json, as, url } = { ...program.opts<Partial<Globals>>(), ...parser.opts<Partial<Globals>>() };
  if (as === '') throw usageError('--as is empty: give the id of an instance such as brisk-otter-4f2a.');
  return { json: json === true, ...(as === undefined ? {} : { as }), ...(url === undefined ? {} : { url }) };
}

function addVariables(parser: Parser, variables: readonly Variable[]): void {
  for (const variable of variables) {
    if (variable.positional) {
      // Whether it is needed is looked at where every missing one can be named at once.
      parser.addArgument(new Argument(argumentTerm({ ...variable, required: false })));
    } else if (variable.kind === 'boolean') {
      parser.addOption(new Option(`--${variable.flag}`));
      if (variable.default === 'true') parser.addOption(new Option(`--no-${variable.flag}`));
    } else {
      const option = new Option(`${termOf(variable)} <value>`);
      parser.addOption(variable.list ? option.argParser(collect) : option.argParser(once(termOf(variable))));
    }
  }
}

function addOptions(parser: Parser, command: Command): void {
  for (const { flag, takes } of command.options ?? []) {
    const option = new Option(takes === undefined ? `--${flag}` : `--${flag} <value>`);
    parser.addOption(takes === undefined ? option : option.argParser(once(`--${flag}`)));
  }
  addGlobals(parser);
  parser.allowExcessArguments();
}

function optionsOf(parser: Parser, { options = [] }: Command): LocalOptions {
  const given = options
    .filter(({ name }) => parser.getOptionValueSource(name) === 'cli')
    .map(({ name, flag, takes }) => {
      if (takes === undefined) return [name, true] as const;
      const text = String(parser.getOptionValue(name));
      if (text.trim() === '') throw usageError(`--${flag} is empty: give a ${takes}, or leave it out.`);
      return [name, text] as const;
    });
  return Object.fromEntries(given);
}

function refuseTwoFormats(options: LocalOptions, { json }: Globals): void {
  const given = [
    ...(json ? ['--json'] : []),
    ...formats.filter((format) => options[format]).map((format) => `--${format}`),
  ];
  if (given.length < 2) return;
  throw usageError(`${given.join(' and ')} are given: a result is printed in one way.`);
}

/** The texts that the command line holds for each variable. */
function givenTo(parser: Parser, { name, variables }: Command): Given {
  const given = flagsGivenTo(parser, variables);
  const positionals = [...parser.args];
  const positional = variables.filter((variable) => variable.positional);
  for (const variable of positional) {
    const texts = positionals.splice(0, variable.list ? positionals.length : 1);
    if (texts.length > 0) given.set(variable.name, texts);
  }
  refuseExcess(name, positional.map(termOf), positionals);
  return given;
}

function flagsGivenTo(parser: Parser, variables: readonly Variable[]): Map<string, readonly string[] | boolean> {
  const given = new Map<string, readonly string[] | boolean>();
  for (const { name, positional } of variables) {
    if (positional || parser.getOptionValueSource(name) !== 'cli') continue;
    const value: unknown = parser.getOptionValue(name);
    given.set(name, typeof value === 'boolean' ? value : [value].flat().map(String));
  }
  return given;
}

function argumentsOf({ name, argument, rest }: LocalCommand, args: readonly string[]): string[] {
  const excess = args.slice(argument?.list ? args.length : argument ? 1 : 0);
  if (rest && excess[0] !== undefined) {
    throw usageError(`"${excess[0]}" stands in front of "--": clambake ${name} takes the ${rest.name} behind it.`);
  }
  refuseExcess(name, argument ? [`<${argument.name}>`] : [], excess);
  if (!argument) return [];
  if (args.length === 0 && !argument.optional) {
    const choices = argument.choices ? `: one of ${argument.choices.join(', ')}` : '';
    throw usageError(`clambake ${name} needs <${argument.name}>${choices}.`);
  }
  for (const text of args) refuseUnknown(argument, text);
  return [...args];
}

function refuseUnknown({ name, choices }: LocalArgument, text: string): void {
  if (!choices || choices.includes(text)) return;
  const meant = nearest(text, choices);
  throw usageError(`Unknown ${name} "${text}": one of ${choices.join(', ')}.${meant ? ` Did you mean ${meant}?` : ''}`);
}

function refuseExcess(name: string, terms: readonly string[], excess: readonly string[]): void {
  const [first] = excess;
  if (first === undefined) return;
  const takes = terms.length > 0 ? `takes ${terms.join(' ')} and nothing more` : 'takes options only';
  throw usageError(
    `"${first}" is one argument too many: clambake ${name} ${takes}. A text with spaces stands in quotes.`,
  );
}

/** Takes a flag that has one value. Giving it twice would lose the first unseen. */
function once(flag: string): (text: string, before: string | undefined) => string {
  return (text, before) => {
    if (before !== undefined) throw usageError(`${flag} is given twice, "${before}" and "${text}": give it once.`);
    return text;
  };
}

function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

function prepared(help: Help, line: CommandLine): Help {
  // By default what is left of a narrow terminal beside the flags is not wrapped at all.
  help.minWidthToWrap = 20;
  help.prepareContext({ helpWidth: line.width ?? 80 });
  return help;
}

/** Commander's message in our words: a sentence, with the nearest thing that would have been right. */
function messageOf(error: CommanderError, { commands, locals }: CommandLine): string {
  const given = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  if (error.code === 'commander.unknownCommand') {
    const names = [...commands, ...locals].filter(({ hidden }) => !hidden).map(({ name }) => name);
    const meant = nearest(given, names);
    return `Unknown command "${given}".${meant ? ` Did you mean ${meant}?` : ' `clambake --help` lists them.'}`;
  }
  if (error.code === 'commander.optionMissingArgument') return `${given.split(' ')[0]} needs a value after it.`;
  const [message = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const sentence = message.charAt(0).toUpperCase() + message.slice(1).replace(/'([^']*)'/, '"$1"');
  const meant = /\((Did you mean .*\?)\)/.exec(suggestion)?.[1];
  return `${sentence.replace(/\.$/, '')}.${meant ? ` ${meant}` : ''}`;
}
