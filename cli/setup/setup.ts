import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig } from '../../server/config.ts';
import { visibleLine } from '../../server/visible.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { json } from '../output/json.ts';
import { complain, print } from '../output/stream.ts';
import { findAddress } from '../reach/address.ts';
import { Claude, commandLine, samePlace, toInstall, toRemove, toUpdate } from './claude.ts';
import { removeFolder, writeFolder } from './folder.ts';
import { Program } from './hooks.ts';
import { type Choice, hooksOf, marketplaceOf, packagedPlugin, serversOf } from './plugin.ts';

/** What became of a setup. */
interface Outcome {
  /** The marketplace's folder. */
  folder: string;
  state: 'installed' | 'renewed' | 'unchanged' | 'removed' | 'absent';
  /** Whether Claude Code's command line is on PATH. */
  claude: boolean;
  /** The command lines that were run. */
  ran: string[];
  /** Those that somebody has to run. */
  left: string[];
  notes: string[];
}

/** `clambake setup claude-code`: gives Claude Code the plugin, or takes it away. */
export async function setup({ values, globals }: LocalInput): Promise<number> {
  const chosen = (['print', 'http', 'monitor', 'remove'] as const).filter((name) => values[name] === true);
  refuseOpposites(chosen);
  const { home, host, port } = readConfig();
  const folder = join(home, 'claude-code');
  const terminal = process.stdout.isTTY === true;
  if (chosen.includes('remove')) {
    const outcome = await remove(folder);
    await print(globals.json ? json(outcome, terminal) : text(outcome));
    return ExitCode.done;
  }
  const address = findAddress({ home, host, port }, globals.url, process.env);
  const main = realpathSync(resolve(process.argv[1] ?? ''));
  const choice: Choice = {
    program: new Program(process.execPath, main, globals.url === undefined ? [] : ['--url', address.url]),
    http: chosen.includes('http') ? address.url : undefined,
    monitor: chosen.includes('monitor'),
  };
  const source = packagedPlugin(main);
  const notes = [...environmentNotes(), ...httpNotes(choice)];
  if (chosen.includes('print')) {
    const settings = { hooks: hooksOf(source, choice) };
    const mcpServers = serversOf(source, choice.program);
    if (globals.json) await print(json({ settings, mcpServers, notes }, terminal));
    else {
      await print(json(settings, true));
      complain([...mcpNote(mcpServers), ...notes].map((line) => `${visibleLine(line)}\n`).join(''));
    }
    return ExitCode.done;
  }
  const outcome = await install(folder, source, choice);
  const whole = { ...outcome, notes };
  await print(globals.json ? json(whole, terminal) : text(whole));
  return ExitCode.done;
}

function refuseOpposites(chosen: readonly string[]): void {
  if (chosen.includes('remove') && chosen.length > 1) {
    const others = chosen.filter((name) => name !== 'remove').map((name) => `--${name}`);
    throw usageError(`--remove takes everything away: leave ${others.join(' and ')} out.`);
  }
  if (chosen.includes('print') && chosen.includes('monitor')) {
    throw usageError('--monitor needs the plugin, for settings.json has no monitors: leave --print or --monitor out.');
  }
}

async function install(folder: string, source: string, choice: Choice): Promise<Omit<Outcome, 'notes'>> {
  const claude = Claude.find();
  const known = await claude?.source();
  if (known !== undefined && !samePlace(known, folder)) throw elsewhere(known);
  const state = writeFolder(folder, marketplaceOf(source, choice));
  const commands = [...toInstall(folder), ...(known !== undefined || state !== 'installed' ? [toUpdate] : [])];
  for (const args of claude ? commands : []) await claude?.run(args);
  const lines = commands.map(commandLine);
  return { folder, state, claude: claude !== undefined, ran: claude ? lines : [], left: claude ? [] : lines };
}

async function remove(folder: string): Promise<Outcome> {
  const claude = Claude.find();
  const known = await claude?.source();
  const notes: string[] = [];
  const ran: string[] = [];
  // First, so that Claude Code never looks for a folder that is gone.
  if (claude && known !== undefined && samePlace(known, folder)) {
    await claude.run(toRemove);
    ran.push(commandLine(toRemove));
  } else if (known !== undefined) {
    notes.push(`Claude Code's marketplace "clambake" comes from ${known}, not from here: it is left as it is.`);
  }
  const state = removeFolder(folder);
  const left = !claude && state === 'removed' ? [commandLine(toRemove)] : [];
  return { folder, state, claude: claude !== undefined, ran, left, notes };
}

const elsewhere = (known: string): CliError =>
  new CliError(
    ExitCode.failed,
    'OTHER_MARKETPLACE',
    `Claude Code has a marketplace "clambake" already, from ${known}, and the plugin may come from there. Nothing was changed: ` +
      `keep that one, or run \`${commandLine(toRemove)}\` and this again.`,
  );

/** What says where Clambake is, and that Claude Code has to be told as well. */
function environmentNotes(): string[] {
  const names = ['CLAMBAKE_HOME', 'CLAMBAKE_URL', 'CLAMBAKE_HOST', 'CLAMBAKE_PORT'].filter((name) => process.env[name]);
  return names.length === 0
    ? []
    : [`Set in this shell: ${names.join(', ')}. Claude Code has to be started with the same, or hooks ask elsewhere.`];
}

const httpNotes = ({ http }: Choice): string[] =>
  http === undefined
    ? []
    : [
        `PreToolUse, PostToolBatch and Stop are requests to ${http}, with the token that CLAMBAKE_TOKEN holds in Claude Code's environment: ` +
          'start it with CLAMBAKE_TOKEN set to what `clambake token` prints.',
        'Where the server is away, Claude Code shows a "hook error" notice for each, and goes on.',
      ];

const mcpNote = (servers: ReturnType<typeof serversOf>): string[] =>
  Object.entries(servers).flatMap(([name, { command = '', args = [] }]) => [
    'This goes into settings.json: ~/.claude/settings.json for every project, .claude/settings.json for one. Nothing was changed.',
    `The MCP server is added by: ${commandLine(['mcp', 'add', '--scope', 'user', name, '--', command, ...args])}`,
  ]);

const headings: Readonly<Record<Outcome['state'], string>> = {
  installed: 'The plugin is written to',
  renewed: 'The plugin is renewed in',
  unchanged: 'The plugin is as it was in',
  removed: 'The plugin is removed from',
  absent: 'There is no plugin in',
};

function text({ folder, state, claude, ran, left, notes }: Outcome): string {
  const lines = [`${headings[state]} ${visibleLine(folder)}.`];
  if (ran.length > 0) lines.push('Claude Code was asked:', ...ran.map((line) => `  ${visibleLine(line)}`));
  if (left.length > 0) {
    lines.push(`${claude ? '' : 'claude is not on PATH: '}run this where it is:`);
    lines.push(...left.map((line) => `  ${visibleLine(line)}`));
  }
  if (ran.length > 0) lines.push('Sessions that run take it up after /reload-plugins, others when they start.');
  lines.push(...notes.map((note) => visibleLine(note)));
  return lines.map((line) => `${line}\n`).join('');
}
