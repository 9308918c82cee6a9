import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * Makes the folder of every file Clambake keeps, where it is not there. Whoever writes under it calls this first.
 *
 * An ordinary user's is closed to others (0700). Root's can be entered by others, all that leads to it and was made here
 * included, whatever the umask: Postgres lives in it and runs as another user. Secrets in it are files of mode 0600.
 * @throws what the file system throws
 */
export function makeHome(home: string): void {
  const first = mkdirSync(dirname(home), { recursive: true });
  if (statSync(home, { throwIfNoEntry: false }) === undefined) mkdirSync(home, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return;
  if (first !== undefined) {
    let folder = dirname(first);
    for (const name of relative(folder, dirname(home)).split(sep)) {
      folder = join(folder, name);
      chmodSync(folder, 0o755);
    }
  }
  const { mode, uid } = statSync(home);
  if (uid === 0 && (mode & 0o001) === 0) chmodSync(home, (mode & 0o777) | 0o011);
}
