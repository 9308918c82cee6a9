import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, fail, note, ok } from './check.ts';
import { missingPaths } from './hook-paths.ts';
import { claudeFolder, findPlugin, type Plugin, readObject, SpoiledFile } from './installed.ts';

/** What was found of the plugin for Claude Code. */
export interface PluginFindings {
  finding: Finding;
  /** Whether its hooks should reach the server. */
  enabled: boolean;
}

/**
 * Looks whether the plugin for Claude Code is installed and enabled for sessions in a folder, whether it is of the same
 * version, and whether what its hooks and its MCP server start is there.
 * @param version the command line's own
 */
export function checkPlugin(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  version: string,
): PluginFindings {
  const folder = claudeFolder(environment);
  try {
    const plugin = findPlugin(folder, cwd);
    if (plugin === undefined) {
      return {
        enabled: false,
        finding: note(`not installed in ${folder}`, 'Install it: `clambake setup claude-code`.'),
      };
    }
    if (!plugin.enabled) {
      const mend = `Enable it: \`claude plugin enable ${plugin.key}\`.`;
      return { enabled: false, finding: note(`${plugin.key} is installed and not enabled`, mend) };
    }
    return { enabled: true, finding: checkFiles(plugin, version, environment) };
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof SpoiledFile) && syscall === undefined) throw error;
    return { enabled: false, finding: fail(message, 'Mend what is written in it: Claude Code reads it as well.') };
  }
}

function checkFiles(
  { key, path, version: recorded }: Plugin,
  own: string,
  environment: Readonly<Record<string, string | undefined>>,
): Finding {
  // Not `setup --remove`: that leaves a marketplace alone which comes from elsewhere, and `setup` then refuses.
  const marketplace = key.slice(key.indexOf('@') + 1);
  const again = `Install it again: \`claude plugin marketplace remove ${marketplace}\`, then \`clambake setup claude-code\`.`;
  if (path === undefined) {
    return fail(`${key} is enabled and not installed`, `Install it: \`claude plugin install ${key}\`.`);
  }
  const file = join(path, 'hooks', 'hooks.json');
  if (!existsSync(file)) return fail(`${key}: ${file} is missing`, again);
  const missing = missingPaths([readObject(file), readObject(join(path, '.mcp.json'))], path, environment);
  if (missing.length > 0) return fail(`${key}: it starts what is not there: ${missing.join(', ')}`, again);

  const { version } = readObject(join(path, '.claude-plugin', 'plugin.json'));
  // What `clambake setup` has made of it stands behind a plus.
  const found = (typeof version === 'string' ? version : recorded)?.replace(/\+.*$/, '');
  if (found === own) return ok(`${key}, version ${own}`);
  return fail(
    `${key}, ${found === undefined ? 'without a version' : `version ${found}`}, and the command line is ${own}`,
    'Bring both to one version: `clambake setup claude-code`, then start the session of Claude Code anew.',
  );
}
