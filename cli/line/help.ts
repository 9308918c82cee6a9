import type { Help } from 'commander';
import {
  type Command,
  type Fill,
  type Globals,
  groups,
  type LocalArgument,
  type LocalCommand,
  type Variable,
} from './table.ts';
import { isMandatory, termOf } from './variables.ts';

/** A heading with a line for each item: what is typed, and what it means. */
type Section = [heading: string, items: [term: string, meaning: string][]];

const globalItems: Readonly<Record<keyof Globals, Section[1][number]>> = {
  json: ['--json', 'Print the result as JSON and nothing else.'],
  as: ['--as <instance>', 'Act as this instance, or as human: the operator. [CLAMBAKE_INSTANCE]'],
  url: ['--url <address>', 'Talk to the server at this address. [CLAMBAKE_URL]'],
};
const helpItem: Section[1][number] = ['-h, --help', 'Print this help.'];

/** The options that every command has. */
const everywhere: Section = ['On every command', [...Object.values(globalItems), helpItem]];

/** The help of `clambake` itself: every command that is not hidden, under its heading. */
export function programHelp(commands: readonly Command[], locals: readonly LocalCommand[], help: Help): string {
  const sections = Object.entries(groups).map(([group, order]): Section => {
    const rows = [...commands, ...locals].filter((row) => !row.hidden && row.group === group);
    return [group, inOrder(rows, order).map(({ name, summary }) => [name, summary])];
  });
  return layOut(
    'clambake <command> [options]',
    'Messages, blockers and memory for coding agents that work side by side.',
    [...sections, [everywhere[0], [...everywhere[1], ['-V, --version', 'Print the version.']]]],
    ['clambake register --project <name>', 'clambake inbox', 'clambake <command> --help'],
    help,
  );
}

/** Rows in the order of their names, the ones that it does not have behind the others. */
function inOrder<Row extends { name: string }>(rows: readonly Row[], order: readonly string[]): Row[] {
  const place = ({ name }: Row): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...rows].sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}

/** The help of a command that is an operation. */
export function commandHelp(command: Command, help: Help): string {
  const positional = command.variables.filter((variable) => variable.positional);
  // A key for repeated requests is for programs: it comes last.
  const isKey = ({ fill }: Variable): boolean => fill === 'clientKey';
  const all = command.variables.filter((variable) => !variable.positional);
  const flags = [...all.filter((variable) => !isKey(variable)), ...all.filter(isKey)];
  const mandatory = flags.filter(isMandatory);
  const options = (command.options ?? []).map(({ flag, takes, description }): [string, string] => [
    takes === undefined ? `--${flag}` : `--${flag} <${takes}>`,
    description,
  ]);
  const usage = [
    `clambake ${command.name}`,
    ...positional.map(argumentTerm),
    ...mandatory.map(flagTerm),
    ...(flags.length + options.length > mandatory.length ? ['[options]'] : []),
  ].join(' ');
  return layOut(
    usage,
    command.description,
    [
      ['Arguments', positional.map((variable) => [argumentTerm(variable), meaningOf(variable)])],
      [
        'Options',
        [...flags.map((variable): [string, string] => [flagTerm(variable), meaningOf(variable)]), ...options],
      ],
      everywhere,
    ],
    command.examples,
    help,
  );
}

/** The help of a command that is no operation. */
export function localHelp(row: LocalCommand, help: Help): string {
  const { argument, rest, flags = [] } = row;
  const mandatory = flags.filter(isMandatory);
  const argumentItems: Section[1] = argument ? [[localTerm(argument), localMeaning(argument)]] : [];
  const restTerm = rest && (rest.optional ? `[-- <${rest.name}...>]` : `-- <${rest.name}...>`);
  const usage = [
    `clambake ${row.name}`,
    ...argumentItems.map(([term]) => term),
    ...mandatory.map(flagTerm),
    ...(flags.length > mandatory.length ? ['[options]'] : []),
    ...(restTerm ? [restTerm] : []),
  ].join(' ');
  return layOut(
    usage,
    row.description,
    [
      ['Arguments', [...argumentItems, ...(rest ? [[`<${rest.name}...>`, rest.description] as [string, string]] : [])]],
      [
        'Options',
        [
          ...flags.map((flag): [string, string] => [flagTerm(flag), meaningOf(flag)]),
          ...row.globals.map((name) => globalItems[name]),
          helpItem,
        ],
      ],
    ],
    row.examples,
    help,
  );
}

function localTerm({ name, list, optional }: LocalArgument): string {
  return argumentTerm({ flag: name, list: list ?? false, required: !optional });
}

const localMeaning = ({ description, choices }: LocalArgument): string =>
  choices ? `${description} (one of ${choices.join(', ')})` : description;

/** A positional argument in a usage line. */
export function argumentTerm({ flag, list, required }: Pick<Variable, 'flag' | 'list' | 'required'>): string {
  const name = list ? `${flag}...` : flag;
  return required ? `<${name}>` : `[${name}]`;
}

/** A flag with what it takes, as the help shows it and commander reads it. */
export function flagTerm(variable: Variable): string {
  const { kind, flag, list, resource, titles } = variable;
  if (kind === 'boolean') return variable.default === 'true' ? `--no-${flag}` : `--${flag}`;
  const taken = {
    string: resource ? 'resource' : titles ? 'id|title' : 'text',
    int: 'number',
    enum: flag,
    id: 'id',
    duration: 'length',
  }[kind];
  return `${termOf(variable)} <${list ? `${taken},…` : taken}>`;
}

const fillNotes: Readonly<Record<Fill, string>> = {
  cwd: 'the current one where not given',
  session: 'CLAMBAKE_SESSION or CLAUDE_CODE_SESSION_ID where not given',
  clientKey: 'made up where not given',
  project: 'named after the current repository or folder where not given',
};

function meaningOf(variable: Variable): string {
  const notes = [
    isMandatory(variable) && !variable.positional ? 'needed' : '',
    variable.choices ? `one of ${variable.choices.join(', ')}` : '',
    variable.fill ? fillNotes[variable.fill] : '',
    variable.stdin ? '- reads standard input' : '',
    variable.titles ? 'numbers may be parted by commas; a title is taken whole' : '',
    variable.resource ? 'a file or a folder is named from the current one' : '',
    variable.kind !== 'boolean' && variable.default !== undefined ? `${variable.default} where not given` : '',
  ].filter(Boolean);
  const text =
    variable.kind === 'boolean' && variable.default === 'true'
      ? `Turns off: ${variable.description.charAt(0).toLowerCase()}${variable.description.slice(1)}`
      : variable.description;
  return notes.length > 0 ? `${text} (${notes.join('; ')})` : text;
}

function layOut(
  usage: string,
  description: string,
  sections: readonly Section[],
  examples: readonly string[],
  help: Help,
): string {
  const width = help.helpWidth ?? 80;
  const filled = sections.filter(([, items]) => items.length > 0);
  const termWidth = Math.min(28, Math.max(...filled.flatMap(([, items]) => items.map(([term]) => term.length))));
  const blocks = [
    `Usage: ${usage}`,
    help.boxWrap(description, width),
    ...filled.map(([heading, items]) =>
      [`${heading}:`, ...items.map(([term, meaning]) => help.formatItem(term, termWidth, meaning, help))].join('\n'),
    ),
    ['Examples:', ...examples.map((example) => `  ${example}`)].join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
}
