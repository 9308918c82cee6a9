import { readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { repositoriesAround } from '../place/repository.ts';
import { resourceName } from '../place/resource-name.ts';
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
        return { by, resources: namesOf(touch.path, session) };
      case 'resource':
        return { by, resources: [touch.name], ...(touch.ofProject ? { ofProject: true } : {}) };
      case 'workTree': {
        const [repository] = repositoriesAround(touch.folder);
        if (!repository) return [];
        return { by, resources: namesOf(repository.root + sep, session), worksIn: truePath(repository.root) };
      }
      default: {
        const branches = touch.branches ?? branchIn(touch.folder);
        return {
          by,
          push: true,
          resources: [...branches.map((branch) => `branch:${branch}`), wholeProject(session.project)],
        };
      }
    }
  });
}

/**
 * Names what can be named of it where the files are on another machine: by its paths as they were written, inside the folder that the session
 * registered for.
 */
export function nameFromAfar(touches: readonly Touch[], { project, directory }: Place): NamedTouch[] {
  const folder = forward(directory).replace(/\/+$/, '');
  return touches.flatMap((touch) => {
    const { kind, by } = touch;
    if (kind === 'resource') {
      return { by, resources: [touch.name], ...(touch.ofProject ? { ofProject: true } : {}) };
    }
    if (kind === 'push') {
      const branches = touch.branches ?? [];
      return { by, push: true, resources: [...branches.map((branch) => `branch:${branch}`), wholeProject(project)] };
    }
    if (kind === 'workTree') return [];
    const path = forward(touch.path);
    return { by, resources: [path.startsWith(`${folder}/`) ? `${project}:${path.slice(folder.length + 1)}` : path] };
  });
}

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

/** The branch that is checked out there; none where no branch is, or it cannot be read. */
function branchIn(folder: string): string[] {
  const [repository] = repositoriesAround(folder);
  if (!repository) return [];
  try {
    const git = join(repository.root, '.git');
    // In a linked worktree it is a file that says where.
    const own = statSync(git).isFile() ? /^gitdir: (.*\S)\s*$/.exec(readFileSync(git, 'utf8'))?.[1] : git;
    if (own === undefined) return [];
    const [, branch] =
      /^ref: refs\/heads\/(\S+)\s*$/.exec(readFileSync(join(resolve(repository.root, own), 'HEAD'), 'utf8')) ?? [];
    return branch === undefined ? [] : [branch];
  } catch {
    // It cannot be looked at: then it is not known, and git says what is wrong.
    return [];
  }
}
