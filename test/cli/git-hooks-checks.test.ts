import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Said } from '../support/program.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';
import { TestRepository } from './git-repository.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

let number = 0;
let project: string;
let repository: TestRepository;
beforeEach(async () => {
  number += 1;
  project = `project-${number}`;
  repository = await TestRepository.create(project, {
    CLAMBAKE_URL: server.url,
    CLAMBAKE_TOKEN: server.config.token ?? '',
    // Two seconds are short where other tests run.
    CLAMBAKE_HOOK_TIMEOUT: '30s',
  });
  await repository.stage('first');
  await repository.does('commit', '-q', '-m', 'First');
  expect((await repository.clambake(['git-hooks', 'install'])).code).toBe(0);
});
afterEach(() => repository.remove());

/** Holds resources, and gives the number of the blocker. */
async function hold(agent: Pick<Agent, 'do'>, resources: string[], subject = 'Splitting the pool'): Promise<string> {
  const { sendMessage } = await agent.do<{ sendMessage: { message: { id: string } } }>(
    'mutation ($resources: [String!], $subject: String!) { sendMessage(to: "@all", type: BLOCKER, subject: $subject, resources: $resources) { message { id } } }',
    { resources, subject },
  );
  return sendMessage.message.id;
}
const release = (agent: Agent, id: string) =>
  agent.do('mutation ($id: ID!) { releaseBlocker(id: $id) { open } }', { id });

const commit = (env: Record<string, string> = {}): Promise<Said> =>
  repository.git(['commit', '-q', '-m', 'Some change'], { env });
const passes = async (env: Record<string, string> = {}): Promise<void> =>
  expect(await commit(env)).toEqual({ code: 0, stdout: '', stderr: '' });

/** Registers a session by the command line, and gives its id. */
async function register(key: string, cwd = repository.root): Promise<string> {
  const said = await repository.clambake(['register', '--project', project], { env: { CLAMBAKE_SESSION: key }, cwd });
  expect(said.code).toBe(0);
  return /as (\S+) on/.exec(said.stdout)?.[1] ?? '';
}

