import {
  appendFile,
  chmod,
  copyFile,
  lstat,
  readdir,
  readFile,
  readlink,
  rename,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestRepository } from './git-repository.ts';

/** Nothing listens there, so nothing is checked: what counts here is which hooks run. */
const env = { CLAMBAKE_URL: 'http://127.0.0.1:9', CLAMBAKE_TOKEN: 'operator-token-0123456789' };

let repository: TestRepository;
beforeEach(async () => {
  repository = await TestRepository.create("ann's repository", env);
});
afterEach(() => repository.remove());

const hooks = (folder = '.git/hooks'): string => join(repository.root, folder);
/** Every hook there is, without git's samples, with its text and whether it can be run. */
async function state(folder = hooks()): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.sample')).sort();
  const entries = names.map(async (name) => {
    const path = join(folder, name);
    const found = await lstat(path);
    const text = found.isSymbolicLink() ? `-> ${await readlink(path)}` : await readFile(path, 'utf8');
    return [name, `${(found.mode & 0o777).toString(8)} ${text}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
const run = (action: string, more: { cwd?: string } = {}) => repository.clambake(['git-hooks', action], more);
async function commit(name = 'file'): Promise<{ code: number | null; output: string }> {
  await repository.stage(name);
  const { code, stdout, stderr } = await repository.git(['commit', '-q', '-m', 'Some change']);
  return { code, output: stdout + stderr };
}

describe('the hooks', () => {
  test('are installed once, however often it is asked for, and removed without a trace', async () => {
    const before = await state();
    const first = await run('install');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('  pre-push: Installed.\n  pre-commit: Installed.\n');
    const installed = await state();
    expect(Object.keys(installed)).toEqual(['pre-commit', 'pre-push']);
    expect(installed['pre-commit']).toMatch(/^755 #!\/bin\/sh\n/);
    expect((await run('install')).stdout).toContain('pre-commit: Installed already.');
    expect(await state()).toEqual(installed);
    expect(await run('remove')).toMatchObject({ code: 0, stdout: expect.stringContaining('pre-push: Removed.') });
    expect(await state()).toEqual(before);
    expect(await run('remove')).toMatchObject({ code: 0, stdout: expect.stringContaining('pre-push: Not installed.') });
  });

  test('say in one object with --json what became of each', async () => {
    await repository.hook('pre-push', '#!/bin/sh\n');
    const said = await repository.clambake(['git-hooks', 'install', '--json']);
    expect(JSON.parse(said.stdout)).toMatchObject({
      hooks: [
        { name: 'pre-push', state: 'installed', before: expect.stringMatching(/pre-push\.before-clambake$/) },
        { name: 'pre-commit', state: 'installed', before: null },
      ],
    });
  });

  test('are those of all worktrees, from whichever folder they are installed', async () => {
    await repository.does('commit', '-q', '--allow-empty', '-m', 'First');
    await repository.does('worktree', 'add', '-q', '-b', 'other', join(repository.base, 'other tree'));
    const inner = join(repository.base, 'other tree');
    expect((await run('install', { cwd: inner })).stdout).toContain(hooks());
    expect(Object.keys(await state())).toEqual(['pre-commit', 'pre-push']);
    const { stderr } = await repository.git(['commit', '--allow-empty', '-m', 'There'], { cwd: inner });
    await writeFile(join(inner, 'file'), 'text');
    await repository.git(['add', 'file'], { cwd: inner });
    expect(stderr + (await repository.git(['commit', '-m', 'There'], { cwd: inner })).stderr).toContain('No server');
  });

  test('are refused outside a repository, and where git takes hooks from outside of it', async () => {
    expect(await run('install', { cwd: repository.base })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not a git repository'),
    });
    const shared = join(repository.base, 'shared hooks');
    await repository.does('config', 'core.hooksPath', shared);
    const refused = await run('install');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    for (const part of [shared, 'core.hooksPath', 'other repositories', 'git config --local'])
      expect(refused.stderr).toContain(part);
    await expect(readdir(shared)).rejects.toThrow('ENOENT');
    await symlink(repository.base, join(repository.root, 'link'));
    await repository.does('config', 'core.hooksPath', 'link/shared hooks');
    expect((await run('install')).code).toBe(1);
  });

  test('go into a folder of the repository that git takes its hooks from, and into no other', async () => {
    await repository.does('config', 'core.hooksPath', '.husky');
    await repository.write('src/file', 'text');
    const said = await run('install', { cwd: join(repository.root, 'src') });
    expect(said.stdout).toContain('part of the work tree');
    expect(Object.keys(await state(hooks('.husky')))).toEqual(['pre-commit', 'pre-push']);
    expect(await state()).toEqual({});
    expect((await commit()).output).toContain('No server answers');
    expect(await run('remove')).toMatchObject({ code: 0, stdout: expect.stringContaining('pre-push: Removed.') });
    expect(await state(hooks('.husky'))).toEqual({});
  });

  test('are removed from where they are also when git takes its hooks from elsewhere by now', async () => {
    await repository.hook('pre-push', '#!/bin/sh\n');
    for (const path of ['.husky', repository.base]) {
      await run('install');
      await repository.does('config', 'core.hooksPath', path);
      expect((await run('remove')).stdout).toContain('the hook from before is back');
      expect(await state()).toEqual({ 'pre-push': '755 #!/bin/sh\n' });
      await repository.does('config', '--unset', 'core.hooksPath');
    }
  });

  test('run with Node and the command line as they were, else with clambake on PATH, else not at all', async () => {
    await run('install');
    const path = join(hooks(), 'pre-commit');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/^node=.*$/m, "node='/gone/node'"));
    expect(await commit()).toMatchObject({ code: 0, output: expect.stringContaining('No server answers') });
    await writeFile(path, text.replace(/^cli=.*$/m, "cli='/gone/cli'"));
    expect(await commit()).toMatchObject({ code: 0, output: expect.stringContaining('neither /gone/cli nor') });
    const bin = await repository.hook('clambake', '#!/bin/sh\necho "on PATH: $*"\nexit 3\n', '../bin');
    repository.env.PATH = `${join(bin, '..')}:${process.env.PATH}`;
    expect(await commit()).toMatchObject({ code: 1, output: expect.stringContaining('on PATH: git-hook pre-commit') });
    await writeFile(bin, '#!/bin/sh\nexit 2\n');
    expect(await commit()).toMatchObject({ code: 0, output: expect.stringContaining('exit code 2') });
  });
});

describe('a hook that was there', () => {
  const talkative = (code: number): string =>
    `#!/bin/sh\necho "$(basename "$0") in $(dirname "$0") got <$1>"\ncat\nexit ${code}\n`;

  test('runs first, as itself, with the same arguments and standard input, and its failure is the failure', async () => {
    const origin = await repository.origin();
    await repository.hook('pre-commit', talkative(0));
    const push = await repository.hook('pre-push', talkative(0));
    await run('install');
    const committed = await commit();
    expect(committed).toMatchObject({ code: 0, output: expect.stringContaining('pre-commit in .git/hooks got <>') });
    expect(committed.output.indexOf('pre-commit in')).toBeLessThan(committed.output.indexOf('No server'));

    const head = (await repository.does('rev-parse', 'HEAD')).trim();
    const pushed = await repository.git(['push', 'origin', 'main', 'HEAD:refs/tags/one']);
    expect(pushed.code).toBe(0);
    expect(pushed.stdout).toContain(`pre-push in .git/hooks got <origin>\nrefs/heads/main ${head} refs/heads/main`);
    expect(pushed.stdout).toContain(`HEAD ${head} refs/tags/one`);
    expect(await repository.does('ls-remote', origin)).toContain('refs/tags/one');

    await writeFile(`${push}.before-clambake`, talkative(7));
    await writeFile(join(hooks(), 'pre-commit.before-clambake'), talkative(1));
    expect((await repository.git(['push', 'origin', 'HEAD:refs/heads/two'])).code).toBe(1);
    const failed = await commit();
    expect(failed.code).toBe(1);
    expect(failed.output).not.toContain('No server');
  });

  test('may be any program, or a link; one that cannot be run is not', async () => {
    await repository.write(
      'scripts/check.mjs',
      `#!${process.execPath}\nconsole.log('checked by a program');process.exit(1);`,
    );
    await chmod(join(repository.root, 'scripts/check.mjs'), 0o755);
    await symlink('../../scripts/check.mjs', join(hooks(), 'pre-commit'));
    const before = await state();
    await run('install');
    expect(await commit()).toMatchObject({ code: 1, output: expect.stringContaining('checked by a program') });
    await run('remove');
    expect(await state()).toEqual(before);

    await repository.delete('.git/hooks/pre-commit');
    await chmod(await repository.hook('pre-commit', '#!/bin/sh\nexit 1\n'), 0o644);
    await run('install');
    expect((await commit()).code).toBe(0);
  });

  test('comes back as it is by then, and what somebody wrote into ours is kept', async () => {
    await repository.hook('pre-commit', '#!/bin/sh\necho mine\n');
    await run('install');
    await appendFile(join(hooks(), 'pre-commit.before-clambake'), 'echo and more\n');
    await appendFile(join(hooks(), 'pre-commit'), 'echo added to yours\n');
    expect((await run('install')).stdout).toContain('pre-commit: Edited by somebody');
    const said = await run('remove');
    expect(said.stdout).toContain('pre-commit.edited-clambake keeps it');
    const left = await state();
    expect(Object.keys(left)).toEqual(['pre-commit', 'pre-commit.edited-clambake']);
    expect(left['pre-commit']).toBe('755 #!/bin/sh\necho mine\necho and more\n');
    expect(left['pre-commit.edited-clambake']).toContain('echo added to yours');
  });

  test('and came later is never lost: two that were there are not made one', async () => {
    await repository.hook('pre-commit', '#!/bin/sh\necho first\n');
    await run('install');
    await repository.hook('pre-commit', '#!/bin/sh\necho second\n');
    const before = await state();
    expect(await run('install')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pre-commit.before-clambake'),
    });
    expect(await state()).toEqual(before);
    expect((await run('remove')).stdout).toContain("pre-commit: Not Clambake's, and left as it is.");
    expect(await state()).toMatchObject({
      'pre-commit': expect.stringContaining('second'),
      'pre-commit.before-clambake': expect.stringContaining('first'),
    });
    await copyFile(join(hooks(), 'pre-commit'), join(hooks(), 'pre-commit.before-clambake'));
    expect((await run('install')).code).toBe(0);
    expect((await commit()).output).toContain('second');
  });

  test('and calls ours as .legacy keeps its place', async () => {
    await repository.hook('pre-commit', '#!/bin/sh\necho mine\n');
    await run('install');
    await rename(join(hooks(), 'pre-commit'), join(hooks(), 'pre-commit.legacy'));
    await repository.hook('pre-commit', '#!/bin/sh\necho framework\nexec "$(dirname "$0")/pre-commit.legacy" "$@"\n');
    expect((await run('install')).stdout).toContain('pre-commit.legacy: Installed already.');
    expect((await commit()).output).toMatch(/framework\n.*mine\n.*No server/s);
    await run('remove');
    expect(await state()).toEqual({
      'pre-commit': expect.stringContaining('framework'),
      'pre-commit.legacy': '755 #!/bin/sh\necho mine\n',
    });
    expect(basename(repository.root)).toContain("'");
  });
});
