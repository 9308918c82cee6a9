import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Session } from './session.ts';

/** From where a resource is named, and by whom. */
export interface Standpoint {
  cwd: string;
  /** Whoever names it; undefined for the operator, to whom files belong to no project. */
  session: Pick<Session, 'project' | 'directory'> | undefined;
}

/**
 * What a person calls a resource, as the server calls it. A name with a kind or a project stays as it is (`port:5432`,
 * `doc-db-v2:src/app.ts`). Anything else is a path from the current folder: inside the repository that the session works in it becomes
 * `project:path`, the same for every clone and machine, elsewhere it is absolute. A folder stands for everything below it.
 * @param text what was given; `./a:b` is a file whose name has a colon
 */
export function resourceName(text: string, { cwd, session }: Standpoint): string {
  const given = text.trim();
  if (given === '' || isNamed(given)) return given;
  const path = trueName(resolve(cwd, given.replace(/\/\*{1,2}$/, '/')));
  const end = /[/\\](\*{1,2})?$/.test(given) || isFolder(path) ? '/' : '';
  if (session) {
    const inside = relative(rootOf(trueName(session.directory)), path);
    const outside = isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`);
    if (!outside) return `${session.project}:${forward(inside)}${end}`;
  }
  return forward(path) + (path.endsWith(sep) ? '' : end);
}

/** `kind:name` or `project:path`, and no drive of Windows. */
const isNamed = (text: string): boolean => /^[^:/\\.][^:/\\]+:|^[^:/\\.]:[^/\\]/.test(text);

const forward = (path: string): string => path.split(sep).join('/');

/** The path itself, whatever links led to it, as far as it exists: what is not there yet keeps the name it is given. */
function trueName(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(trueName(parent), basename(path));
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The root of the git repository that a folder lies in; the folder itself where it lies in none. */
export function rootOf(folder: string): string {
  for (let current = folder; ; current = dirname(current)) {
    if (statSync(join(current, '.git'), { throwIfNoEntry: false })) return current;
    if (dirname(current) === current) return folder;
  }
}
