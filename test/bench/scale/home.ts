import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { startEmbedded } from '../../../server/database/embedded.ts';
import { migrate } from '../../../server/database/migrate.ts';
import { makeHome } from '../../../server/home.ts';
import { forget, remember } from '../../faults/remains.ts';
import { ownHome } from '../own-home.ts';
import { Stopwatch } from './stopwatch.ts';
import { fill } from './world.ts';

/** Goes up when what is generated changes: a kept database of before is none of this. */
const generation = 2;

/** What is known of a database that was filled. */
export interface Built {
  memories: number;
  generation: number;
  /** Of each step of building it. */
  seconds: Record<string, number>;
}

/** A home with a filled embedded database, stopped. */
export interface FilledHome {
  path: string;
  built: Built;
  /** Removes it, unless it is to be kept. */
  close(): Promise<void>;
}

/**
 * Has a home whose embedded database holds so many memories.
 * @param keep a folder to keep it in, and to find it in the next time; a temporary one where it is not given
 * @throws Error where the folder holds something else
 */
export async function filledHome(memories: number, keep: string | undefined): Promise<FilledHome> {
  const home = await openHome(keep);
  try {
    const file = join(home.path, 'bench.json');
    const built = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Built) : undefined;
    if (built === undefined && existsSync(join(home.path, 'postgres'))) {
      throw new Error(
        `${home.path} holds a database that was not filled to the end, or is none of the benchmark's: remove it.`,
      );
    }
    if (built && (built.memories !== memories || built.generation !== generation)) {
      throw new Error(
        `${home.path} holds ${built.memories} memories of generation ${built.generation}, and ${memories} of generation ${generation} are wanted: remove it, or name another folder.`,
      );
    }
    return { ...home, built: built ?? (await build(home.path, memories, file)) };
  } catch (error) {
    await home.close();
    throw error;
  }
}

async function openHome(keep: string | undefined): Promise<Omit<FilledHome, 'built'>> {
  if (keep !== undefined) {
    const path = resolve(keep);
    await mkdir(join(path, '..'), { recursive: true });
    makeHome(path);
    remember('postgres', path);
    return { path, close: async () => forget('postgres', path) };
  }
  const { path, remove } = await ownHome();
  return { path, close: remove };
}

async function build(home: string, memories: number, file: string): Promise<Built> {
  console.log(`  building a database of ${memories} memories`);
  const watch = new Stopwatch();
  // Only while it is filled: measured is what the server starts itself.
  const embedded = await startEmbedded(home, pino({ level: 'warn' }), {
    settings: {
      ...{
        fsync: 'off',
        full_page_writes: 'off',
        synchronous_commit: 'off',
        max_wal_size: '8GB',
        checkpoint_timeout: '1h',
      },
      ...{
        shared_buffers: '512MB',
        work_mem: '256MB',
        maintenance_work_mem: '1GB',
        max_parallel_maintenance_workers: '2',
      },
    },
  });
  try {
    await migrate(embedded.url, pino({ level: 'warn' }));
    const pool = new pg.Pool({ connectionString: embedded.url, max: 4 });
    try {
      await fill(pool, memories, watch);
    } finally {
      await pool.end();
    }
  } finally {
    await embedded.stop();
  }
  const built: Built = { memories, generation, seconds: watch.seconds };
  await writeFile(file, `${JSON.stringify(built, null, 2)}\n`);
  return built;
}
