import { chown, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, embeddedName } from './cluster.ts';
import { folderTrouble, readOptional } from './files.ts';
import { isAlive, processState } from './process.ts';
import { outputTrouble, run } from './program.ts';

/** What `postmaster.pid` says of a running Postgres. */
export interface Postmaster {
  pid: number;
  port: number;
}

/**
 * Starts Postgres on the cluster, in a session of its own: Ctrl-C in the terminal must not reach it before the server is done.
 * @param port where it is to listen, on 127.0.0.1 only
 * @returns what went wrong, in Postgres' words; undefined when it is up
 */
export async function startPostgres(cluster: Cluster, port: number): Promise<string | undefined> {
  const { folder, logFile, account, overrides } = cluster;
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: `${buffers()}MB`,
    // No standby reads the log of changes: it can be short.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    max_wal_size: '256MB',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    // Three processes less, and on a few cores faster than handing each page to one of them.
    io_method: 'sync',
    cluster_name: embeddedName,
    ...overrides,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  try {
    await writeFile(join(folder, 'clambake.conf'), ['# Written at every start.', ...lines, ''].join('\n'));
    await writeFile(logFile, '', { flag: 'a', mode: 0o600 });
    if (account) {
      await chown(join(folder, 'clambake.conf'), account.uid, account.gid);
      await chown(logFile, account.uid, account.gid);
    }
    await trimLog(cluster);
  } catch (error) {
    throw folderTrouble(error, folder);
  }
  const { size } = await stat(logFile);
  // Recovery after a crash may take its time.
  const result = await run(cluster, cluster.binaries.pgCtl, [
    'start',
    '-D',
    folder,
    '-l',
    logFile,
    '-w',
    '-t',
    '300',
    '-s',
  ]);
  if (result.code === 0) return undefined;
  const log = (await readFile(logFile)).subarray(size).toString('utf8');
  return `${result.output}\n${log}`.trim();
}

/**
 * MiB of memory in which Postgres may keep pages: a sixteenth of what there is, from 64 to 512. It takes no more than it has
 * read. Without it each page is copied from the kernel's cache anew, and a search over 100,000 memories reads two thousand.
 */
function buffers(): number {
  // In a container less may be had than the machine has; 0 where nothing is known.
  const memory = Math.min(totalmem(), process.constrainedMemory() || totalmem());
  return Math.round(Math.min(512, Math.max(64, memory / 2 ** 20 / 16)));
}

/** Stops Postgres: running transactions are rolled back, everything committed is kept. */
export async function stopPostgres(cluster: Cluster): Promise<void> {
  const postmaster = await readPostmaster(cluster);
  if (postmaster === undefined) return;
  let said = '';
  for (const [mode, seconds] of [
    ['fast', 60],
    ['immediate', 30],
  ] as const) {
    said = (await run(cluster, cluster.binaries.pgCtl, ['stop', '-D', cluster.folder, '-m', mode, '-W', '-s'])).output;
    // pg_ctl itself would wait until there is no postmaster.pid, and the next server may have written its own by then.
    // Its file goes a moment before it does. Where a zombie cannot be told, and nobody collects it, it never goes.
    let fileGoneAt: number | undefined;
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(20)) {
      if (!isAlive(postmaster.pid)) return;
      if ((await readPostmaster(cluster))?.pid === postmaster.pid) continue;
      fileGoneAt ??= Date.now();
      if (Date.now() - fileGoneAt > 1000) return;
    }
  }
  throw outputTrouble('The embedded database cannot be stopped', said, cluster);
}

/** Empties the log of Postgres once it is beyond 16 MB; the last 1 MB stays in `postgres.log.1`. */
export async function trimLog({ logFile }: Cluster): Promise<void> {
  const { size } = await stat(logFile);
  if (size < 16 * 2 ** 20) return;
  await writeFile(`${logFile}.1`, (await readFile(logFile)).subarray(-(2 ** 20)), { mode: 0o600 });
  // Postgres appends: it goes on at the new end.
  await truncate(logFile);
}

/**
 * Where the Postgres of this cluster says it runs; undefined where none does. A file left by a crash says nothing: where
 * its process is gone Postgres replaces it.
 */
export async function readPostmaster({ folder }: Cluster): Promise<Postmaster | undefined> {
  const file = join(folder, 'postmaster.pid');
  const text = await readOptional(file);
  const [pidText, , , portText] = (text ?? '').split('\n');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const state = processState(pid);
  if (state === 'gone') return undefined;
  // Postgres would not dare to start beside a process of this number. But it may be a zombie that nobody collects, as in
  // a container without an init, or, after a restart of the machine, another program.
  if (state === 'dead' || (state.name !== undefined && state.name !== 'postgres')) {
    if ((await readOptional(file)) === text) await rm(file, { force: true });
    return undefined;
  }
  return { pid, port: Number(portText) || 0 };
}
