import { Argument, CommanderError, type Help, Option, Command as Parser } from 'commander';
import { argumentTerm, commandHelp, localHelp, programHelp } from './help.ts';
import { nearest } from './nearest.ts';
import type { Command, Globals, LocalCommand, LocalInput, LocalOptions } from './table.ts';
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
  const isNamed = ({ name }: { name: string }): boolean => args.includes(name);
  const someNamed = line.commands.some(isNamed) || line.locals.some(isNamed);
  for (const command of line.commands.filter((row) => !someNamed || isNamed(row))) {
    const parser = program
      .command(command.name)
      .configureHelp({ formatHelp: (_, help) => commandHelp(command, prepared(help, line)) });
    addVariables(parser, command);
    parser.action(async () => {
      const variables = await readVariables(command, givenTo(parser, command), line.readStdin);
      const options = optionsOf(parser, command);
      call = { kind: 'operation', command, variables, options, globals: globalsOf(program, parser) };
    });
  }
  for (const row of line.locals.filter((local) => !someNamed || isNamed(local))) {
    const parser = program
      .command(row.name)
      .configureHelp({ formatHelp: (_, help) => localHelp(row, prepared(help, line)) });
    if (row.argument) parser.argument(`[${row.argument.name}]`);
    addGlobals(parser);
    parser.allowExcessArguments().action(() => {
      call = {
        kind: 'local',
        row,
        input: { globals: globalsOf(program, parser), args: argumentsOf(row, parser.args) },
      };
    });
  }

  try {
    await program.parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' });
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

function addVariables(parser: Parser, command: Command): void {
  for (const variable of command.variables) {
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
  for (const { flag } of command.options ?? []) {
    parser.addOption(new Option(`--${flag} <value>`).argParser(once(`--${flag}`)));
  }
  addGlobals(parser);
  parser.allowExcessArguments();
}

function optionsOf(parser: Parser, { options = [] }: Command): LocalOptions {
  const given = options
    .filter(({ name }) => parser.getOptionValueSource(name) === 'cli')
    .map(({ name, flag, takes }) => {
      const text = String(parser.getOptionValue(name));
      if (text.trim() === '') throw usageError(`--${flag} is empty: give a ${takes}, or leave it out.`);
      return [name, text] as const;
    });
  return Object.fromEntries(given);
}

/** The texts that the command line holds for each variable. */
function givenTo(parser: Parser, command: Command): Given {
  const given = new Map<string, readonly string[] | boolean>();
  const positionals = [...parser.args];
  for (const variable of command.variables) {
    if (variable.positional) {
      const texts = positionals.splice(0, variable.list ? positionals.length : 1);
      if (texts.length > 0) given.set(variable.name, texts);
    } else if (parser.getOptionValueSource(variable.name) === 'cli') {
      const value: unknown = parser.getOptionValue(variable.name);
      given.set(variable.name, typeof value === 'boolean' ? value : [value].flat().map(String));
    }
  }
  refuseExcess(command.name, command.variables.filter((variable) => variable.positional).map(termOf), positionals);
  return given;
}

function argumentsOf({ name, argument }: LocalCommand, args: readonly string[]): string[] {
  refuseExcess(name, argument ? [`<${argument.name}>`] : [], args.slice(argument ? 1 : 0));
  if (!argument) return [];
  const [text] = args;
  const choices = argument.choices.join(', ');
  if (text === undefined) throw usageError(`clambake ${name} needs <${argument.name}>: one of ${choices}.`);
  if (!argument.choices.includes(text)) {
    const meant = nearest(text, argument.choices);
    throw usageError(`Unknown ${argument.name} "${text}": one of ${choices}.${meant ? ` Did you mean ${meant}?` : ''}`);
  }
  return [text];
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
    const names = [...commands.filter(({ hidden }) => !hidden), ...locals].map(({ name }) => name);
    const meant = nearest(given, names);
    return `Unknown command "${given}".${meant ? ` Did you mean ${meant}?` : ' `clambake --help` lists them.'}`;
  }
  if (error.code === 'commander.optionMissingArgument') return `${given.split(' ')[0]} needs a value after it.`;
  const [message = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const sentence = message.charAt(0).toUpperCase() + message.slice(1).replace(/'([^']*)'/, '"$1"');
  const meant = /\((Did you mean .*\?)\)/.exec(suggestion)?.[1];
  return `${sentence.replace(/\.$/, '')}.${meant ? ` ${meant}` : ''}`;
}
