import { randomBytes } from 'node:crypto';
import { chown, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeHome } from '../home.ts';
import { type Account, closedFolder, postgresAccount } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { folderTrouble, readOptional } from './files.ts';
import { isAlive } from './process.ts';
import { type Outcome, outputTrouble, run } from './program.ts';
import { DatabaseError } from './trouble.ts';

/** The user of the embedded database, and the name of its database. */
export const embeddedName = 'clambake';

/** A cluster on disk: made, and ready to be started. */
export interface Cluster {
  /** The folder of Clambake's files. */
  home: string;
  /** The cluster itself: `<home>/postgres`. */
  folder: string;
  /** What Postgres says: `<home>/postgres.log`. */
  logFile: string;
  /** Where the password is kept: `<home>/postgres.password`, 0600. */
  passwordFile: string;
  password: string;
  binaries: Binaries;
  account: Account | undefined;
  /** Settings that take precedence over Clambake's. */
  overrides: Record<string, string>;
}

/**
 * Finds the cluster under a home, or makes it there: into a folder beside it that is renamed when it is complete, so that
 * neither a crash nor a race leaves half of one.
 * @throws DatabaseError where it cannot be used; the message says why
 */
export async function prepareCluster(home: string, overrides: Record<string, string> = {}): Promise<Cluster> {
  const folder = join(home, 'postgres');
  const account = await postgresAccount(folder);
  await openHome(home, account);
  const made = await readOptional(join(folder, 'PG_VERSION'));
  const passwordFile = join(home, 'postgres.password');
  const cluster: Cluster = {
    home,
    folder,
    logFile: join(home, 'postgres.log'),
    passwordFile,
    password: await readPassword(passwordFile, folder, made !== undefined),
    binaries: await findBinaries(home, account),
    account,
    overrides,
  };
  const brought = cluster.binaries.version;
  if (made === undefined) await initialise(cluster);
  else if (made.trim() !== brought.split('.')[0]) {
    throw new DatabaseError(
      `${folder} was made by PostgreSQL ${made.trim()}, and this Clambake brings ${brought}: use the Clambake that made it, ` +
        'or move the folder away to begin with an empty database.',
    );
  }
  return cluster;
}

async function openHome(home: string, account: Account | undefined): Promise<void> {
  try {
    makeHome(home);
  } catch (error) {
    throw folderTrouble(error, home);
  }
  if (!account) return;
  const closed = await closedFolder(home, account);
  if (closed !== undefined) {
    throw new DatabaseError(
      `Postgres refuses to run as root, and "${account.name}", whom it runs as instead, may not enter ${closed}: set CLAMBAKE_HOME to a folder it can reach, such as /var/lib/clambake, or run Clambake as an ordinary user.`,
    );
  }
}

/** Reads the password, or makes one before the first cluster; the first of two racing servers decides on it. */
async function readPassword(file: string, folder: string, hasCluster: boolean): Promise<string> {
  const known = (await readOptional(file))?.trim();
  if (known) return known;
  if (hasCluster) {
    throw new DatabaseError(
      `${file} is missing, and with it the password of the database in ${folder}: put the file back, or move the folder away to begin with an empty database.`,
    );
  }
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    // Unlike a rename, a link never replaces.
    await link(draft, file).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      // A file system without links.
      await writeFile(file, await readFile(draft), { mode: 0o600, flag: 'wx' });
    });
  } catch (error) {
    throw folderTrouble(error, file);
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

async function initialise(cluster: Cluster): Promise<void> {
  await removeAbandoned(cluster);
  const draft = `${cluster.folder}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  try {
    await writeFile(passwordFile, cluster.password, { mode: 0o600, flag: 'wx' });
    if (cluster.account) await chown(passwordFile, cluster.account.uid, cluster.account.gid);
    // Words and case follow Unicode on every platform, and sorting is the same everywhere. What still asks the C library
    // (trigrams) needs a UTF-8 locale to see more than ASCII; not every system has one of this name.
    let result: Outcome = { code: 1, output: '' };
    for (const ctype of process.platform === 'darwin' ? ['en_US.UTF-8', 'C'] : ['C.UTF-8', 'C']) {
      await rm(draft, { recursive: true, force: true });
      await mkdir(draft, { mode: 0o700 });
      if (cluster.account) await chown(draft, cluster.account.uid, cluster.account.gid);
      result = await run(cluster, cluster.binaries.initdb, [
        '-D',
        draft,
        `--username=${embeddedName}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        `--lc-ctype=${ctype}`,
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
      ]);
      if (!/invalid locale name/.test(result.output)) break;
    }
    if (result.code !== 0) throw outputTrouble('The embedded database cannot be made', result.output, cluster);
    await writeFile(join(draft, 'postgresql.conf'), "include = 'clambake.conf'\n", { flag: 'a' });
    await rename(draft, cluster.folder).catch(async (error: NodeJS.ErrnoException) => {
      // Another server made it meanwhile, with the same password.
      if ((await readOptional(join(cluster.folder, 'PG_VERSION'))) === undefined) throw error;
    });
  } catch (error) {
    throw folderTrouble(error, cluster.folder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/** Removes what an earlier start left when it was killed while it made the cluster. */
async function removeAbandoned({ home }: Cluster): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^postgres\.new-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(home, name), { recursive: true, force: true });
  }
}
