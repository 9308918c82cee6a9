/** Writes the Prisma client and the types that Pothos reads, without downloading an engine. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');

// `generate` looks for the schema engine, and downloads it, but never starts it: any file that exists will do.
const { status } = spawnSync(process.execPath, [prisma, 'generate', '--no-hints'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
});
process.exitCode = status ?? 1;
