import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliError, ExitCode } from '../../cli/exit.ts';
import { fillIn } from '../../cli/identity/fill.ts';
import { type Circumstances, findIdentity } from '../../cli/identity/identity.ts';
import { listSessions, readSession, removeSession, type Session, writeSession } from '../../cli/identity/session.ts';
import type { Variable } from '../../cli/line/table.ts';
import { findAddress, normalise } from '../../cli/reach/address.ts';
import { ConfigError } from '../../server/config.ts';
import { projectName } from '../../server/place/place.ts';

let root: string;
let home: string;
let project: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clambake-session-'));
  home = join(root, 'home');
  project = join(root, 'project');
  await mkdir(join(project, 'deep', 'er'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const server = { url: 'http://127.0.0.1:2526', own: true };

function register(instance: string, more: Partial<Session> = {}): Session {
  const session: Session = {
    instance,
    project: 'doc-db-v2',
    directory: project,
    sessionKey: null,
    token: `token-of-${instance}`,
    ...server,
    registeredAt: new Date().toISOString(),
    ...more,
  };
  writeSession(home, session);
  return session;
}

/** Who a command acts as: an instance's id, or `operator`. */
async function who(
  more: Partial<Circumstances> = {},
  need: 'instance' | 'operator' | 'any' = 'instance',
): Promise<string> {
  const identity = await findIdentity(need, {
    home,
    server,
    as: undefined,
    cwd: project,
    environment: {},
    operatorToken: async () => 'operator-token',
    liveAmong: async () => {
      throw new Error('the server was asked');
    },
    ...more,
  });
  return identity.kind === 'operator' ? 'operator' : identity.session.instance;
}

/** The message of the refusal, which is always exit code 4. */
async function refusal(asked: Promise<string>): Promise<string> {
  const error: unknown = await asked.then(
    (name) => new Error(`it acts as ${name}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw error;
  expect(error.exitCode).toBe(ExitCode.notAllowed);
  expect(error.message).not.toContain('token-of-');
  return error.message;
}

describe('two sessions in one folder', () => {
  test('each act as their own instance, by their session keys', async () => {
    register('brisk-otter-1', { sessionKey: 'one' });
    register('calm-heron-2', { sessionKey: 'two' });
    expect(await who({ environment: { CLAMBAKE_SESSION: 'one' } })).toBe('brisk-otter-1');
    expect(await who({ environment: { CLAUDE_CODE_SESSION_ID: 'two' } })).toBe('calm-heron-2');
    expect(await who({ environment: { CLAMBAKE_SESSION: 'one', CLAUDE_CODE_SESSION_ID: 'two' } })).toBe(
      'brisk-otter-1',
    );
  });

  test('never take each other’s identity: a key that has not registered is nobody', async () => {
    register('brisk-otter-1', { sessionKey: 'one' });
    register('calm-heron-2');
    expect(await refusal(who({ environment: { CLAMBAKE_SESSION: 'three' } }))).toContain('Not registered here');
    expect(await who({ environment: { CLAMBAKE_SESSION: 'three' } }, 'any')).toBe('operator');
  });

  test('without a key are told apart by which is live, and else not at all', async () => {
    register('brisk-otter-1');
    register('calm-heron-2');
    const live = (...ids: string[]): Partial<Circumstances> => ({ liveAmong: async () => new Set(ids) });
    expect(await who(live('calm-heron-2'))).toBe('calm-heron-2');
    const both = live('brisk-otter-1', 'calm-heron-2');
    for (const asked of [who(live()), who(both), who(both, 'any')]) {
      const message = await refusal(asked);
      expect(message).toContain('brisk-otter-1 (doc-db-v2), registered just now');
      expect(message).toContain('calm-heron-2');
      expect(message).toContain('--as');
    }
  });

  test('that are both over leave what anybody may ask to the operator', async () => {
    register('brisk-otter-1');
    register('calm-heron-2');
    expect(await who({ liveAmong: async () => new Set() }, 'any')).toBe('operator');
  });
});

describe('a session without a key', () => {
  test('acts as what registered without a key from its folder or a parent of it, the nearest first', async () => {
    expect(await refusal(who())).toBe(
      'Not registered here: run `clambake register --project <name>` first, or add `--as human` to act as the operator.',
    );
    register('brisk-otter-1');
    register('calm-heron-2', { directory: join(project, 'deep') });
    register('keen-lynx-3', { sessionKey: 'key' });
    expect(await who()).toBe('brisk-otter-1');
    expect(await who({ cwd: join(project, 'deep', 'er') })).toBe('calm-heron-2');
    expect(await refusal(who({ cwd: root }))).toContain('Not registered here');
  });

  test('is not mistaken for one in a folder whose name begins alike', async () => {
    register('brisk-otter-1');
    await mkdir(`${project}-v2`);
    await mkdir(join(root, '..project'));
    expect(await refusal(who({ cwd: `${project}-v2` }))).toContain('Not registered here');
    expect(await refusal(who({ cwd: join(root, '..project') }))).toContain('Not registered here');
  });

  test('is found through a link to its folder', async () => {
    register('brisk-otter-1');
    await symlink(project, join(root, 'link'), 'junction');
    expect(await who({ cwd: join(root, 'link', 'deep') })).toBe('brisk-otter-1');
  });
});

describe('the identity', () => {
  test('is the named one before any other: --as, then CLAMBAKE_INSTANCE', async () => {
    register('brisk-otter-1', { sessionKey: 'one' });
    register('calm-heron-2', { sessionKey: 'two' });
    register('keen-lynx-3', { sessionKey: 'three' });
    const environment = { CLAMBAKE_SESSION: 'one', CLAMBAKE_INSTANCE: 'calm-heron-2' };
    expect(await who({ environment })).toBe('calm-heron-2');
    expect(await who({ environment, as: 'keen-lynx-3' })).toBe('keen-lynx-3');
    expect(await who({ environment, as: 'human' })).toBe('operator');
    expect(await who({ environment: { CLAMBAKE_INSTANCE: 'human' } })).toBe('operator');
  });

  test.each(['warm-wren-9', '../sessions/brisk-otter-1', ''.padEnd(300, 'x')])(
    'is refused where "%s" was not registered here',
    async (as) => {
      register('brisk-otter-1');
      const message = await refusal(who({ as }));
      expect(message).toContain(as);
      expect(message).toContain('brisk-otter-1');
    },
  );

  test('belongs to one server: its token goes to no other', async () => {
    register('brisk-otter-1', { sessionKey: 'one', url: 'https://team.example', own: false });
    const environment = { CLAMBAKE_SESSION: 'one' };
    expect(await refusal(who({ environment }))).toContain('Not registered here');
    expect(await refusal(who({ as: 'brisk-otter-1' }))).toContain('https://team.example');
    expect(await who({ environment, server: { url: 'https://team.example', own: false } })).toBe('brisk-otter-1');
  });

  test('stays when this home’s own server moves to another port', async () => {
    register('brisk-otter-1');
    expect(await who({ server: { url: 'http://127.0.0.1:3000', own: true } })).toBe('brisk-otter-1');
  });

  test('is the operator’s for what only the operator does', async () => {
    register('brisk-otter-1');
    expect(await who({ environment: { CLAMBAKE_INSTANCE: 'brisk-otter-1' } }, 'operator')).toBe('operator');
    await expect(who({ as: 'brisk-otter-1' }, 'operator')).rejects.toMatchObject({
      exitCode: ExitCode.usage,
      message: expect.stringContaining('leave --as out'),
    });
  });
});

describe('registrations', () => {
  test.skipIf(process.platform === 'win32')('are kept for the user alone', async () => {
    register('brisk-otter-1');
    expect((await stat(join(home, 'sessions'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(home, 'sessions', 'brisk-otter-1.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(home, 'sessions'))).toEqual(['brisk-otter-1.json']);
  });

  test('that are damaged, or not what their name says, are passed over', async () => {
    register('brisk-otter-1');
    await writeFile(join(home, 'sessions', 'half-written-1.json'), '{"instance": "half-wri');
    await writeFile(join(home, 'sessions', 'other-name-1.json'), JSON.stringify(readSession(home, 'brisk-otter-1')));
    await writeFile(join(home, 'sessions', 'odd-shape-1.json'), '{"instance":"odd-shape-1","token":7}');
    expect(listSessions(home).map(({ instance }) => instance)).toEqual(['brisk-otter-1']);
  });

  test('are forgotten only with the token they had', () => {
    const { token } = register('brisk-otter-1');
    removeSession(home, 'brisk-otter-1', 'an older token');
    expect(listSessions(home)).toHaveLength(1);
    removeSession(home, 'brisk-otter-1', token);
    expect(listSessions(home)).toHaveLength(0);
  });

  test.each(['../evil', 'a/b', '', '.hidden', 'a\0b'])(
    'of the id "%s" are refused, since ids come from a server',
    (instance) => {
      expect(() => register(instance)).toThrow('is no instance id');
    },
  );
});

describe('the server’s address', () => {
  const config = { home: '/nowhere', host: '127.0.0.1', port: 2526 };

  test('is --url, else CLAMBAKE_URL, else from host and port', () => {
    const environment = { CLAMBAKE_URL: 'https://team.example/clambake/graphql' };
    expect(findAddress(config, 'http://other:1/', environment)).toEqual({
      url: 'http://other:1',
      own: false,
      given: true,
    });
    expect(findAddress(config, undefined, environment)).toEqual({
      url: 'https://team.example/clambake',
      own: false,
      given: true,
    });
    expect(findAddress(config, undefined, {})).toEqual({ url: 'http://127.0.0.1:2526', own: true, given: false });
    expect(findAddress({ ...config, host: '0.0.0.0' }, undefined, {}).url).toBe('http://127.0.0.1:2526');
    expect(findAddress({ ...config, host: '::' }, undefined, {}).url).toBe('http://[::1]:2526');
    expect(findAddress(config, 'http://localhost:2526', {})).toEqual({
      url: 'http://127.0.0.1:2526',
      own: true,
      given: true,
    });
  });

  test('keeps the name localhost over https, which a certificate is for', () => {
    expect(normalise('https://localhost:2526/')).toBe('https://localhost:2526');
  });

  test('is where this home’s server says it runs, unless a port is asked for', async () => {
    await mkdir(home);
    await writeFile(join(home, 'server.json'), JSON.stringify({ pid: process.pid, url: 'http://127.0.0.1:4000' }));
    expect(findAddress({ ...config, home, port: 0 }, undefined, {}).url).toBe('http://127.0.0.1:4000');
    expect(findAddress({ ...config, home }, undefined, {}).url).toBe('http://127.0.0.1:4000');
    expect(findAddress({ ...config, home }, undefined, { CLAMBAKE_PORT: '2526' }).url).toBe('http://127.0.0.1:2526');
  });

  test.each(['nonsense', 'ftp://x', 'http://user:password@x', 'http://x/?a=1', ''])(
    'is refused where it is "%s"',
    (text) => {
      expect(normalise(text)).toBeUndefined();
      expect(() => findAddress(config, text, {})).toThrow(CliError);
      if (text) expect(() => findAddress(config, undefined, { CLAMBAKE_URL: text })).toThrow(ConfigError);
    },
  );
});

describe('what is not given', () => {
  const variable = (name: string, fill: NonNullable<Variable['fill']>): Variable => ({
    ...{ name, flag: name, kind: 'string', list: false, required: false, positional: false, description: '' },
    fill,
  });
  const variables = [
    variable('dir', 'cwd'),
    variable('session', 'session'),
    variable('clientKey', 'clientKey'),
    variable('project', 'project'),
  ];

  test('is filled in from the folder and the environment', () => {
    const filled = fillIn({ variables }, {}, { cwd: project, environment: { CLAUDE_CODE_SESSION_ID: 'key' } });
    expect(filled).toEqual({
      dir: project,
      session: 'key',
      clientKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
      project: 'project',
    });
    expect(fillIn({ variables }, {}, { cwd: project, environment: {} })).not.toHaveProperty('session');
  });

  test('leaves alone what is given, save that a folder becomes absolute', () => {
    const given = { dir: 'deep', session: 's', clientKey: 'k', project: 'p' };
    expect(fillIn({ variables }, given, { cwd: project, environment: {} })).toEqual({
      ...given,
      dir: join(project, 'deep'),
    });
  });

  test('takes the project’s name from its git repository, a linked worktree’s from the main one', async () => {
    await mkdir(join(project, '.git', 'worktrees', 'feature'), { recursive: true });
    expect(projectName(join(project, 'deep', 'er'))).toBe('project');
    const worktree = join(root, 'feature');
    await mkdir(worktree);
    await writeFile(join(worktree, '.git'), `gitdir: ${join(project, '.git', 'worktrees', 'feature')}\n`);
    expect(projectName(worktree)).toBe('project');
    await writeFile(join(worktree, '.git'), 'gitdir: ../.git/modules/feature\n');
    expect(projectName(worktree)).toBe('feature');
  });
});
