import { MemoryType } from '../../server/database/generated/enums.ts';
import { type LocalCommand, shells, type Variable } from '../line/table.ts';
import { tools as protocolTools } from '../protocol/tools.ts';

/** A flag of a local command: a text, where nothing else is said. */
const flag = (name: string, description: string, more: Partial<Variable> = {}): Variable => ({
  ...{ name, flag: name, kind: 'string', list: false, required: false, positional: false, description },
  ...more,
});

/** Every command of `cli/commands`. */
export const localCommands: readonly LocalCommand[] = [
  {
    name: 'during',
    group: 'Messages',
    summary: 'Warn, hold resources while a command runs, and say when it is done.',
    description:
      'Warn the others, wait for what they have against it, hold resources while a command runs, and send a done that says how it ended. ' +
      'Where somebody objects, or holds the resources, nothing is run and the exit code is 3; else it is the ' +
      "command's own: 128 and the number of a signal that ended it, 127 where it cannot be found, 126 where it cannot be run. " +
      'Should this process be killed, the command runs on: a process in the background then keeps the hold until that has ended, ' +
      'and sends the done. With --json what the command prints goes to standard error.',
    examples: [
      'clambake during --resource docker:doc-db-v2 --subject "Rebuild" -- docker compose up -d --build',
      'clambake during --resource docker-compose.yml --subject "New service" --notice 0s --wait 5m -- ./edit.sh',
    ],
    flags: [
      flag('resource', 'What nobody else may touch meanwhile.', { list: true, required: true, resource: true }),
      flag('subject', 'One line that says what it is about.', { required: true }),
      flag('body', 'What else there is to say about it.'),
      flag('to', 'Who is told: @all, a project or an instance.', { default: '@all' }),
      flag('notice', 'How long after the warning the others may object; 0s sends none.', {
        kind: 'duration',
        default: '10s',
      }),
      flag('wait', 'How long to wait in line for the resources.', { kind: 'duration', default: '0s' }),
      flag('for', 'How long to hold them at most.', { kind: 'duration', default: '1h' }),
    ],
    rest: { name: 'command', description: 'The command and its arguments, as they are: no shell reads them.' },
    globals: ['json', 'as', 'url'],
    load: async () => (await import('../during/during.ts')).during,
  },
  {
    name: 'during-watcher',
    group: 'Messages',
    summary: 'Send the done of a `clambake during` that was killed.',
    description:
      'Send the done of a `clambake during` that was killed. That starts it by itself, and tells it what there is to know.',
    examples: ['clambake during --help'],
    hidden: true,
    globals: [],
    load: async () => (await import('../during/watcher.ts')).watcher,
  },
  {
    name: 'export',
    group: 'Memory',
    summary: 'Write memories out, for another database or for reading.',
    description:
      'Write memories out with all their versions, authors, times and links, in whatever status: of a project, of what is global, or ' +
      'everything. As NDJSON they come back with `clambake import` just as they are; as Markdown they are for reading, with the current ' +
      'version of each. Messages are left out, and so is which messages a memory came from: they expire.',
    examples: [
      'clambake export --output memories.ndjson',
      'clambake export --project doc-db-v2 --format markdown --output MEMORIES.md',
      'clambake export | gzip > memories.ndjson.gz',
    ],
    flags: [
      flag('project', 'What belongs to this project.'),
      flag('global', 'What belongs to no project; beside a project, both.', { kind: 'boolean' }),
      flag('format', 'How it is written.', { kind: 'enum', choices: ['ndjson', 'markdown'], default: 'ndjson' }),
      flag('output', 'The file to write; standard output where none is named. It appears when it is whole.'),
      flag('force', 'Replace a file that is there.', { kind: 'boolean' }),
    ],
    globals: ['json', 'as', 'url'],
    load: async () => (await import('../transfer/export.ts')).exportMemories,
  },
  {
    name: 'import',
    group: 'Memory',
    summary: 'Read memories in: from an export, a MEMORY.md or a CLAUDE.md.',
    description:
      'Read memories in. What `clambake export` wrote comes back as it was: NDJSON with authors, times and versions, which takes the ' +
      "server's token; Markdown with the current version of each, in the name of whoever imports it. Of any other Markdown each heading " +
      'becomes a memory: what would be stored, and as what, is shown first. Importing a file twice stores it once, and an import that was ' +
      'interrupted goes on where it stopped. What is here in another form is left as it is, and said; then the exit code is 3.',
    examples: [
      'clambake import memories.ndjson',
      'clambake import CLAUDE.md --project doc-db-v2',
      'clambake import notes.md --global --type convention --yes',
    ],
    argument: { name: 'file', description: 'The file; - is standard input.' },
    flags: [
      flag('project', 'The project that foreign Markdown belongs to; that of the instance where nothing is said.'),
      flag('global', 'Foreign Markdown belongs to no project.', { kind: 'boolean' }),
      flag('type', 'What all of foreign Markdown is about, instead of what its words say.', {
        kind: 'enum',
        choices: Object.values(MemoryType).map((type) => type.toLowerCase()),
      }),
      flag('yes', 'Store foreign Markdown as it was shown, without asking.', { kind: 'boolean' }),
      flag('dry-run', 'Store nothing: show what the file holds.', { kind: 'boolean', name: 'dryRun' }),
      flag('allow-secret', 'Store what looks like a secret too, and say so in the log.', {
        kind: 'boolean',
        name: 'allowSecret',
      }),
    ],
    globals: ['json', 'as', 'url'],
    load: async () => (await import('../transfer/import.ts')).importMemories,
  },
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
      'Print the protocol: the text to paste into a CLAUDE.md, so that an instance knows how to work with others; or the one for a tool ' +
      'without hooks, which goes into its AGENTS.md or GEMINI.md.',
    examples: ['clambake protocol >> CLAUDE.md', 'clambake protocol --for codex >> AGENTS.md'],
    flags: [flag('for', 'The tool that reads it.', { kind: 'enum', choices: [...protocolTools], default: 'claude' })],
    globals: ['json'],
    load: async () => (await import('./protocol.ts')).protocol,
  },
  {
    name: 'git-hooks',
    group: 'Server',
    summary: 'Have git respect what others hold, in this repository.',
    description:
      'Put two hooks into the git repository here, or take them away. Before a push the other instances on the project are shown; it is ' +
      'stopped where one of them holds the branch (branch:main) or all of the project (its root). A commit is stopped where others hold ' +
      'a file that it changes. Where nobody can be asked within 2 s, both go on; `--no-verify` is the way around. Hooks that are there ' +
      'run first, and come back when these are removed. Where git takes its hooks from outside the repository (core.hooksPath), nothing ' +
      'is installed: other repositories take theirs from there too.',
    examples: ['clambake git-hooks install', 'clambake git-hooks remove'],
    argument: { name: 'action', description: 'What to do with them.', choices: ['install', 'remove'] },
    globals: ['json'],
    load: async () => (await import('../git/git-hooks.ts')).gitHooks,
  },
  {
    name: 'git-hook',
    group: 'Server',
    summary: 'Make the check of a git hook.',
    description:
      'Make the check of a git hook, as the hooks of `clambake git-hooks install` do. What is pushed comes on standard input, as git gives ' +
      'it. Exit code 3: others hold something of it; 0: nobody does, or nobody can be asked.',
    examples: ['clambake git-hook pre-commit', 'clambake git-hook pre-push < refs'],
    argument: { name: 'hook', description: 'The hook.', choices: ['pre-push', 'pre-commit'] },
    hidden: true,
    globals: ['as', 'url'],
    load: async () => (await import('../git/git-hook.ts')).gitHook,
  },
  {
    name: 'mcp',
    group: 'Server',
    summary: 'Serve a client of the Model Context Protocol on standard input and output.',
    description:
      'Serve a client of the Model Context Protocol (MCP), such as Claude Code, which starts this command and speaks with it on standard input ' +
      "and output, as this session's instance: who that is, is looked up for each request. It passes on what the server has at /mcp, and " +
      'starts the server where that is needed. It offers the few tools that most need, or all.',
    examples: ['claude mcp add clambake -- clambake mcp', 'clambake mcp --tools all'],
    flags: [
      flag('tools', 'The tools to offer: each costs every session of a model.', {
        kind: 'enum',
        choices: ['few', 'all'],
        default: 'few',
      }),
    ],
    globals: ['as', 'url'],
    load: async () => (await import('../mcp/mcp.ts')).mcp,
  },
  {
    name: 'hook',
    group: 'Server',
    summary: 'Answer a hook of Claude Code.',
    description:
      'Answer a hook of Claude Code, whose input comes on standard input: SessionStart, UserPromptSubmit, PreToolUse, PostToolBatch, Stop or ' +
      'SessionEnd. Whatever goes wrong, nothing is said and the exit code is 0, within 2 s (CLAMBAKE_HOOK_TIMEOUT): `clambake doctor` tells of it.',
    examples: ['clambake hook SessionStart < input.json'],
    argument: { name: 'event', description: 'The event.', list: true, optional: true },
    hidden: true,
    globals: ['url'],
    load: async () => (await import('../hook/hook.ts')).hook,
  },
  {
    name: 'setup',
    group: 'Server',
    summary: 'Give a coding tool the hooks, the skill and the MCP server of Clambake.',
    description:
      'Give Claude Code the plugin of Clambake, or take it away. It is written as a marketplace of its own into the home folder, where it ' +
      'calls this command line by its path, and Claude Code is asked to install it; where `claude` is not on PATH, the commands to run are ' +
      'printed. Run again it brings the plugin up to date, with the flags that are given then. Settings of yours are not edited: --print ' +
      'prints what would go into settings.json.',
    examples: [
      'clambake setup claude-code',
      'clambake setup claude-code --print',
      'clambake setup claude-code --remove',
    ],
    argument: { name: 'tool', description: 'The tool.', choices: ['claude-code'] },
    flags: [
      flag('print', 'Print what to add to settings.json instead, and change nothing.', { kind: 'boolean' }),
      flag(
        'http',
        'Hooks ask the server over HTTP, without a process each; CLAMBAKE_TOKEN has to be set for Claude Code.',
        {
          kind: 'boolean',
        },
      ),
      flag('monitor', 'Mail wakes a session that is idle.', { kind: 'boolean' }),
      flag('remove', 'Take the plugin away.', { kind: 'boolean' }),
    ],
    globals: ['json', 'url'],
    load: async () => (await import('../setup/setup.ts')).setup,
  },
  {
    name: 'doctor',
    group: 'Server',
    summary: 'Look at every link from this shell to the database.',
    description:
      'Look at every link from this shell to the database, and at the plugin of Claude Code, and say what is wrong and how to mend it. It starts ' +
      'no server and changes nothing. Exit code 1 where something is wrong.',
    examples: ['clambake doctor', 'clambake doctor --json'],
    globals: ['json', 'as', 'url'],
    load: async () => (await import('../doctor/doctor.ts')).doctor,
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
