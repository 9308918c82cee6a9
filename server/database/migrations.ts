import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList } from '@prisma/schema-engine-wasm';

const lockfileName = 'migration_lock.toml';

/**
 * The folder `prisma/` with the schema and its migrations: beside `server/` in the source tree, at the root of the package
 * for the bundle in `dist/`.
 * @throws Error where the package was taken apart
 */
export function prismaFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'prisma');
    if (existsSync(join(candidate, 'migrations', lockfileName))) return candidate;
    if (dirname(folder) === folder) {
      throw new Error(`The folder prisma/migrations is missing above ${start}: install Clambake again.`);
    }
  }
}

/** Reads a folder of migrations as Prisma lays it out, in the order in which they are applied. */
export async function readMigrations(folder: string): Promise<MigrationList> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: folder,
    lockfile: { path: lockfileName, content: await readFile(join(folder, lockfileName), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(join(folder, name, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  };
}
