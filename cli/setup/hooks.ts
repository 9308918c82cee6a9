/** What a hook, or an MCP server, has in common: a command in exec form. */
export interface Entry {
  command?: string;
  args?: readonly string[];
  [name: string]: unknown;
}

/** The hooks of settings.json, and of a plugin: by event, in groups that share a matcher. */
export type Hooks = Readonly<Record<string, readonly { matcher?: string; hooks: readonly Entry[] }[]>>;

/** What is called where `clambake` stands. */
export class Program {
  readonly #node: string;
  readonly #cli: string;
  readonly #options: readonly string[];

  /** @param options what goes behind every command of it, such as `--url` */
  constructor(node: string, cli: string, options: readonly string[] = []) {
    this.#node = node;
    this.#cli = cli;
    this.#options = options;
  }

  /** The words that start a command of it. */
  words(args: readonly string[]): [string, ...string[]] {
    return [this.#node, this.#cli, ...args, ...this.#options];
  }

  /** A command of it for a shell: monitors know no other form, and on Windows it is Git's shell that runs them. */
  inShell(command: string): string {
    return command.replace(/\bclambake ([a-z]+)/g, (_, name: string) => this.words([name]).map(quoted).join(' '));
  }
}

const quoted = (word: string): string => {
  const text = process.platform === 'win32' ? word.replaceAll('\\', '/') : word;
  return /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
};

/** An entry that starts `clambake`, with the program by its path instead. Others are left as they are. */
export function started(entry: Entry, program: Program): Entry {
  if (entry.command !== 'clambake') return entry;
  const [command, ...args] = program.words(entry.args ?? []);
  return { ...entry, command, args };
}

/** Of SessionStart Claude Code allows no http hook; the others register or end the session, which this machine has to keep a record of. */
const withoutHttp = ['SessionStart', 'UserPromptSubmit', 'SessionEnd'];

/** The same hooks as requests to a server, which cost no process. Its token is in the environment of Claude Code, never in here. */
export function httpHooks(hooks: Hooks, url: string): Hooks {
  return Object.fromEntries(
    Object.entries(hooks).map(([event, groups]) => [
      event,
      withoutHttp.includes(event)
        ? groups
        : groups.map((group) => ({ ...group, hooks: group.hooks.map(({ timeout }) => request(event, url, timeout)) })),
    ]),
  );
}

const request = (event: string, url: string, timeout: unknown): Entry => ({
  ...{ type: 'http', url: `${url}/hooks/${event}` },
  headers: { Authorization: 'Bearer $CLAMBAKE_TOKEN', 'Clambake-Session': '$CLAMBAKE_SESSION' },
  ...{ allowedEnvVars: ['CLAMBAKE_TOKEN', 'CLAMBAKE_SESSION'], timeout },
});
