/** Has Claude Code itself validate the plugin and the marketplace: `npm run check:plugin`, where packages can be had. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claude, release } from './claude.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = { plugin: join(root, 'integrations', 'claude-code'), marketplace: root };

const config = await mkdtemp(join(tmpdir(), 'clambake-claude-'));
const place = { folder: config, config };
try {
  if ((await claude(['--version'], place)) !== 0) {
    console.error(`${release} cannot be installed or run here: nothing was validated.`);
    process.exitCode = 1;
  } else {
    for (const [name, folder] of Object.entries(folders)) {
      console.log(`\nThe ${name}:`);
      if ((await claude(['plugin', 'validate', folder, '--strict'], place)) !== 0) process.exitCode = 1;
    }
  }
} finally {
  await rm(config, { recursive: true, force: true });
}