describe('a commit', () => {
  test('of what its own session holds passes, also where that has no key and registered in a folder of the repository', async () => {
    await repository.stage('packages/api/app.ts');
    const cwd = join(repository.root, 'packages/api');
    const said = await repository.clambake(['register', '--project', project], { cwd });
    expect(said).toMatchObject({ code: 0 });
    const held = ['--type', 'blocker', '--subject', 'Mine', '--resource', 'app.ts'];
    expect((await repository.clambake(['send', '--to', '@all', ...held], { cwd })).code).toBe(0);
    expect((await repository.git(['commit', '-q', '-m', 'From below'], { cwd })).code).toBe(0);
  });

  test('of a file that another instance holds is stopped, with who, why, since and until when; released, it passes', async () => {
    const ann = await server.register(project);
    const id = await hold(ann, [`${project}:src/app.ts`]);
    await repository.stage('src/app.ts');
    await repository.stage('src/other.ts');
    const stopped = await commit();
    expect(stopped).toMatchObject({ code: 1, stdout: '' });
    const lines = stopped.stderr.trimEnd().split('\n');
    expect(lines[0]).toBe('clambake: nothing is committed: others hold 1 of the 2 files that it changes.');
    expect(lines[1]).toMatch(
      new RegExp(`^  #${id} held by ${ann.id} \\(${project}\\) for \\d+ s, ends in \\d+ min: Splitting the pool$`),
    );
    expect(lines.slice(2)).toEqual([
      '    src/app.ts',
      `  Wait: clambake guard --wait 5m ${project}:src/app.ts`,
      `  Ask: clambake send --to ${ann.id} --type request --reply-to ${id} --subject "…"`,
      '  Go on all the same: git commit --no-verify',
    ]);
    await release(ann, id);
    await passes();
    await hold(ann, [`${project}:src/`]);
    await repository.stage('src/third.ts');
    expect((await commit()).code).toBe(1);
    expect((await repository.git(['commit', '-q', '--no-verify', '-m', 'All the same'])).code).toBe(0);
  });

  test('by whoever holds the file passes, and by nobody else: not by hand either', async () => {
    const ann = await register('ann');
    const env = { CLAMBAKE_SESSION: 'ann' };
    const held = await repository.clambake(
      ['send', '--to', '@all', '--type', 'blocker', '--subject', 'Mine', '--resource', 'src/app.ts'],
      { env, cwd: repository.root },
    );
    expect(held).toMatchObject({ code: 0 });
    await repository.stage('src/app.ts');
    await passes(env);
    await register('ben');
    await repository.stage('src/app.ts');
    for (const other of [{ CLAMBAKE_SESSION: 'ben' }, {}, { CLAMBAKE_SESSION: 'never registered' }] as const) {
      expect(await commit(other)).toMatchObject({ code: 1, stderr: expect.stringContaining(`held by ${ann}`) });
    }
  });

  test('that deletes or renames a file that is held is stopped as well, and one by the human holds off an instance', async () => {
    const ann = await server.register(project);
    await repository.stage('old name.ts', 'one\ntwo\nthree\n');
    await repository.stage('gone.ts');
    await passes();
    const ids = [await hold(ann, [`${project}:old name.ts`]), await hold(ann, [`${project}:gone.ts`])];
    await repository.does('mv', 'old name.ts', 'new name.ts');
    expect((await commit()).stderr).toContain('    old name.ts\n');
    await repository.does('reset', '-q', '--hard');
    await repository.does('rm', '-q', 'gone.ts');
    expect((await commit()).stderr).toContain('    gone.ts\n');
    for (const id of ids) await release(ann, id);
    await hold(server.operator, [`${project}:gone.ts`]);
    await register('ben');
    const stopped = await commit({ CLAMBAKE_SESSION: 'ben' });
    expect(stopped).toMatchObject({ code: 1, stderr: expect.stringMatching(/held by human for.*--to @all/s) });
    await passes();
  });

  test('of names with spaces, other letters and characters that no resource can have is looked at all the same', async () => {
    const ann = await server.register(project);
    const names = [
      'ein Ordner/Ärger (1).txt',
      'e\u0301tude.md',
      "it's $(touch x).sh",
      'x:y',
      '-n',
      'deep/a*b',
      'deep/zero\u200bwidth',
    ];
    for (const name of names) await repository.stage(name);
    const resources = ['ein Ordner/ärger (1).TXT', '\u00e9tude.md', "it's $(touch x).sh", 'x:y', '-n', 'deep/'];
    await hold(
      ann,
      resources.map((path) => `${project}:${path}`),
    );
    const stopped = await commit();
    expect(stopped).toMatchObject({ code: 1, stderr: expect.stringContaining('hold 7 of the 7 files') });
    for (const name of ['ein Ordner/Ärger (1).txt', '-n']) expect(stopped.stderr).toContain(`    ${name}\n`);
    expect(stopped.stderr).toContain('    and 2 more\n');
    expect(stopped.stderr).toContain(` --wait 5m ${project}:-n\n`);
    await repository.does('reset', '-q');
    await repository.does('add', '--', "it's $(touch x).sh");
    expect((await commit()).stderr).toContain(' --wait 5m <resource>\n');
    await repository.does('reset', '-q');
    await repository.stage('deep/a*b');
    expect((await commit()).stderr).toContain(` --wait 5m ${project}:deep/\n`);
    await repository.does('reset', '-q');
    await repository.stage('a*b');
    await repository.stage(`${'long/'.repeat(210)}name`);
    await passes();
  });

  test('of 2,000 files passes, and is stopped where the last of them is held', async () => {
    const ann = await server.register(project);
    await mkdir(join(repository.root, 'many'));
    const names = Array.from({ length: 2000 }, (_, index) => `many/ordinary file with a long name ${index}.txt`);
    await Promise.all(names.map((name) => writeFile(join(repository.root, name), name)));
    await repository.does('add', '.');
    const id = await hold(ann, [`${project}:${names.at(-1)}`]);
    expect(await commit()).toMatchObject({ code: 1, stderr: expect.stringContaining(`    ${names.at(-1)}\n`) });
    await release(ann, id);
    await hold(ann, ['elsewhere:many/', `${project}:neither`]);
    await passes();
    await Promise.all(names.map((name) => writeFile(join(repository.root, name), 'again')));
    await repository.does('add', '.');
    await repository.stage('Other/One.txt');
    await hold(ann, [`${project}:other/one.TXT`]);
    const stopped = await commit();
    expect(stopped).toMatchObject({ code: 1, stderr: expect.stringContaining('hold 1 of the 2001 files') });
    expect(stopped.stderr).toContain('    Other/One.txt\n');
  });

  test('that ends a merge is only stopped by what it changes itself', async () => {
    const ann = await server.register(project);
    await repository.does('checkout', '-q', '-b', 'other');
    await repository.stage('first', 'from the other\n');
    await repository.stage('held');
    await passes();
    await repository.does('checkout', '-q', 'main');
    await repository.stage('first', 'from main\n');
    await passes();
    const id = await hold(ann, [`${project}:held`]);
    expect((await repository.git(['merge', '-q', 'other'])).code).toBe(1);
    await repository.stage('first', 'from both\n');
    await hold(ann, [`${project}:first`]);
    const stopped = await commit();
    expect(stopped).toMatchObject({ code: 1, stderr: expect.stringContaining('    first\n') });
    expect(stopped.stderr).not.toContain(`#${id} `);
  });

  test('in another worktree is of the same files', async () => {
    const ann = await server.register(project);
    await hold(ann, [`${project}:src/app.ts`]);
    const cwd = join(repository.base, 'other tree');
    await repository.does('worktree', 'add', '-q', '-b', 'other', cwd);
    await mkdir(join(cwd, 'src'));
    await writeFile(join(cwd, 'src/app.ts'), 'text');
    await repository.git(['add', '.'], { cwd });
    expect(await repository.git(['commit', '-m', 'There'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('src/app.ts'),
    });
    await register('ben');
    const env = { CLAMBAKE_SESSION: 'ben' };
    expect((await repository.git(['commit', '-m', 'There'], { cwd, env })).code).toBe(1);
  });

  test('is of the project that was registered from the repository, whatever that is called', async () => {
    await rename(repository.root, join(repository.base, 'renamed'));
    await symlink(join(repository.base, 'renamed'), repository.root);
    const ann = await server.register(project);
    await hold(ann, [`${project}:src/`]);
    await repository.stage('src/app.ts');
    await passes();
    await register('ben', join(repository.root, 'src'));
    await repository.stage('src/app.ts');
    expect((await commit()).code).toBe(1);
  });
});

describe('a push', () => {
  beforeEach(() => repository.origin());
  const push = (...refs: string[]): Promise<Said> => repository.git(['push', '-q', 'origin', ...refs]);

  test('shows the other live instances on the project, and nothing where there are none', async () => {
    expect(await push('main')).toEqual({ code: 0, stdout: '', stderr: '' });
    const ann = await server.register(project);
    await ann.do('mutation { heartbeat(task: "Rebuilding \\u001b[31mthe import", status: BUSY) { id } }');
    const gone = await server.register(project);
    await gone.leave();
    await server.register('somewhere-else');
    await repository.does('commit', '-q', '--allow-empty', '-m', 'More');
    const { code, stderr } = await push('main');
    expect(code).toBe(0);
    expect(stderr.split('\n')).toEqual([
      `clambake: others work on ${project} now.`,
      expect.stringMatching(
        new RegExp(`^  ${ann.id} busy, seen (just now|\\d+ s ago): Rebuilding \\\\u\\{1b\\}\\[31mthe import$`),
      ),
      '',
    ]);
    // Up to date: nothing is pushed.
    expect(await push('main')).toEqual({ code: 0, stdout: '', stderr: '' });
    for (let more = 0; more < 7; more += 1) await server.register(project);
    expect((await push('main:many')).stderr).toMatch(
      /(\n {2}\S+ active, seen .*){5}\n {2}and 3 more: clambake status\n$/,
    );
  });

  test('to a branch or tag that another one on the project holds is stopped, deleting it too', async () => {
    expect((await push('main', 'main:release')).code).toBe(0);
    const [ann, stranger] = [await server.register(project), await server.register('somewhere-else')];
    await hold(stranger, ['branch:theirs']);
    const id = await hold(ann, ['branch:release', 'tag:v1'], 'Freeze');
    await repository.does('commit', '-q', '--allow-empty', '-m', 'More');
    const stopped = await push('main:release');
    expect(stopped).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing is pushed') });
    for (const part of [
      `#${id} held by ${ann.id}`,
      ': Freeze\n    branch:release\n',
      '--wait 5m branch:release',
      'git push --no-verify',
    ])
      expect(stopped.stderr).toContain(part);
    for (const refs of [[':release'], ['main:other', 'main:release'], ['main:refs/tags/v1']])
      expect((await push(...refs)).code, refs.join()).toBe(1);
    for (const refs of [
      ['main:theirs'],
      ['main:release-2'],
      ['main:refs/notes/x'],
      ['main:refs/tags/v2'],
      [':release-2'],
    ])
      expect((await push(...refs)).code, refs.join()).toBe(0);
    await release(ann, id);
    expect((await push(':release')).code).toBe(0);
    await register('ben');
    await hold(server.operator, ['branch:hotfix']);
    expect((await repository.git(['push', 'origin', 'main:hotfix'], { env: { CLAMBAKE_SESSION: 'ben' } })).code).toBe(
      1,
    );
  });

  test('is stopped where others hold all of the project, but not for a part of it', async () => {
    const ann = await server.register(project);
    await hold(ann, [`${project}:src/`, `${project}:.git/`]);
    expect((await push('main')).code).toBe(0);
    const other = await server.register(project);
    expect((await push('main:second')).code).toBe(0);
    await ann.leave();
    await hold(other, [`${project}:/`], 'Moving everything');
    const stopped = await push('main:third');
    expect(stopped).toMatchObject({ code: 1, stderr: expect.stringContaining(`    ${project}:/\n`) });
  });

  test('of 600 branches looks at each of them', async () => {
    const ann = await server.register(project);
    await hold(ann, ['branch:b599']);
    const refs = Array.from({ length: 600 }, (_, index) => `main:refs/heads/b${index}`);
    expect(await push(...refs)).toMatchObject({ code: 1, stderr: expect.stringContaining('    branch:b599\n') });
    expect((await push(...refs.slice(0, -1))).code).toBe(0);
  });
});

describe('where nobody can be asked', () => {
  let listener: Server | undefined;
  const sockets = new Set<Socket>();
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    if (listener) await new Promise((done) => listener?.close(done));
    listener = undefined;
  });
  /** Something that takes connections and never answers. */
  async function silence(): Promise<string> {
    listener = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((done) => listener?.listen(0, '127.0.0.1', done));
    return String((listener.address() as { port: number }).port);
  }
  const staged = async (env: Record<string, string>): Promise<Said & { took: number }> => {
    await repository.stage('first');
    const begun = performance.now();
    return { ...(await commit(env)), took: performance.now() - begun };
  };

  test('since no server runs, it passes with a line, and none is started', async () => {
    const home = join(repository.base, 'home of its own');
    await mkdir(home);
    await writeFile(join(home, 'token'), 'operator-token-0123456789\n');
    const env = {
      CLAMBAKE_HOME: home,
      CLAMBAKE_URL: '',
      CLAMBAKE_TOKEN: '',
      CLAMBAKE_PORT: '9',
      CLAMBAKE_AUTOSTART: '1',
    };
    const { code, stderr } = await staged(env);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^clambake: No server answers at http:\/\/127\.0\.0\.1:9\..* Nothing was checked: git goes on\.\n$/,
    );
    expect(await readdir(home)).toEqual(['token']);
  });

  test('since the server hangs, it passes after two seconds', async () => {
    const port = await silence();
    for (const env of [
      { CLAMBAKE_URL: `http://127.0.0.1:${port}`, CLAMBAKE_HOOK_TIMEOUT: '' },
      { CLAMBAKE_HOOK_TIMEOUT: '', CLAMBAKE_URL: '', CLAMBAKE_TOKEN: '', CLAMBAKE_PORT: port },
    ]) {
      if (env.CLAMBAKE_URL === '') {
        await mkdir(join(repository.base, 'home'), { recursive: true });
        await writeFile(join(repository.base, 'home', 'token'), 'operator-token-0123456789\n');
      }
      const { code, stderr, took } = await staged(env);
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: 'clambake: there was no answer within 2s. Nothing was checked: git goes on.\n',
      });
      expect(took).toBeGreaterThan(1500);
      expect(took).toBeLessThan(5000);
    }
    await repository.origin();
    const pushed = await repository.git(['push', '-q', 'origin', 'main'], {
      env: { CLAMBAKE_URL: `http://127.0.0.1:${port}`, CLAMBAKE_HOOK_TIMEOUT: '1s' },
    });
    expect(pushed).toMatchObject({ code: 0, stderr: expect.stringContaining('no answer within') });
  });

  test('since the token is refused, or it cannot be said who asks, it passes with a line', async () => {
    const refused = await staged({ CLAMBAKE_TOKEN: 'another-token-0123456789' });
    expect(refused).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^clambake: The server at .* does not accept/),
    });
    expect(await staged({ CLAMBAKE_INSTANCE: 'brisk-otter-4f2a' })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('CLAMBAKE_INSTANCE is "brisk-otter-4f2a"'),
    });
    expect(await staged({ CLAMBAKE_HOOK_TIMEOUT: 'soon' })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('CLAMBAKE_HOOK_TIMEOUT is "soon"'),
    });
    expect(await staged({ CLAMBAKE_PORT: 'none' })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('CLAMBAKE_PORT is "none"'),
    });
  });

  test('since nobody is registered here and there is no token, or the project is unknown, it passes without a word', async () => {
    await server.register(project);
    await repository.stage('first');
    await passes({ CLAMBAKE_TOKEN: '' });
    await repository.origin();
    const push = ['push', '-q', 'origin'];
    expect(await repository.git([...push, 'main'], { env: { CLAMBAKE_TOKEN: '' } })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const unknown = await TestRepository.create('unknown', repository.env);
    try {
      await unknown.clambake(['git-hooks', 'install']);
      await unknown.origin();
      await unknown.stage('first');
      expect(await unknown.git(['commit', '-q', '-m', 'First'])).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await unknown.git([...push, 'main'])).toEqual({ code: 0, stdout: '', stderr: '' });
    } finally {
      await unknown.remove();
    }
    expect(await readFile(join(repository.root, '.git/hooks/pre-push'), 'utf8')).not.toContain(server.config.token);
  });
});
