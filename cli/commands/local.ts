import { type LocalCommand, shells } from '../line/table.ts';

/** Every command of `cli/commands`. */
export const localCommands: readonly LocalCommand[] = [
  {
    name: 'serve',
    group: 'Server',
    summary: 'Run the server in the foreground.',
    description:
      'Run the server in the foreground, on an embedded Postgres or on the one that DATABASE_URL names, until it is stopped.',
    examples: ['clambake serve'],
    globals: ['json'],
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'stop',
    group: 'Server',
    summary: 'End the server that runs on this machine.',
    description: 'End the server that runs on this machine. What it stored is kept.',
    examples: ['clambake stop'],
    globals: ['json', 'url'],
    load: async () => (await import('./stop.ts')).stop,
  },
  {
    name: 'token',
    group: 'Server',
    summary: "Print the server's access token.",
    description:
      "Print the server's access token, for another machine or another program. Whoever has it may do everything.",
    examples: ['clambake token'],
    globals: ['json', 'url'],
    load: async () => (await import('./token.ts')).token,
  },
  {
    name: 'protocol',
    group: 'Server',
    summary: 'Print the text to paste into a CLAUDE.md.',
    description:
      'Print the protocol: the text to paste into a CLAUDE.md, so that an instance knows how to work with others.',
    examples: ['clambake protocol >> CLAUDE.md'],
    globals: ['json'],
    load: async () => (await import('./protocol.ts')).protocol,
  },
  {
    name: 'completion',
    group: 'Server',
    summary: 'Print a completion script for a shell.',
    description: 'Print a script that completes commands, flags and their values. Load it where the shell starts.',
    examples: [
      'eval "$(clambake completion bash)"',
      'clambake completion fish > ~/.config/fish/completions/clambake.fish',
    ],
    argument: {
      name: 'shell',
      description: 'The shell to complete in.',
      choices: shells,
    },
    globals: [],
    load: async () => {
      const [{ completion }, { commands }] = await Promise.all([
        import('./completion.ts'),
        import('../generated/commands.ts'),
      ]);
      return (input) => completion(input, commands, localCommands);
    },
  },
];
