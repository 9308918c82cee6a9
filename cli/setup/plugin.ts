import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { CliError, ExitCode } from '../exit.ts';
import { type Entry, type Hooks, httpHooks, type Program, started } from './hooks.ts';

/** The files of a folder: their texts by their paths, which are written with `/`. */
export type Files = ReadonlyMap<string, string>;

/** What of the plugin is chosen. */
export interface Choice {
  program: Program;
  /** The server's address, where hooks ask it without a process of their own. */
  http: string | undefined;
  /** Whether mail wakes a session that is idle. */
  monitor: boolean;
}

const manifest = '.claude-plugin/plugin.json';
const hooksFile = 'hooks/hooks.json';
const mcpFile = '.mcp.json';
/** The monitor under a name that Claude Code does not load. */
const monitorTemplate = 'monitors/monitors.optional.json';
const monitorFile = 'monitors/monitors.json';

/**
 * The folder of the plugin in the package that a file of the command line belongs to.
 * @throws CliError where the package has none
 */
export function packagedPlugin(main: string): string {
  for (let folder = dirname(main); ; folder = dirname(folder)) {
    const found = join(folder, 'integrations', 'claude-code');
    if (existsSync(join(found, manifest))) return found;
    if (dirname(folder) === folder) break;
  }
  throw new CliError(
    ExitCode.failed,
    'PLUGIN_MISSING',
    `There is no integrations/claude-code beside ${main}, or above: this installation is not whole. Install clambake again.`,
  );
}

/** The packaged plugin as a marketplace of its own, which calls this command line by its path. */
export function marketplaceOf(folder: string, choice: Choice): Files {
  const packaged = readFiles(folder);
  const plugin = new Map(packaged);
  plugin.set(hooksFile, written({ ...parsed(packaged, hooksFile), hooks: hooksOf(folder, choice) }));
  plugin.set(mcpFile, written({ mcpServers: serversOf(folder, choice.program) }));
  plugin.delete(monitorTemplate);
  if (choice.monitor) plugin.set(monitorFile, written(monitorsOf(packaged, choice.program)));
  const { version, ...about } = parsed(packaged, manifest);
  // Claude Code looks no further than at the version, where it keeps a copy: what differs has another.
  plugin.set(manifest, written({ ...about, version: `${version}+${digest(plugin)}` }));
  const description = about.description;
  const marketplace = {
    ...{ name: 'clambake', description, owner: about.author },
    plugins: [{ name: 'clambake', source: './plugin', description }],
  };
  return new Map([
    ['.claude-plugin/marketplace.json', written(marketplace)],
    ...[...plugin].map(([path, text]) => [`plugin/${path}`, text] as const),
  ]);
}

/** The hooks of the packaged plugin, as they are chosen: what settings.json has under `hooks`. */
export function hooksOf(folder: string, { program, http }: Choice): Hooks {
  const { hooks } = parsed(readFiles(folder), hooksFile) as { hooks: Hooks };
  const local = Object.fromEntries(
    Object.entries(hooks).map(([event, groups]) => [
      event,
      groups.map((group) => ({ ...group, hooks: group.hooks.map((hook) => started(hook, program)) })),
    ]),
  );
  return http === undefined ? local : httpHooks(local, http);
}

/** The MCP servers of the packaged plugin. */
export function serversOf(folder: string, program: Program): Record<string, Entry> {
  const { mcpServers } = parsed(readFiles(folder), mcpFile) as { mcpServers: Record<string, Entry> };
  return Object.fromEntries(Object.entries(mcpServers).map(([name, entry]) => [name, started(entry, program)]));
}

function monitorsOf(packaged: Files, program: Program): unknown {
  const monitors = parsed(packaged, monitorTemplate) as unknown as { command: string }[];
  return monitors.map((monitor) => ({ ...monitor, command: program.inShell(monitor.command) }));
}

/** Every file of a folder; none where there is no folder. */
export function readFiles(folder: string): Files {
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths
      .map(
        (path) =>
          [
            path
              .slice(folder.length + 1)
              .split(sep)
              .join('/'),
            readFileSync(path, 'utf8'),
          ] as const,
      )
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Whether two folders have the same files in them. */
export const sameFiles = (one: Files, other: Files): boolean =>
  one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);

const digest = (files: Files): string =>
  createHash('sha256')
    .update(JSON.stringify([...files].sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('hex')
    .slice(0, 8);

const parsed = (files: Files, path: string): Record<string, unknown> =>
  JSON.parse(files.get(path) ?? '{}') as Record<string, unknown>;

const written = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
