import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { projectName } from '../../server/place/place.ts';
import { type Repository, repositoriesAround } from '../../server/place/repository.ts';
import { truePath } from '../../server/place/true-path.ts';
import type { Session } from '../identity/session.ts';

/** The project that a repository's files belong to, and what their names begin with there: nothing, or that of a folder with `/`. */
export interface Belonging {
  project: string;
  prefix: string;
}

type Place = Pick<Session, 'project' | 'directory'>;

/**
 * Says what project the files of a work tree belong to: that of whoever asks, where it registered from this repository or from one around it
 * (as a submodule has), so that they have the names that any command gives them; else that of the latest registration from this
 * repository; else what the repository is called. All work trees of a repository are one.
 * @param asker the registration of whoever asks
 * @param sessions every registration, the latest first
 */
export function projectOf(root: string, asker: Place | undefined, sessions: readonly Place[]): Belonging {
  const around = [...repositoriesAround(root)];
  const home = asker && around.find(isHomeOf(asker));
  if (asker && home) {
    const inside = relative(truePath(home.root), truePath(root)).split(sep).join('/');
    return { project: asker.project, prefix: inside === '' ? '' : `${inside}/` };
  }
  const [here] = around;
  const from = here && sessions.find((session) => isHomeOf(session)(here));
  // Some file systems keep decomposed letters; a project's name has composed ones.
  return { project: from?.project ?? projectName(root).trim().normalize('NFC'), prefix: '' };
}

function isHomeOf({ directory }: Place): (repository: Repository) => boolean {
  // Where the folder is gone, what lies around it is another repository.
  const [home] = existsSync(directory) ? repositoriesAround(directory) : [];
  return ({ common }) => home !== undefined && truePath(home.common) === truePath(common);
}
