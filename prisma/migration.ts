/**
 * Writes the next migration: the difference between the migrations there are and schema.prisma.
 *
 *     npx tsx prisma/migration.ts <name>     writes prisma/migrations/<time>_<name>/migration.sql
 *     npx tsx prisma/migration.ts --check    exits 1 where there is a difference
 *
 * It needs no database: the migrations are applied to an embedded one that lives as long as the script.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { startEmbedded } from '../server/database/embedded.ts';
import { openEngine } from '../server/database/engine.ts';
import { prismaFolder, readMigrations } from '../server/database/migrations.ts';

/**
 * The SQL that leads from the migrations to schema.prisma.
 * @returns undefined where they agree
 */
export async function migrationDifference(url: string): Promise<string | undefined> {
  const folder = prismaFolder();
  const path = join(folder, 'schema.prisma');
  const content = await readFile(path, 'utf8');
  const { engine, close } = await openEngine(url, content);
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...(await readMigrations(join(folder, 'migrations'))) },
      to: { tag: 'schemaDatamodel', files: [{ path, content }] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === 0 ? undefined : (stdout ?? '');
  } finally {
    await close();
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
  const name = positionals[0];
  if (!values.check && (name === undefined || !/^[a-z0-9_]{1,60}$/.test(name))) {
    console.error(
      `${name === undefined ? 'The migration has no name' : `"${name}" cannot be a migration's name`}: give one of a to z, 0 to 9 and _, or --check.`,
    );
    process.exitCode = 2;
    return;
  }
  const home = await mkdtemp(join(tmpdir(), 'clambake-migration-'));
  try {
    const embedded = await startEmbedded(home, pino({ level: 'silent' }), { settings: { fsync: 'off' } });
    const sql = await migrationDifference(embedded.url).finally(() => embedded.stop());
    if (values.check) {
      if (sql === undefined) return;
      console.error(
        `The migrations do not lead to schema.prisma (npx tsx prisma/migration.ts <name>). Missing:\n\n${sql}`,
      );
      process.exitCode = 1;
    } else if (sql === undefined) {
      console.log('The migrations lead to schema.prisma: nothing to write.');
    } else {
      const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
      const folder = join(prismaFolder(), 'migrations', `${time}_${name}`);
      await mkdir(folder);
      await writeFile(join(folder, 'migration.sql'), sql);
      console.log(join(folder, 'migration.sql'));
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) await main();
