import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { findBinaries } from '../../server/database/binaries.ts';
import { percentile } from '../faults/outcome.ts';

/** What the figures were taken on. */
export interface Machine {
  processor: string;
  cores: number;
  /** Bytes. */
  memory: number;
  system: string;
  node: string;
  postgres: string;
  /** Milliseconds in the middle for 8 KiB written and flushed, as a commit does it, where temporary folders are. */
  flush: number;
  /** Milliseconds in the middle for `node -e 0`: how fast the processor is, whatever its name. */
  start: number;
}

/** Looks at the machine. */
export async function describeMachine(): Promise<Machine> {
  const [first] = cpus();
  return {
    processor: first?.model.trim() || 'unknown processor',
    cores: cpus().length,
    memory: totalmem(),
    system: process.platform,
    node: process.versions.node,
    postgres: (await findBinaries(tmpdir(), undefined)).version,
    flush: flushTime(),
    start: startTime(),
  };
}

/** npm brings no pg_test_fsync. */
function flushTime(): number {
  const folder = mkdtempSync(join(tmpdir(), 'clambake-flush-'));
  const file = openSync(join(folder, 'page'), 'w');
  const page = Buffer.alloc(8192, 1);
  try {
    const times = Array.from({ length: 200 }, () => {
      const begun = performance.now();
      writeSync(file, page, 0, page.length, 0);
      fsyncSync(file);
      return performance.now() - begun;
    });
    return percentile(times, 0.5);
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

function startTime(): number {
  const times = Array.from({ length: 9 }, () => {
    const begun = performance.now();
    spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    return performance.now() - begun;
  });
  return percentile(times, 0.5);
}

/** The machine in a line. */
export const machineLine = ({ processor, cores, memory, system, node, postgres, flush, start }: Machine): string =>
  `${cores} cores (${processor}), ${(memory / 2 ** 30).toFixed(0)} GiB of memory, ${system}, Node ${node}, PostgreSQL ${postgres}, ` +
  `8 KiB written and flushed in ${flush.toFixed(2)} ms, \`node -e 0\` in ${start.toFixed()} ms`;
