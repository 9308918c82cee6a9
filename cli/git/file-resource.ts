import { deepest, fold, longestName, unseen } from '../../server/blocker/fold.ts';
import { nameOfNone, wholeProject } from '../../server/place/whole-project.ts';

/**
 * A file of a project as a resource, in the form that the server gives it: `project:path`.
 * A name that the server takes for none (with a `*` or an invisible character, too long) nobody can hold by itself: what is asked
 * then is whether the folder is held that it lies in.
 * @param path from the root of the repository, with `/`
 */
export function fileResource(project: string, path: string): string {
  if (isNameable(project, path)) return `${project}:${plain(path)}`;
  for (let folder = path; folder.includes('/'); ) {
    folder = folder.slice(0, folder.lastIndexOf('/'));
    const inside = `${folder}/${nameOfNone}`;
    if (isNameable(project, inside)) return `${project}:${plain(inside)}`;
  }
  return wholeProject(project);
}

/** What is held where such a resource is: the folder that it stands for, or itself. */
export function heldAround(resource: string): string {
  if (!resource.endsWith(nameOfNone)) return resource;
  const folder = resource.slice(0, -nameOfNone.length);
  if (!folder.endsWith(':')) return folder;
  // `c:/` would be a drive of Windows.
  return folder.length === 2 ? `${folder}.` : `${folder}/`;
}

/** As the server compares names. */
export function folded(resource: string): string {
  const [, scope = '', path = ''] = /^([^:]*:)(.*)$/s.exec(resource) ?? [];
  return fold(scope) + path.split('/').map(fold).join('/');
}

/** Whether the server reads it as one file. */
function isNameable(project: string, path: string): boolean {
  const parts = partsOf(path);
  return (
    Buffer.byteLength(`${project}:${path}`.normalize('NFC')) <= longestName &&
    parts.length <= deepest &&
    !unseen.test(path) &&
    !path.includes('*') &&
    !/[/\\]$/.test(path.trim()) &&
    parts.length > 0 &&
    parts.every((part) => part !== '..' && part === part.trim() && fold(part) !== '')
  );
}

/** The path without what the server leaves out: spaces around it, and parts that say nothing; `\` separates as `/` does. */
const plain = (path: string): string => partsOf(path).join('/');

const partsOf = (path: string): string[] =>
  path
    .normalize('NFC')
    .trim()
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.');
