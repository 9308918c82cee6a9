import { relative, sep } from 'node:path';
import { branchOf, repositoriesAround } from '../place/repository.ts';
import { isFolder, resourceName } from '../place/resource-name.ts';
import { truePath } from '../place/true-path.ts';
import { wholeProject } from '../place/whole-project.ts';
import type { Touch } from './touch.ts';

/** What a tool call would touch, as the server calls it. */
export interface NamedTouch {
  by: string;
  resources: string[];
  /** It only matters to whoever works in this folder: files in another clone are not touched by it. Absolute. */
  worksIn?: string;
  /** A push: branches have the same names in every project. */
  push?: boolean;
  /** It means something to the same project alone. */
  ofProject?: boolean;
}

/** Whose session it is: what it registered. */
export interface Place {
  project: string;
  directory: string;
}

/** Names what a tool call touches, on the machine that the files are on: links are followed and repositories found. */
export function nameTouches(touches: readonly Touch[], session: Place): NamedTouch[] {
  return touches.flatMap((touch): NamedTouch | NamedTouch[] => {
    const { by } = touch;
    switch (touch.kind) {
      case 'file':
        // Of a folder that something is put into, only that changes.
        if (touch.unlessFolder && isFolder(touch.path)) return [];
        return { by, resources: namesOf(touch.path, session) };
      case 'resource':
        return resourceOf(touch);
      case 'workTree': {
        const [repository] = repositoriesAround(touch.folder);
        if (!repository) return [];
        return { by, resources: namesOf(repository.root + sep, session), worksIn: truePath(repository.root) };
      }
      default: {
        const [repository] = touch.branches ? [] : repositoriesAround(touch.folder);
        return pushOf(touch.branches ?? [repository && branchOf(repository)], by, session);
      }
    }
  });
}

/**
 * Names what can be named of it where the files are on another machine: by its paths as they were written, inside the folder that the session
 * registered for.
 */
export function nameFromAfar(touches: readonly Touch[], session: Place): NamedTouch[] {
  const { project, directory } = session;
  const folder = forward(directory).replace(/\/+$/, '');
  return touches.flatMap((touch) => {
    const { kind, by } = touch;
    if (kind === 'resource') return resourceOf(touch);
    if (kind === 'push') return pushOf(touch.branches ?? [], by, session);
    if (kind === 'workTree') return [];
    const path = forward(touch.path);
    return { by, resources: [path.startsWith(`${folder}/`) ? `${project}:${path.slice(folder.length + 1)}` : path] };
  });
}

const resourceOf = ({ name, by, ofProject }: Extract<Touch, { kind: 'resource' }>): NamedTouch => ({
  ...{ by, resources: [name] },
  ...(ofProject ? { ofProject } : {}),
});

const pushOf = (branches: readonly (string | undefined)[], by: string, { project }: Place): NamedTouch => ({
  ...{ by, push: true },
  resources: [...branches.flatMap((branch) => (branch ? [`branch:${branch}`] : [])), wholeProject(project)],
});

const forward = (path: string): string => path.replaceAll('\\', '/');

/** The name of a file for this session and, where it lies in a repository of another project, the name that it has there. */
function namesOf(path: string, session: Place): string[] {
  const name = resourceName(path, { cwd: session.directory, session });
  if (!/^(\/|[A-Za-z]:\/)/.test(name)) return [name];
  const [repository] = repositoriesAround(path);
  if (!repository) return [name];
  const inside = relative(truePath(repository.root), truePath(path)).split(sep).join('/');
  const end = name.endsWith('/') && inside !== '' ? '/' : '';
  return [name, `${repository.name}:${inside === '' ? './' : inside}${end}`];
}
