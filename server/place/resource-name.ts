import { existsSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { repositoriesAround } from './repository.ts';
import { truePath, wayInside } from './true-path.ts';

/** From where a resource is named, and by whom. */
export interface Standpoint {
  cwd: string;
  /** The project of whoever names it, and the folder it works in; undefined for the operator, to whom files belong to no project. */
  session: { project: string; directory: string } | undefined;
}

/**
 * What a person calls a resource, as the server calls it. A name with a kind or a project stays as it is (`port:5432`,
 * `doc-db-v2:src/app.ts`). Anything else is a path from the current folder: inside the repository that the session works in, or
 * another worktree of it, it becomes `project:path`, the same for every clone and machine; elsewhere it is absolute. A folder stands
 * for everything below it.
 * @param text what was given; `./a:b` is a file whose name has a colon
 */
export function resourceName(text: string, { cwd, session }: Standpoint): string {
  const given = text.trim();
  if (given === '' || isNamed(given, cwd, session?.project) || (isDrive(given) && sep === '/')) return given;
  const bare = given.replace(/[/\\]\*{1,2}$/, sep);
  // Not resolve(): `..` behind a link leads to the parent of what the link leads to.
  const path = truePath(isAbsolute(bare) ? bare : `${cwd}${sep}${bare}`);
  const end = /[/\\]$/.test(bare) || isFolder(path) ? '/' : '';
  const inside = session && pathInside(path, truePath(session.directory));
  // `p:/` would be a drive of Windows.
  if (session && inside === '') return `${session.project}:./`;
  if (session && inside !== undefined) return `${session.project}:${forward(inside)}${end}`;
  return forward(path) + (path.endsWith(sep) ? '' : end);
}

/** `kind:name` or `project:path`, and no drive of Windows. The name of a project may have a `/` in it, as a path may have a colon. */
function isNamed(text: string, cwd: string, project: string | undefined): boolean {
  if (/^[^:/\\]{2,}:|^[^:/\\]:(?![/\\]|$)/.test(text)) return true;
  if (project !== undefined && text.toLowerCase().startsWith(`${project.toLowerCase()}:`)) return !isDrive(text);
  return /^[^:./\\][^:]*[/\\][^:]*:/.test(text) && !existsSync(resolve(cwd, text));
}

/** `C:\tools`: a path of Windows, wherever it is spoken of. */
const isDrive = (text: string): boolean => /^[A-Za-z]:[/\\]/.test(text);

const forward = (path: string): string => path.split(sep).join('/');

/** Whether there is a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // It is not there, or may not be looked at: it is taken at its word.
    return false;
  }
}

/** The path from the root of the repository, or the folder without one, that a session works in; undefined where it lies outside. */
function pathInside(path: string, directory: string): string | undefined {
  const [own] = repositoriesAround(directory);
  if (!own) return wayInside(directory, path);
  for (const { root, common } of repositoriesAround(path)) {
    if (truePath(common) === truePath(own.common)) return relative(root, path);
  }
  return undefined;
}
