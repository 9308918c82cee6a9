import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../support/server.ts';
import { newSession, Shop } from './shop.ts';
import type { Hooks } from './support.ts';

const shop = new Shop();
let project: string;
let repository: string;
let hooks: Hooks;
let other: Agent;
beforeEach(() => {
  ({ project, repository, hooks, other } = shop.place);
});

describe('a tool call', () => {
  test('on a file that another holds is denied, with holder, reason, until when, and how to wait and to ask', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await shop.hold(other, `${project}:compose.yaml`, 'Adding a service');
    const reason = await hooks.denied(session, 'Edit', shop.edit('compose.yaml'));
    expect(reason).toContain(`${project}:compose.yaml, which Edit would touch, is held by ${other.id} (${project})`);
    expect(reason).toContain(`blocker #${blocker} "Adding a service"`);
    expect(reason).toMatch(/ends in \d+ min/);
    expect(reason).toContain(`\`clambake guard --wait 5m ${project}:compose.yaml\``);
    expect(reason).toContain(`clambake send --to ${other.id} --type request --reply-to ${blocker}`);
    expect(
      await hooks.denied(session, 'Write', { file_path: join(repository, 'compose.yaml'), content: 'x' }),
    ).not.toBe('');
    expect(await hooks.denied(session, 'NotebookEdit', { notebook_path: join(repository, 'compose.yaml') })).not.toBe(
      '',
    );
    expect(await hooks.denied(session, 'Edit', shop.edit('other.yaml'))).toBe('');
    expect(await hooks.denied(session, 'Read', { file_path: join(repository, 'compose.yaml') })).toBe('');
    await shop.release(other, blocker);
    expect(await hooks.denied(session, 'Edit', shop.edit('compose.yaml'))).toBe('');
  });

  test('of a subagent is denied as one of its session would be', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await shop.hold(other, `${project}:compose.yaml`);
    expect(await hooks.denied(session, 'Edit', shop.edit('compose.yaml'), { agent_id: 'a1' })).toContain(other.id);
    await shop.release(other, blocker);
  });

  test('on a file is denied through a link to it, and through a folder that is held', async () => {
    const session = newSession();
    await hooks.begin(session);
    await mkdir(join(repository, 'src'), { recursive: true });
    await symlink(join(repository, 'src'), join(repository, 'link'));
    const blocker = await shop.hold(other, `${project}:src/`);
    expect(await hooks.denied(session, 'Edit', shop.edit('link/app.ts'))).toContain(`${project}:src/`);
    await shop.release(other, blocker);
  });

  test('on what the session itself holds passes', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const self = await shop.server.register(project, { sessionKey: session, directory: repository });
    expect(self.id).toBe(id);
    const blocker = await shop.hold(self, `${project}:own.txt`);
    expect(await hooks.denied(session, 'Edit', shop.edit('own.txt'))).toBe('');
    await shop.release(self, blocker);
  });
});

describe('a Bash command', () => {
  const bash = (session: string, command: string) => hooks.denied(session, 'Bash', { command, description: 'Runs it' });

  test('that would touch a held file is denied, and one that only reads it or cannot be told passes', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await shop.hold(other, `${project}:compose.yaml`);
    for (const command of [
      'echo x > compose.yaml',
      'cat <<EOF >> compose.yaml\nx\nEOF',
      'cd src && sed -i s/a/b/ ../compose.yaml',
      'docker compose up -d --build',
      'git checkout -- compose.yaml',
      'rm compose.yaml',
    ]) {
      expect({ command, denied: await bash(session, command) }).toMatchObject({
        denied: expect.stringContaining(other.id),
      });
    }
    for (const command of [
      'cat compose.yaml',
      'docker compose ps',
      'echo "> compose.yaml"',
      'rm "$FILE"',
      'echo x > free.yaml',
      'git status',
      'git rebase --continue',
    ]) {
      expect({ command, denied: await bash(session, command) }).toEqual({ command, denied: '' });
    }
    await shop.release(other, blocker);
  });

  test('that changes the whole work tree is denied while somebody holds a file and works in this very tree', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await shop.hold(other, `${project}:compose.yaml`);
    for (const command of ['git stash', 'git checkout main', 'git add -A', 'git commit -am wip', 'git reset --hard']) {
      expect({ command, denied: await bash(session, command) }).toMatchObject({
        denied: expect.stringContaining(other.id),
      });
    }
    await shop.release(other, blocker);
    const worktree = join(repository, '.claude', 'worktrees', 'side');
    await mkdir(worktree, { recursive: true });
    await mkdir(join(repository, '.git', 'worktrees', 'side'), { recursive: true });
    await writeFile(join(worktree, '.git'), `gitdir: ${join(repository, '.git', 'worktrees', 'side')}\n`);
    await writeFile(join(repository, '.git', 'worktrees', 'side', 'commondir'), '../..\n');
    const beside = await shop.server.register(project, { directory: worktree });
    const inside = await shop.hold(beside, `${project}:compose.yaml`);
    expect(await bash(session, 'git stash')).toBe('');
    await shop.release(beside, inside);
    const afar = await shop.server.register(project, { directory: '/another/clone' });
    const elsewhere = await shop.hold(afar, `${project}:compose.yaml`);
    expect(await bash(session, 'git stash')).toBe('');
    expect(await bash(session, 'echo x > compose.yaml')).toContain(afar.id);
    await shop.release(afar, elsewhere);
  });

  test('that copies into a folder touches what it puts there, and nothing else in it', async () => {
    const session = newSession();
    await hooks.begin(session);
    await mkdir(join(repository, 'src'), { recursive: true });
    const blocker = await shop.hold(other, `${project}:src/held.ts`);
    expect(await bash(session, 'cp compose.yaml src')).toBe('');
    expect(await bash(session, 'mv compose.yaml src/')).toBe('');
    expect(await bash(session, 'cp /elsewhere/held.ts src')).toContain(other.id);
    expect(await bash(session, 'rm -r src')).toContain(other.id);
    await shop.release(other, blocker);
  });

  test('that restarts a held project of Docker is denied', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await shop.hold(other, `docker:${project}`);
    expect(await bash(session, 'docker compose restart')).toContain(`docker:${project}`);
    expect(await bash(session, 'docker compose -p another restart')).toBe('');
    await shop.release(other, blocker);
    const stranger = await shop.server.register('another-shop');
    const service = await shop.hold(stranger, `docker:db-of-${project}`);
    expect(await bash(session, `docker compose restart db-of-${project}`)).toBe('');
    expect(await bash(session, `docker restart db-of-${project}`)).toContain(stranger.id);
    await shop.release(stranger, service);
  });

  test('that pushes is denied where the branch is held by the project, and else told who else is at work', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await shop.hold(other, 'branch:main');
    expect(await bash(session, 'git push')).toContain('branch:main, which git push would touch');
    expect(await bash(session, 'git push origin topic')).toBe('');
    await shop.release(other, blocker);
    const stranger = await shop.server.register('another-project');
    const theirs = await shop.hold(stranger, 'branch:main');
    const said = await hooks.call('PreToolUse', session, { tool_name: 'Bash', tool_input: { command: 'git push' } });
    expect(said).toEqual({
      hookEventName: 'PreToolUse',
      additionalContext: expect.stringContaining(`also at work on ${project}: ${other.id}`),
    });
    await shop.release(stranger, theirs);
  });
});
