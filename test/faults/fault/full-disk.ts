import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestHome } from '../../support/home.ts';
import { type Cluster, withCluster } from '../cluster.ts';
import { type Load, underLoad } from '../load.ts';
import type { Fault, Scale } from '../outcome.ts';
import { query } from '../own-postgres.ts';
import { forget, remember } from '../remains.ts';

/** MiB: a fresh cluster with its log takes about 60. */
const size = 160;

/** No room is left under the database: sends fail and say so, and go on once there is room again. */
export const fullDisk: Fault = {
  title: 'disk full under the database',
  unavailable: () => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      return 'mounting a small file system takes root on Linux';
    return undefined;
  },
  async run(scale) {
    const home = await createTestHome();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=755`, 'tmpfs', home.path]);
    if (mounted.status !== 0) {
      await home.remove();
      throw new Error(`A small file system cannot be mounted: ${String(mounted.stderr)}`);
    }
    remember('mount', home.path);
    try {
      return await withCluster({ embedded: true, home: home.path }, async (cluster) => [
        await underLoad(
          cluster,
          // Bodies that fill the room that Postgres has already taken within a second or two.
          { fault: fullDisk.title, writers: 6, subscribers: 4, pause: 30, bytes: 8_000, within: 30_000 },
          (load) => fillRepeatedly(cluster, load, join(home.path, 'filler'), scale),
        ),
      ]);
    } finally {
      const unmounted = spawnSync('umount', [home.path]);
      if (unmounted.status !== 0) spawnSync('umount', ['--lazy', home.path]);
      forget('mount', home.path);
      await home.remove();
    }
  },
};

async function fillRepeatedly(cluster: Cluster, load: Load, filler: string, scale: Scale): Promise<void> {
  const { ledger } = load;
  const life = await lifeOf(cluster);
  for (const times = scale === 'long' ? 5 : 1; load.runs < times; load.runs += 1) {
    const failures = (): number => [...ledger.passed.values()].reduce((sum, count) => sum + count, 0);
    const before = failures();
    for (const deadline = performance.now() + 15_000; failures() < before + 5 && performance.now() < deadline; ) {
      // Again and again: Postgres may give a segment of its log back that it could not finish.
      await fill(filler);
      await sleep(50);
    }
    if (failures() === before) load.violations.push('nothing failed while the disk was full');
    await sleep(1_000);
    await rm(filler);
    const madeRoom = performance.now();
    const acknowledged = ledger.acknowledged.size;
    while (ledger.acknowledged.size === acknowledged && performance.now() < madeRoom + 60_000) await sleep(20);
    load.notes.push(`sends went on ${(performance.now() - madeRoom).toFixed()} ms after there was room`);
    await sleep(500);
  }
  for (const code of ledger.passed.keys()) {
    if (code !== 'DATABASE_UNAVAILABLE') load.violations.push(`a send failed with ${code}, not DATABASE_UNAVAILABLE`);
  }
  const named = [...ledger.said].reduce((sum, [message, n]) => sum + (/\bdisk\b.*\bfull\b/.test(message) ? n : 0), 0);
  load.notes.push(`${named} errors named the full disk`);
  const died = (await lifeOf(cluster)) !== life;
  if (died) load.notes.push('Postgres crashed and recovered');
  // One that crashed over its log has only connections that end.
  if (named === 0 && !died) load.violations.push(`no error named the disk: ${[...ledger.said.keys()].join(' ')}`);
  load.violations.push(...cluster.deaths());
}

/** Changes whenever Postgres has crashed, even where the postmaster outlived it. */
async function lifeOf({ databaseUrl }: Cluster): Promise<string | undefined> {
  const [row] = await query<{ since: string }>(
    databaseUrl,
    "select backend_start::text as since from pg_stat_activity where backend_type = 'checkpointer'",
  );
  return row?.since;
}

/** Takes all the room there is, besides what the file has already. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    for (let bytes = 2 ** 20; bytes >= 1; ) {
      const chunk = Buffer.alloc(bytes);
      try {
        const { bytesWritten } = await file.write(chunk);
        // Larger again as well: byte by byte, room that comes free meanwhile would take minutes.
        bytes = bytesWritten < bytes ? Math.floor(bytes / 2) : Math.min(2 ** 20, bytes * 2);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        bytes = Math.floor(bytes / 16);
      }
    }
  } finally {
    await file.close();
  }
}
