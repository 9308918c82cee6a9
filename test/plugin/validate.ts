/**
 * Has Claude Code itself validate the plugin and the marketplace, by the release that is pinned here. It is installed by npx, so this is no part of
 * `npm test`: run `npm run check:plugin` where packages can be had.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const release = '@anthropic-ai/claude-code@2.1.330';
const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = { plugin: join(root, 'integrations', 'claude-code'), marketplace: root };

// npm's own program, run by this Node: npx itself is a script of the shell on Windows.
const npx = join(dirname(process.env.npm_execpath ?? ''), 'npx-cli.js');
if (process.env.npm_execpath === undefined) throw new Error('Run it by npm: npm run check:plugin.');

const home = mkdtempSync(join(tmpdir(), 'clambake-claude-'));
const env = { ...process.env, CLAUDE_CONFIG_DIR: home, DISABLE_AUTOUPDATER: '1' };
const claude = (args: string[]): number | null =>
  spawnSync(process.execPath, [npx, '-y', release, ...args], { stdio: 'inherit', env, cwd: home }).status;

try {
  if (claude(['--version']) !== 0) {
    console.error(`${release} cannot be installed or run here: nothing was validated.`);
    process.exitCode = 1;
  } else {
    for (const [name, folder] of Object.entries(folders)) {
      console.log(`\nThe ${name}:`);
      if (claude(['plugin', 'validate', folder, '--strict']) !== 0) process.exitCode = 1;
    }
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
