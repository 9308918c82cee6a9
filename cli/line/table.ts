/**
 * The table of commands: plain data that `cli/compile` makes of the operation files, and that the command line (or any
 * other front end) turns into commands. Nothing here needs a schema or a parser.
 */

/** One command: a named GraphQL operation and how people call it. */
export interface Command {
  /** The operation's name in kebab case: `UpdateMemory` is `update-memory`. */
  name: string;
  /** The heading it is listed under. */
  group: Group;
  operation: 'query' | 'mutation' | 'subscription';
  operationName: string;
  /** The first sentence of the description, for lists of commands. */
  summary: string;
  /** The operation's description without its examples. */
  description: string;
  /** Whole command lines, from lines of the description that begin with `Example:`. */
  examples: string[];
  /** The operation with its fragments, minified, without the marks that are meant for the command line only. */
  document: string;
  /** Who must ask: a registered instance, the operator, or whoever there is. */
  identity: 'instance' | 'operator' | 'any';
  variables: Variable[];
  /** Whether doing it twice does what doing it once does, so that it is asked again where no answer came. */
  repeatable: boolean;
  /** Options that the command line keeps to itself. */
  options?: LocalOption[];
  /** Response paths such as `register.token` whose values are never printed. */
  secrets: string[];
  /** Response paths such as `guard.held`: where one holds something, the command ends in the exit code for blocked. */
  blocked?: string[];
  /** Works, but is not listed. */
  hidden?: boolean;
  /** What is said where none of its variables is given, of which it needs one. */
  needsOne?: string;
}

/**
 * The headings of the list of commands, and under each the commands, in the order in which a session comes to need them. One
 * that is not named here stands at the end of its heading.
 */
export const groups = {
  Lifecycle: ['register', 'status', 'heartbeat', 'whoami', 'instances', 'projects', 'deregister'],
  Messages: [
    'inbox',
    'read',
    'send',
    'blockers',
    'guard',
    'release',
    'during',
    'watch',
    'message',
    'messages',
    'receipts',
  ],
  Memory: [
    'recall',
    'remember',
    'update-memory',
    'memory',
    'history',
    'restore',
    'link',
    'unlink',
    'graph',
    'export',
    'import',
  ],
  'Work log': ['log', 'logs', 'activity'],
  Server: ['serve', 'stop', 'token', 'protocol', 'setup', 'doctor', 'git-hooks', 'mcp', 'cleanup', 'completion'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Group = keyof typeof groups;

/** How the text of a flag is read. A `duration` is checked and sent as the text it was given. */
export type VariableKind = 'string' | 'int' | 'boolean' | 'enum' | 'id' | 'duration';

/** What the command line fills in by itself where the flag is not given. */
export type Fill = 'cwd' | 'session' | 'clientKey' | 'project';

/** One variable of the operation: a flag, or a positional argument. */
export interface Variable {
  name: string;
  /** The name in kebab case, without dashes in front: `replyTo` is `reply-to`. */
  flag: string;
  kind: VariableKind;
  list: boolean;
  required: boolean;
  /** The values of an enum in lower case, as people write them; sent in upper case. */
  choices?: string[];
  positional: boolean;
  description: string;
  /** The value `-` stands for what comes on standard input. */
  stdin?: boolean;
  /** What the server takes where the flag is not given: shown, never sent. */
  default?: string;
  fill?: Fill;
  /** Where it is given, the operation does something else the second time: then it is not asked again. */
  once?: boolean;
  /** It names resources: files are sent as the server calls them, whatever folder they were named from. */
  resource?: boolean;
  /** It names memories: numbers may be parted by commas, any other text is one title as it stands. */
  titles?: boolean;
  /** For so long the server may keep its answer back. */
  wait?: boolean;
}

/** An option that is no variable: the server never hears of it. */
export interface LocalOption {
  name: LocalOptionName;
  /** The name in kebab case, without dashes in front. */
  flag: string;
  /** What stands for its value in the help: `command` in `--exec <command>`; none where it has no value. */
  takes?: string;
  description: string;
}

/** The local options with a value that the command line knows to act on. */
const valued = ['exec', 'cursorFile'] as const;

/** Those that say how a result is printed, as `--json` does: of all these at most one is given. */
export const formats = ['dot', 'mermaid'] as const;
export type Format = (typeof formats)[number];

export const localOptionNames = [...valued, ...formats] as const;
export type LocalOptionName = (typeof localOptionNames)[number];

/** Whether a local option has a value. */
export const takesValue = (name: LocalOptionName): boolean => (valued as readonly string[]).includes(name);

/** The local options that a command line gave, by their names. */
export type LocalOptions = { readonly [Name in (typeof valued)[number]]?: string } & {
  readonly [Name in Format]?: true;
};

/** The options that every command has. */
export interface Globals {
  /** Print the operation's result as JSON and nothing else. */
  json: boolean;
  /** The id of the instance to act as. */
  as?: string;
  /** The address of the server, instead of the one in the environment. */
  url?: string;
}

/** What a local command is given. */
export interface LocalInput {
  globals: Globals;
  /** The values of the row's flags that were given, by their names: read and checked as those of operations are. */
  values: Readonly<Record<string, unknown>>;
  /** The positional arguments as they were written, already checked against the row's choices. */
  args: string[];
  /** What stood behind `--`, as it was written. */
  rest: string[];
}

/** The positional argument of a local command. */
export interface LocalArgument {
  name: string;
  description: string;
  /** What it can be; anything where there are none. */
  choices?: readonly string[];
  /** There may be several, or none. */
  list?: boolean;
  /** It may be left out. */
  optional?: boolean;
}

/** A row for a command that is no operation. Its code is loaded when it runs, and not before. */
export interface LocalCommand {
  name: string;
  group: Group;
  summary: string;
  description: string;
  examples: string[];
  argument?: LocalArgument;
  /** Its own flags: none of them positional, and nothing fills them in. */
  flags?: readonly Variable[];
  /** It takes what stands behind `--`, as it is, and needs it where it is not optional. */
  rest?: { name: string; description: string; optional?: boolean };
  /** Works, but is not listed. */
  hidden?: boolean;
  /** Those of the options of every command that mean something to it. The others are taken too, and do nothing. */
  globals: readonly (keyof Globals)[];
  /** Loads the command's code and gives the function that runs it to an exit code. */
  load: () => Promise<(input: LocalInput) => Promise<number>>;
}

/** The shells that there is a completion for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/** The flags of {@link Globals} and of help: no variable is named so. (`--version` is the program's alone, before any command.) */
export const globalFlags = ['json', 'as', 'url', 'help'] as const;

/** The commands that are no operation: no operation is named so. */
export const localNames = [
  'serve',
  'stop',
  'token',
  'protocol',
  'completion',
  'during',
  'during-watcher',
  'git-hooks',
  'git-hook',
  'hook',
  'mcp',
  'setup',
  'doctor',
  'export',
  'import',
  'help',
] as const;
