import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { stepsUp } from '../../server/place/place.ts';
import { parseObject } from '../reach/running.ts';

/** A file of Claude Code's that holds something else than it should. */
export class SpoiledFile extends Error {
  override name = 'SpoiledFile';
}

/** The plugin as Claude Code knows it in a folder. */
export interface Plugin {
  /** Such as `clambake@clambake`: its name, and the marketplace it came from. */
  key: string;
  /** Whether a session that starts in the folder loads it. */
  enabled: boolean;
  /** Where its files are; undefined where it is enabled and not installed. */
  path: string | undefined;
  /** The version that was installed, as the list of installed plugins has it. */
  version: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder in which Claude Code keeps its settings. */
export function claudeFolder(environment: Environment): string {
  return environment.CLAUDE_CONFIG_DIR || join(environment.HOME || environment.USERPROFILE || homedir(), '.claude');
}

/**
 * Finds the plugin in Claude Code's settings and in its list of what is installed, both for the user and for the project
 * that the folder belongs to. Of several from different marketplaces the first that is enabled counts.
 * @throws SpoiledFile, or what the file system throws
 */
export function findPlugin(folder: string, cwd: string): Plugin | undefined {
  const installed = readInstalled(folder).filter(
    ({ projectPath }) => projectPath === undefined || stepsUp(cwd, projectPath) !== undefined,
  );
  const enabled = new Map<string, boolean>();
  // A later one has the last word: the user's, the project's, and what is kept out of the project's repository.
  const projects = new Set([...installed.flatMap(({ projectPath }) => projectPath ?? []), cwd]);
  const files = [...projects].flatMap((path) =>
    ['settings.json', 'settings.local.json'].map((name) => join(path, '.claude', name)),
  );
  for (const file of [join(folder, 'settings.json'), ...files]) {
    for (const [key, value] of Object.entries(readSettings(file))) if (isOurs(key)) enabled.set(key, value === true);
  }

  const keys = new Set([...installed.map(({ key }) => key), ...enabled.keys()]);
  const plugins = [...keys].map((key) => {
    const of = installed.filter((entry) => entry.key === key);
    // The project's own goes before the user's.
    const entry = of.find(({ projectPath }) => projectPath !== undefined) ?? of[0];
    return { key, enabled: enabled.get(key) ?? false, path: entry?.path, version: entry?.version };
  });
  // One that is neither installed nor enabled has been switched off for a project.
  return plugins.find((plugin) => plugin.enabled) ?? plugins.find(({ path }) => path !== undefined);
}

interface Installed {
  key: string;
  path: string;
  version: string | undefined;
  /** Undefined where it is installed for the user, and not for one project. */
  projectPath: string | undefined;
}

/** Reads `plugins/installed_plugins.json`: each plugin has a list of installations; in its first version it had one. */
function readInstalled(folder: string): Installed[] {
  const { plugins } = readObject(join(folder, 'plugins', 'installed_plugins.json'));
  return Object.entries(objectOr(plugins))
    .filter(([key]) => isOurs(key))
    .flatMap(([key, value]) => [value].flat().map((entry) => ({ key, ...objectOr(entry) })))
    .flatMap(({ key, installPath, version, projectPath }: Record<string, unknown>) =>
      typeof installPath === 'string'
        ? { key: String(key), path: installPath, version: textOr(version), projectPath: textOr(projectPath) }
        : [],
    );
}

const readSettings = (file: string): Record<string, unknown> => objectOr(readObject(file).enabledPlugins);

/**
 * Reads a JSON file. Where there is none it is empty.
 * @throws SpoiledFile, or what the file system throws
 */
export function readObject(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    throw error;
  }
  const value = parseObject(text.replace(/^\uFEFF/, ''));
  if (value === undefined) throw new SpoiledFile(`${file} holds no JSON object`);
  return value;
}

const isOurs = (key: string): boolean => key.startsWith('clambake@');

const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const objectOr = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
