import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Machine, type Said, type Started } from '../support/program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A session of an agent, in a clone of its own of the same repository. */
class Session {
  readonly #machine: Machine;
  readonly #key: string;
  readonly folder: string;
  id = '';

  constructor(machine: Machine, key: string, folder: string) {
    this.#machine = machine;
    this.#key = key;
    this.folder = folder;
  }

  start(...args: string[]): Started {
    return this.#machine.start(args, { cwd: this.folder, env: { CLAMBAKE_SESSION: this.#key } });
  }

  run(...args: string[]): Promise<Said> {
    return this.start(...args).ended;
  }

  async register(): Promise<void> {
    const { stdout } = await this.run('register', '--project', 'doc-db-v2');
    this.id = /^Registered as (\S+)/.exec(stdout)?.[1] ?? '';
  }

  /** git, as this session runs it. */
  git(...args: string[]): { code: number; said: string } {
    const env = { ...process.env, ...this.#machine.env, CLAMBAKE_SESSION: this.#key };
    try {
      return { code: 0, said: execFileSync('git', args, { cwd: this.folder, env, stdio: 'pipe' }).toString() };
    } catch (error) {
      const { status, stderr, stdout } = error as { status: number; stderr: Buffer; stdout: Buffer };
      return { code: status, said: `${stdout}${stderr}` };
    }
  }
}

/** The number of the first message of a type in somebody's inbox. */
async function numberOf(session: Session, type: string): Promise<string> {
  const { stdout } = await session.run('inbox', '--type', type, '--json');
  return (JSON.parse(stdout) as { nodes: { id: string }[] }).nodes[0]?.id ?? '';
}

describe('the conflict prevention rules of the protocol, through the command line and in a git repository', () => {
  let machine: Machine;
  let ann: Session;
  let ben: Session;

  beforeAll(async () => {
    machine = await Machine.create({
      GIT_AUTHOR_NAME: 'agent',
      GIT_AUTHOR_EMAIL: 'agent@localhost',
      GIT_COMMITTER_NAME: 'agent',
      GIT_COMMITTER_EMAIL: 'agent@localhost',
    });
    const place = await machine.folder('repositories');
    const origin = join(place, 'origin.git');
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', origin]);
    const clone = (name: string): string => {
      const folder = join(place, name, 'doc-db-v2');
      mkdirSync(join(place, name));
      execFileSync('git', ['clone', '-q', origin, folder], { stdio: 'pipe' });
      execFileSync('git', ['checkout', '-q', '-B', 'main'], { cwd: folder, stdio: 'pipe' });
      return folder;
    };
    ann = new Session(machine, 'ann', clone('ann'));
    ben = new Session(machine, 'ben', clone('ben'));
    await ann.register();
    await ben.register();
  });
  afterAll(() => machine.close());

  test('rule 1: a warning waits ten seconds for objections, and one ends it', async () => {
    const warning = ann.start('send', '--to', '@all', '--type', 'warning', '--subject', 'Restarting', '--wait', '60s');
    await expect.poll(() => numberOf(ben, 'warning'), { timeout: 30_000, interval: 300 }).not.toBe('');
    const number = await numberOf(ben, 'warning');
    const objection = ['--type', 'request', '--reply-to', number, '--subject', 'Wait for my build'];
    expect((await ben.run('send', '--to', ann.id, ...objection)).code).toBe(0);
    const { code, stdout } = await warning.ended;
    expect(code).toBe(3);
    expect(stdout).toContain('Wait for my build');
    expect(stdout).toContain(ben.id);
    const silent = await ann.run('send', '--to', '@all', '--type', 'warning', '--subject', 'Again', '--wait', '1s');
    expect(silent.code).toBe(0);
  });

  test('rules 2, 3 and 5: a blocker keeps others off the file until its done', async () => {
    const blocker = ['send', '--to', '@all', '--type', 'blocker', '--subject', 'Adding a service'];
    expect((await ann.run(...blocker, '--resource', 'docker-compose.yml')).code).toBe(0);
    const number = await numberOf(ben, 'blocker');
    const guarded = await ben.run('guard', 'docker-compose.yml');
    expect(guarded.code).toBe(3);
    expect(`${guarded.stdout}${guarded.stderr}`).toContain(ann.id);
    const refused = await ben.run(...blocker, '--resource', 'docker-compose.yml');
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toContain(ann.id);
    expect((await ann.run('guard', 'docker-compose.yml')).code).toBe(0);

    const waiting = ben.start('guard', 'docker-compose.yml', '--wait', '1m');
    await expect
      .poll(async () => (await ann.run('status')).stdout, { timeout: 30_000, interval: 300 })
      .toMatch(new RegExp(`${ben.id}.*wait`));
    const done = await ann.run('send', '--to', '@all', '--type', 'done', '--subject', 'Added', '--reply-to', number);
    expect(done.code).toBe(0);
    expect((await waiting.ended).code).toBe(0);
    expect((await ben.run('guard', 'docker-compose.yml')).code).toBe(0);
  });

  test('rules 1 to 3 in one line', async () => {
    const held = ann.start(
      ...['during', '--resource', 'docker:doc-db-v2', '--subject', 'Rebuild', '--notice', '1s', '--'],
      ...[process.execPath, '-e', 'process.stdin.resume(); setTimeout(() => process.exit(7), 4000)'],
    );
    await expect
      .poll(async () => (await ben.run('guard', 'docker:doc-db-v2')).code, { timeout: 30_000, interval: 200 })
      .toBe(3);
    expect((await held.ended).code).toBe(7);
    expect((await ben.run('guard', 'docker:doc-db-v2')).code).toBe(0);
    const { stdout } = await ben.run('inbox', '--type', 'done', '--first', '1');
    expect(stdout).toContain('7');
  });

  test('rule 4: a commit of a held file and a push to a held branch stop, and a push shows who else is there', async () => {
    expect((await ann.run('git-hooks', 'install')).code).toBe(0);
    writeFileSync(join(ann.folder, 'docker-compose.yml'), 'services: {}\n');
    ann.git('add', 'docker-compose.yml');
    const blocker = ['send', '--to', '@all', '--type', 'blocker', '--subject', 'Mine'];
    expect((await ben.run(...blocker, '--resource', 'docker-compose.yml')).code).toBe(0);
    const stopped = ann.git('commit', '-q', '-m', 'A service');
    expect(stopped.code).not.toBe(0);
    expect(stopped.said).toContain(ben.id);
    expect((await ben.run('send', '--to', '@all', '--type', 'done', '--subject', 'Free')).code).toBe(0);
    expect(ann.git('commit', '-q', '-m', 'A service')).toMatchObject({ code: 0 });

    expect((await ben.run(...blocker, '--resource', 'branch:main')).code).toBe(0);
    const kept = ann.git('push', '-q', 'origin', 'main');
    expect(kept.code).not.toBe(0);
    expect(kept.said).toContain(ben.id);
    expect((await ben.run('send', '--to', '@all', '--type', 'done', '--subject', 'Free')).code).toBe(0);
    expect(ann.git('push', '-q', 'origin', 'main')).toMatchObject({ code: 0 });
  });
});
