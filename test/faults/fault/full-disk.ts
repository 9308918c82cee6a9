import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestHome } from '../../support/home.ts';
import { type Cluster, withCluster } from '../cluster.ts';
import { type Load, underLoad } from '../load.ts';
import type { Fault, Scale } from '../outcome.ts';
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
  for (const times = scale === 'long' ? 5 : 1; load.runs < times; load.runs += 1) {
    const failures = (): number => [...ledger.passed.values()].reduce((sum, count) => sum + count, 0);
    const before = failures();
    await fill(filler);
    for (const deadline = performance.now() + 15_000; failures() < before + 5 && performance.now() < deadline; ) {
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
    if (!/^[A-Z_]+$/.test(code)) load.violations.push(`a send failed without a word: ${code}`);
  }
  load.violations.push(...cluster.deaths());
}

/** Takes all the room there is. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let bytes = 2 ** 20; bytes >= 1; ) {
      const chunk = Buffer.alloc(bytes);
      try {
        const { bytesWritten } = await file.write(chunk);
        if (bytesWritten < bytes) bytes = Math.floor(bytes / 2);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        bytes = Math.floor(bytes / 16);
      }
    }
  } finally {
    await file.close();
  }
}
