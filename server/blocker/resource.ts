import { badInput } from '../errors.ts';
import { excerpt } from '../input.ts';
import { deepest, fold, longestName, unseen } from './fold.ts';

/** Something that a blocker may hold: a file, everything below a folder, or anything that has a kind and a name. */
export interface Resource {
  /** As people read it: `doc-db-v2:src/app.ts`, `doc-db-v2:src/`, `/etc/hosts`, `C:/tools/`, `port:5432`. */
  name: string;
  /**
   * As it is compared: the scope, `:/`, the path. That of a tree ends in `/`. Two overlap where they are equal, or one is a tree and
   * the other's key begins with its.
   */
  key: string;
}

/** Most resources of one blocker, and of one question. */
export const mostResources = 500;

/** Most bytes of all their names together: every folder above one of them is looked for. */
const mostBytes = 131_072;

/**
 * Reads a resource, as in `doc-db-v2:src/app.ts`, `doc-db-v2:src/` (the tree below), `/etc/hosts`, `C:\tools`, `port:5432`, `branch:main`.
 *
 * The rule of comparison (issue: blockers that hold): Unicode NFC, no difference between upper and lower case, none in what is not
 * seen, none in dots at the end of a name. Which file system a path lies on cannot be seen from here, and some take such names for
 * one. `\` separates as `/` does; `.`, `..` and doubled separators are resolved. The name that comes out reads back as the same.
 * @throws ClambakeError BAD_INPUT: empty, too long or deep, relative, leading out of its scope, a pattern, control characters, white
 *   space around a name
 */
export function parseResource(text: string): Resource {
  const given = text.trim().normalize('NFC');
  const refuse = (why: string) => badInput('resources', `"${excerpt(text)}" is no resource: ${why}`);
  if (given === '')
    throw badInput('resources', 'A resource is empty: name a path or a kind and a name, as in port:5432.');
  if (Buffer.byteLength(given) > longestName) throw refuse(`it is longer than ${longestName} bytes.`);
  if (unseen.test(given)) throw refuse('it holds an invisible character.');
  const { scope, path } = split(given.replaceAll('\\', '/'));
  if (scope !== '' && fold(scope) === '') throw refuse('its first part cannot be seen.');
  if (path === undefined) {
    throw refuse(
      `it is relative, and the server does not know to what. Say whose it is, as in doc-db-v2:${given}, or give a kind and a name, as in port:5432.`,
    );
  }
  // Whoever writes src/** means what src/ says.
  const tree = /(^|\/)(\*{1,2})?$/.test(path);
  const segments: string[] = [];
  for (const segment of path.replace(/\*{1,2}$/, tree ? '' : '$&').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) throw refuse(`".." leads out of ${scope === '' ? 'the root' : scope}.`);
  }
  if (segments.some((segment) => segment.includes('*'))) {
    throw refuse('patterns are not understood. Name a folder with a "/" at its end for everything below it.');
  }
  if (segments.length > deepest)
    throw refuse(`it lies ${segments.length} folders deep, and ${deepest} is the deepest.`);
  const folded = segments.map(fold);
  if (segments.some((segment, index) => segment !== segment.trim() || folded[index] === '')) {
    throw refuse('a name in it begins or ends with white space, or cannot be seen.');
  }
  if (segments.length === 0 && path.trim() === '') throw refuse(`it says nothing but "${scope}".`);
  const joined = segments.join('/');
  const isDrive = scope === '' && /^[A-Z]:$/.test(joined);
  const end = (tree || isDrive) && segments.length > 0 ? '/' : '';
  return { name: nameOf(scope, joined) + end, key: `${fold(scope)}:/${folded.join('/')}${end}` };
}

/** Reads resources, each once, without those that another one covers. @throws ClambakeError BAD_INPUT */
export function parseResources(texts: readonly string[]): Resource[] {
  if (texts.length > mostResources) {
    throw badInput(
      'resources',
      `${texts.length} resources are given: at most ${mostResources} go at once. A folder with a "/" at its end covers everything below it.`,
    );
  }
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > mostBytes) {
    throw badInput('resources', `The resources have ${bytes} bytes together: at most ${mostBytes} go at once.`);
  }
  const all = new Map(texts.map((text) => parseResource(text)).map((resource) => [resource.key, resource]));
  return [...all.values()].filter(({ key }) => ![...ancestorsOf(key)].some((ancestor) => all.has(ancestor)));
}

/** What overlaps with any of some resources: found without comparing each with each. */
export class Footprint {
  /** Every key that is at the place of one of them or a tree above it, with that one. */
  readonly #places = new Map<string, Resource>();
  readonly #trees = new Map<string, Resource>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) {
      for (const key of [...samePlace(resource.key), ...ancestorsOf(resource.key)]) {
        if (!this.#places.has(key)) this.#places.set(key, resource);
      }
      if (resource.key.endsWith('/')) this.#trees.set(resource.key, resource);
    }
  }

  /** All keys that overlap, but for what lies below the trees. */
  get places(): string[] {
    return [...this.#places.keys()];
  }

  /** The keys of the trees among the resources. */
  get trees(): string[] {
    return [...this.#trees.keys()];
  }

  /** The resource that a key overlaps with; undefined where there is none. */
  find(key: string): Resource | undefined {
    const there = this.#places.get(key);
    if (there) return there;
    for (const ancestor of ancestorsOf(key)) {
      const tree = this.#trees.get(ancestor);
      if (tree) return tree;
    }
    return undefined;
  }
}

/** The keys of all trees that cover a key, itself left out. */
export function* ancestorsOf(key: string): Generator<string, void> {
  const begin = key.indexOf(':/') + 1;
  for (let at = begin; at !== -1 && at < key.length - 1; at = key.indexOf('/', at + 1)) yield key.slice(0, at + 1);
}

/** The keys that stand for the same place, be it taken as a file or as a folder. */
export function samePlace(key: string): [file: string, tree: string] {
  return [bare(key), `${bare(key)}/`];
}

const bare = (key: string): string => (key.endsWith('/') ? key.slice(0, -1) : key);

/** Everything that begins with the key of a tree sorts from it to here, in the order of bytes. */
export const endOfTree = (key: string): string => `${bare(key)}0`;

function split(text: string): { scope: string; path: string | undefined } {
  if (text.startsWith('/')) return { scope: '', path: text };
  const drive = /^([A-Za-z]):(\/.*)$/.exec(text);
  if (drive) return { scope: '', path: `/${drive[1]?.toUpperCase()}:${drive[2]}` };
  const [, scope, path] = /^([^:]+):(.*)$/.exec(text) ?? [];
  return { scope: scope?.trim() ?? '', path: scope?.trim() ? path?.trim() : undefined };
}

function nameOf(scope: string, path: string): string {
  // `p:/` would be the drive of Windows.
  const root = scope.length === 1 ? '.' : '/';
  if (scope !== '') return `${scope}:${path === '' ? root : path}`;
  return /^[A-Z]:(\/|$)/.test(path) ? path : `/${path}`;
}
