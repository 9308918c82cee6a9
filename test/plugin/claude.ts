import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';

/** The release of Claude Code that the plugin is tried with. It is installed by npx, so what needs it is no part of `npm test`. */
export const release = '@anthropic-ai/claude-code@2.1.330';

/**
 * Runs Claude Code, with what it prints printed.
 * @param folder where it runs
 * @param config where it keeps what it would keep in the user's home
 * @returns its exit code
 * @throws Error where npm does not run this script
 */
export function claude(
  args: readonly string[],
  { folder, config, env = process.env }: { folder: string; config: string; env?: NodeJS.ProcessEnv },
): Promise<number | null> {
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error('Run it by npm, as in npm run check:plugin.');
  // npm's own program, run by this Node: npx itself is a script of the shell on Windows.
  const npx = join(dirname(npm), 'npx-cli.js');
  const child = spawn(process.execPath, [npx, '-y', release, ...args], {
    cwd: folder,
    env: { ...env, CLAUDE_CONFIG_DIR: config, DISABLE_AUTOUPDATER: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}
