import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameResources } from '../../cli/identity/resource.ts';
import { parseResource } from '../../server/blocker/resource.ts';
import { projectName } from '../../server/place/place.ts';
import { resourceName } from '../../server/place/resource-name.ts';

const windows = process.platform === 'win32';
let folder: string;
let repository: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'clambake-resource-')));
  repository = join(folder, 'doc-db-v2');
  for (const path of ['src/db', 'docs', 'vendor/lib', '.claude'])
    mkdirSync(join(repository, path), { recursive: true });
  mkdirSync(join(folder, 'elsewhere'));
  for (const path of ['docker-compose.yml', 'src/app.ts', 'src/db/pool.ts', 'port:80']) {
    if (!windows || !path.includes(':')) writeFileSync(join(repository, path), '');
  }
  git(repository, 'init', '-q');
  git(repository, 'add', '.');
  git(repository, '-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'first');
  git(repository, 'worktree', 'add', '-q', join(folder, 'tree'));
  git(repository, 'worktree', 'add', '-q', join(repository, '.claude/inner'));
  git(join(repository, 'vendor/lib'), 'init', '-q');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (cwd: string, ...args: string[]): unknown => execFileSync('git', args, { cwd, stdio: 'ignore' });

/** The name of a resource, given in a folder of the repository by a session that registered at its root. */
const named = (text: string, from = '.', directory = repository): string =>
  resourceName(text, { cwd: join(repository, from), session: { project: 'doc-db-v2', directory } });
const outside = (path: string): string => join(folder, path).replaceAll('\\', '/');

describe('a file', () => {
  test('of the repository belongs to its project, from whatever folder it is named', () => {
    expect(named('docker-compose.yml')).toBe('doc-db-v2:docker-compose.yml');
    expect(named('app.ts', 'src')).toBe('doc-db-v2:src/app.ts');
    expect(named('../docker-compose.yml', 'src')).toBe('doc-db-v2:docker-compose.yml');
    expect(named('./db/../app.ts', 'src')).toBe('doc-db-v2:src/app.ts');
    expect(named(join(repository, 'src', 'app.ts'), 'docs')).toBe('doc-db-v2:src/app.ts');
    expect(named(' app.ts ', 'src')).toBe('doc-db-v2:src/app.ts');
  });

  test('is the same where the session registered below the root', () => {
    expect(named('../docker-compose.yml', 'src', join(repository, 'src'))).toBe('doc-db-v2:docker-compose.yml');
  });

  test('need not exist', () => {
    expect(named('db/new/file.ts', 'src')).toBe('doc-db-v2:src/db/new/file.ts');
    expect(named('none/../new.ts', 'src')).toBe('doc-db-v2:src/new.ts');
    expect(named('app.ts/below', 'src')).toBe('doc-db-v2:src/app.ts/below');
  });

  test('outside of the repository is absolute', () => {
    expect(named('../elsewhere/x')).toBe(outside('elsewhere/x'));
    expect(named(join(folder, 'doc-db-v2-copy'))).toBe(outside('doc-db-v2-copy'));
    expect(named('..hidden')).toBe('doc-db-v2:..hidden');
  });

  test('of the operator is absolute', () => {
    const cwd = join(repository, 'src');
    expect(resourceName('app.ts', { cwd, session: undefined })).toBe(outside('doc-db-v2/src/app.ts'));
    expect(resourceName('port:1', { cwd, session: undefined })).toBe('port:1');
  });

  test('may have a colon in its name behind ./, and anything else in it', () => {
    expect(named('port:80')).toBe('port:80');
    expect(named('./port:80')).toBe('doc-db-v2:port:80');
    expect(named('./a:b', 'src')).toBe('doc-db-v2:src/a:b');
    expect(named('a, b {c} $d.txt')).toBe('doc-db-v2:a, b {c} $d.txt');
  });

  test.skipIf(windows)('that links lead to is what they lead to, and .. behind a link its parent', () => {
    symlinkSync(join(repository, 'src', 'db'), join(folder, 'elsewhere', 'link'));
    expect(named(join(folder, 'elsewhere', 'link', 'pool.ts'))).toBe('doc-db-v2:src/db/pool.ts');
    expect(named('../elsewhere/link/new.ts')).toBe('doc-db-v2:src/db/new.ts');
    expect(named('../elsewhere/link/../app.ts')).toBe('doc-db-v2:src/app.ts');
    symlinkSync(folder, join(repository, 'out'));
    expect(named('out/elsewhere/x')).toBe(outside('elsewhere/x'));
    symlinkSync('loop', join(repository, 'loop'));
    expect(named('loop')).toBe('doc-db-v2:loop');
    expect(named('loop/x')).toBe('doc-db-v2:loop/x');
  });

  test('of a linked worktree is that of the repository, wherever the session registered', () => {
    const tree = join(folder, 'tree');
    const from = (cwd: string, directory: string): string =>
      resourceName('app.ts', { cwd: join(cwd, 'src'), session: { project: 'doc-db-v2', directory } });
    for (const cwd of [repository, tree, join(repository, '.claude/inner')]) {
      for (const directory of [repository, tree, join(repository, '.claude/inner')]) {
        expect(from(cwd, directory), `${cwd} from ${directory}`).toBe('doc-db-v2:src/app.ts');
      }
      expect(projectName(join(cwd, 'src'))).toBe('doc-db-v2');
    }
  });

  test('of a repository within the repository is a file of the outer one', () => {
    expect(named('lib/x.ts', 'vendor')).toBe('doc-db-v2:vendor/lib/x.ts');
    expect(named('x.ts', 'src', join(repository, 'vendor/lib'))).toBe(outside('doc-db-v2/src/x.ts'));
  });

  test('of a project with a slash in its name is known by that name, to whoever says it', () => {
    const session = { project: 'acme/app', directory: repository };
    expect(resourceName('src/app.ts', { cwd: repository, session })).toBe('acme/app:src/app.ts');
    for (const who of [session, undefined]) {
      expect(resourceName('acme/app:src/app.ts', { cwd: repository, session: who })).toBe('acme/app:src/app.ts');
    }
  });

  test('of worktrees of a bare repository belongs to one project', () => {
    const bare = join(folder, 'proj.git');
    git(folder, 'clone', '-q', '--bare', repository, bare);
    for (const tree of ['wt1', 'wt2']) git(bare, 'worktree', 'add', '-q', '-b', tree, join(folder, tree));
    const session = { project: 'proj', directory: join(folder, 'wt1') };
    for (const tree of ['wt1', 'wt2']) {
      expect(projectName(join(folder, tree, 'src'))).toBe('proj');
      expect(resourceName('src/app.ts', { cwd: join(folder, tree), session })).toBe('proj:src/app.ts');
    }
  });

  test('belongs to the project without git as well', () => {
    const directory = join(folder, 'elsewhere');
    const at = (text: string): string => resourceName(text, { cwd: directory, session: { project: 'p', directory } });
    expect(at('x')).toBe('p:x');
    // The server takes `p:/` for a drive of Windows.
    expect(at('.')).toBe('p:./');
    expect(at('..')).toBe(`${outside('')}`.replace(/\/*$/, '/'));
  });
});

describe('a folder', () => {
  test('stands for all that is below it, however it is written', () => {
    for (const text of ['src', 'src/', './src//', 'src/*', 'src/**', 'docs/../src', 'src/db/..']) {
      expect(named(text), text).toBe('doc-db-v2:src/');
    }
    expect(named('.', 'src')).toBe('doc-db-v2:src/');
    expect(named('new/', 'src')).toBe('doc-db-v2:src/new/');
    expect(named('new/**', 'src')).toBe('doc-db-v2:src/new/');
  });

  test('may be the whole repository, or the whole machine', () => {
    for (const text of ['..', '../', '../*']) expect(parseResource(named(text, 'src')).key, text).toBe('doc-db-v2:/');
    expect(parseResource(resourceName('/', { cwd: repository, session: undefined })).key).toMatch(/^:\/([a-z]:\/)?$/);
  });
});

describe('a name that is no path', () => {
  test.each([
    'port:5432',
    'docker:doc-db-v2',
    'branch:feature/x',
    'doc-db-v2:src/app.ts',
    '.dotfiles:zshrc',
    'x:1',
    'deploy:',
    '',
  ])('stays as it is: %j', (text) => expect(named(text, 'src')).toBe(text));

  test.skipIf(windows)('is a path of Windows too, with any letter and either separator', () => {
    expect(named('D:\\tools\\x')).toBe('D:\\tools\\x');
    expect(parseResource(named('d:/tools/x')).key).toBe(parseResource('D:\\Tools\\X').key);
    expect(named('./D:/x')).toBe('doc-db-v2:D:/x');
  });
});

test('composed and decomposed letters, upper and lower case, and either separator come to the same in the end', () => {
  const key = (text: string, from?: string): string => parseResource(named(text, from)).key;
  expect(key('Grüße.md'.normalize('NFD'))).toBe(key('grüße.MD'.normalize('NFC')));
  expect(key('SRC/App.ts')).toBe(key('src/app.ts'));
  expect(key('src\\app.ts')).toBe(key('src/app.ts'));
});

test('whatever is given gets a name, and one that the server gives is kept', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('/', '\\', '.', '..', ':', '*', 'a', 'src', ' ', 'é', '~', 'C') }),
  );
  fc.assert(
    fc.property(text, (given) => {
      // No argument of a command holds a NUL.
      fc.pre(!given.includes('\0'));
      const name = named(given, 'src');
      expect(name === '').toBe(given.trim() === '');
      let known: string;
      try {
        known = parseResource(name).name;
      } catch {
        // The server says what is wrong with it.
        return;
      }
      expect(named(known, 'docs')).toBe(known);
    }),
    { numRuns: 1000 },
  );
});

test('only what is marked as a resource is renamed, one by one in lists', () => {
  const variable = { kind: 'string', required: false, positional: false, description: '.' } as const;
  const variables = [
    { ...variable, name: 'resources', flag: 'resources', list: true, resource: true },
    { ...variable, name: 'resource', flag: 'resource', list: false, resource: true },
    { ...variable, name: 'subject', flag: 'subject', list: false },
    { ...variable, name: 'other', flag: 'other', list: false, resource: true },
  ];
  const standpoint = { cwd: repository, session: { project: 'p', directory: repository } };
  expect(
    nameResources({ variables }, { resources: ['src', 'port:1'], resource: 'docs', subject: 'src' }, standpoint),
  ).toEqual({ resources: ['p:src/', 'port:1'], resource: 'p:docs/', subject: 'src' });
});
