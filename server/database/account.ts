import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseError } from './trouble.ts';

/** A user of the system that Postgres runs as, because it refuses to run as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Whom to run Postgres as: nobody else (undefined) unless this process is root's. For root it is the owner of the cluster
 * where there is one, else the user `postgres`, else `nobody`.
 * @param cluster the folder of the cluster, which may not exist yet
 * @throws DatabaseError where an existing cluster is root's
 */
export async function postgresAccount(cluster: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await readAccounts();
  const owner = await stat(cluster).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (owner?.uid === 0) {
    throw new DatabaseError(
      `${cluster} belongs to root, as whom Postgres refuses to run: give it to another user (chown -R postgres ${cluster}), or set CLAMBAKE_HOME to another folder.`,
    );
  }
  if (owner) {
    const name = known.find((account) => account.uid === owner.uid)?.name ?? String(owner.uid);
    return { name, uid: owner.uid, gid: owner.gid };
  }
  const find = (name: string): Account | undefined => known.find((account) => account.name === name && account.uid > 0);
  return find('postgres') ?? find('nobody') ?? { name: 'nobody', uid: 65_534, gid: 65_534 };
}

async function readAccounts(): Promise<Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/**
 * The first folder on the way to a path, from the root, that an account may not enter; undefined where it may enter all.
 * Folders that do not exist are passed over.
 */
export async function closedFolder(path: string, { uid, gid }: Account): Promise<string | undefined> {
  const way = [path];
  for (let folder = path; dirname(folder) !== folder; folder = dirname(folder)) way.unshift(dirname(folder));
  for (const folder of way) {
    const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!found) return undefined;
    const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return folder;
  }
  return undefined;
}
