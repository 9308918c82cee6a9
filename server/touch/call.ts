/** What a tool call would change or make use of. */
export type Touch =
  /** `path` is absolute: the folder and the word joined as text, `..` not resolved. `unlessFolder`: if it is one, it is not touched itself. */
  | { kind: 'file'; path: string; by: string; unlessFolder?: true }
  /** As in `docker:doc-db-v2`, `service:nginx`. */
  | { kind: 'resource'; name: string; by: string; ofProject?: boolean }
  /** All files of the git work tree that `folder` lies in. */
  | { kind: 'workTree'; folder: string; by: string }
  /** `branches` null: the one checked out in `folder`. */
  | { kind: 'push'; folder: string; branches: string[] | null; by: string };

/** Words of a command, undefined where the value is not certain: that one may as well be none, or many. */
export type Words = readonly (string | undefined)[];

/** One call of a program. */
export interface Call {
  name: string;
  args: Words;
  /** Where it runs, absolute; undefined where that is not certain. */
  folder: string | undefined;
  /** What the command sets in the environment; undefined where the value is not certain. */
  variables: ReadonlyMap<string, string | undefined>;
}

/** Most touches of one tool call. */
export const mostTouches = 200;

/** The variables that say where git, Docker and Compose work. No other is kept: a script may set thousands. */
const heeded: ReadonlySet<string> = new Set([
  ...['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'COMPOSE_FILE', 'COMPOSE_PROJECT_NAME'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'CONTAINER_HOST'],
]);

/** The variables after some more are set. */
export function withSettings(
  known: Call['variables'],
  settings: readonly (readonly [name: string, value: string | undefined])[],
): Call['variables'] {
  const more = settings.filter(([name]) => heeded.has(name));
  return more.length === 0 ? known : new Map([...known, ...more]);
}

/** Longest path that any file system takes. */
const longestPath = 4096;

/** Whether a path says where it begins, on Unix or on Windows. */
export const isAbsolute = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);

/** The path that a word means in a folder; undefined where that is not certain, or where it cannot be one. */
export function pathIn(folder: string | undefined, word: string | undefined): string | undefined {
  if (word === undefined || word === '' || word.length > longestPath || word.includes('\0')) return undefined;
  if (isAbsolute(word)) return word;
  if (folder === undefined) return undefined;
  const joined = /[\\/]$/.test(folder) ? folder + word : `${folder}/${word}`;
  return joined.length > longestPath ? undefined : joined;
}

/** The last name of a path, `.` and `..` resolved; empty at the root. */
export const baseName = (path: string): string => segmentsOf(path).at(-1) ?? '';

/** The path of the folder that a file lies in. */
export const folderOf = (path: string): string => `/${segmentsOf(path).slice(0, -1).join('/')}`;

function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.split(/[\\/]/)) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

/** A touch for each word that certainly is a path. What lies in `/dev` is a device: nobody holds it. */
export function files(folder: string | undefined, words: Words, by: string): Touch[] {
  return some(words).flatMap((word) => {
    const path = pathIn(folder, word);
    return path === undefined || path.startsWith('/dev/') ? [] : [{ kind: 'file' as const, path, by }];
  });
}

/** A touch for each word that certainly names something of a kind, as in `docker:web`. */
export function resources(kind: string, words: Words, by: string): Touch[] {
  // Anything else is a pattern or a mistake.
  return some(words).flatMap((word) =>
    word !== undefined && /^[A-Za-z0-9][\w.@-]{0,254}$/.test(word)
      ? [{ kind: 'resource' as const, name: `${kind}:${word}`, by }]
      : [],
  );
}

/** Each word once, as many as count: a command may name tens of thousands. */
const some = (words: Words): Words => [...new Set(words)].slice(0, mostTouches);
