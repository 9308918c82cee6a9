import { randomUUID } from 'node:crypto';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tokensOf } from '../../server/recall/tokens.ts';
import { visibleLine } from '../../server/visible.ts';
import { createTestHome, type TestHome } from '../support/home.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';
import { common, Hooks } from './support.ts';

let server: TestServer;
let home: TestHome;
/** A git repository of each test's own, its name, sessions in it, and an instance that works there too. */
let repository: string;
let project: string;
let hooks: Hooks;
let other: Agent;
let places = 0;
beforeAll(async () => {
  server = await startTestServer();
  home = await createTestHome();
});
beforeEach(async () => {
  places += 1;
  project = `shop${places}`;
  repository = join(await realpath(home.path), project);
  await mkdir(join(repository, '.git'), { recursive: true });
  await writeFile(join(repository, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(join(repository, 'compose.yaml'), '');
  hooks = new Hooks(server, repository);
  other = await server.register(project, { directory: repository });
});
afterAll(async () => {
  await server.close();
  await home.remove();
});

const newSession = (): string => `session-${randomUUID()}`;

/** Has an instance hold something. @returns the blocker's number */
async function hold(holder: Agent, resource: string, subject = 'Mine', more: Record<string, unknown> = {}) {
  const { sendMessage } = await holder.do<{ sendMessage: { message: { id: string } } }>(
    `mutation ($resource: String!, $subject: String!, $to: String!) {
      sendMessage(to: $to, type: BLOCKER, subject: $subject, resources: [$resource]) { message { id } }
    }`,
    { resource, subject, to: project, ...more },
  );
  return sendMessage.message.id;
}

const release = (holder: Agent, id: string) =>
  holder.do('mutation ($id: ID!) { releaseBlocker(id: $id) { id } }', { id });

const edit = (path: string) => ({ file_path: join(repository, path), old_string: 'a', new_string: 'b' });

describe('a session', () => {
  test('registers for the repository that it starts in, once however often it starts', async () => {
    const session = newSession();
    const first = await hooks.begin(session);
    expect(first.text).toContain(`${first.id} on ${project}`);
    expect(await hooks.begin(session, 'resume')).toMatchObject({ id: first.id });
    expect(await hooks.begin(session, 'compact')).toMatchObject({ id: first.id });
  });

  test('that starts again without having left is told that it may run twice', async () => {
    const session = newSession();
    const { id, text } = await hooks.begin(session);
    expect(text).not.toContain('had not left');
    expect((await hooks.begin(session, 'resume')).text).toContain(`both are ${id}`);
    expect((await hooks.begin(session, 'compact')).text).not.toContain('had not left');
  });

  test.each(['clear', 'fork'])('that begins by %s is an instance of its own, as its id is new', async (source) => {
    const before = await hooks.begin(newSession());
    const after = await hooks.begin(newSession(), source);
    expect(after.id).not.toBe(before.id);
  });

  test('leaves at its end, its blockers lapse, and it is the same instance when it is resumed', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    expect(await hooks.call('SessionEnd', session, { reason: 'prompt_input_exit' })).toBeUndefined();
    const { instances } = await server.operator.do<{ instances: { nodes: { id: string }[] } }>(
      '{ instances(first: 100) { nodes { id } } }',
    );
    expect(instances.nodes.map((each) => each.id)).not.toContain(id);
    expect(await hooks.begin(session, 'resume')).toMatchObject({ id });
  });

  test('that was not known registers at its first prompt, and is told what it would have been told at its start', async () => {
    const session = newSession();
    expect(await hooks.told('UserPromptSubmit', session, { prompt: 'Hello' })).toContain('this session is');
    expect(await hooks.told('UserPromptSubmit', session, { prompt: 'Hello' })).toBe('');
  });

  test('in a folder without a repository works on what the folder is called', async () => {
    const folder = join(home.path, 'human');
    await mkdir(folder);
    const { text } = await new Hooks(server, folder).begin(newSession());
    expect(text).toContain('on human-project,');
  });

  test('has the first line of its prompt as its task, where none was set and there is no secret in it', async () => {
    const task = async (id: string) => {
      const { instances } = await server.operator.do<{ instances: { nodes: { id: string; task: string | null }[] } }>(
        '{ instances(first: 100) { nodes { id task } } }',
      );
      return instances.nodes.find((each) => each.id === id)?.task;
    };
    const session = newSession();
    const { id } = await hooks.begin(session);
    await hooks.call('UserPromptSubmit', session, { prompt: 'Use ghp_16C7e42F292c6912E7710c838347Ae178B4a for it' });
    expect(await task(id)).toBeNull();
    await hooks.call('UserPromptSubmit', session, { prompt: `\n  Rebuild the importer ${'x'.repeat(500)}\nand more` });
    expect(await task(id)).toMatch(/^Rebuild the importer…$|^Rebuild the importer x+…$/);
    await hooks.call('UserPromptSubmit', session, { prompt: 'yes' });
    expect(await task(id)).toMatch(/^Rebuild/);
  });
});

describe('what a session is told at its start', () => {
  test('is who else is there, what is held, what it owes, its mail and what is known, in under 800 tokens', async () => {
    const busy = await server.register(project, { directory: repository });
    await busy.do('mutation { heartbeat(task: "Splitting the pool", status: BUSY) { id } }');
    await busy.remember('GOTCHA', 'Port 5432 is taken', { project, content: 'Use 5433.' });
    const blocker = await hold(busy, 'port:5432', 'Testing the pool');
    const request = await busy.send(project, 'Which port is free?', { type: 'REQUEST', body: 'For the test.' });
    const { text } = await hooks.begin(newSession());
    expect(text).toContain(`${busy.id} on ${project}, busy`);
    expect(text).toContain('Splitting the pool');
    expect(text).toContain(`#${blocker} port:5432 by ${busy.id}`);
    expect(text).toContain(`#${request} request from ${busy.id} (${project})`);
    expect(text).toContain('(gotcha) Port 5432 is taken\n    Use 5433.');
    await release(busy, blocker);
  });

  test('stays under 800 tokens and shows no hidden character, whatever others wrote', async () => {
    const loud = await server.register(project, { directory: '/elsewhere' });
    await loud.do('mutation ($task: String!) { heartbeat(task: $task) { id } }', { task: '\u202e'.repeat(160) });
    for (let index = 0; index < 8; index += 1) {
      await loud.send(project, `\u001b[31m${'ü'.repeat(100)}`, {
        type: 'REQUEST',
        body: '\u200b\u0007 do as I say\n'.repeat(900),
      });
      await loud.remember('DECISION', `${index} ${'long '.repeat(50)}`, {
        project,
        content: 'word '.repeat(5000),
      });
      await hold(loud, `loud:${'x'.repeat(300)}${index}`, 'y'.repeat(250));
    }
    const { text } = await hooks.begin(newSession());
    expect(tokensOf(text)).toBeLessThan(800);
    expect(text).toContain(`Known about ${project}`);
    expect(text.replaceAll('\n', '')).toBe(visibleLine(text.replaceAll('\n', '')));
    await loud.leave();
  });

  test('after a compaction names what it holds', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const self = await server.register(project, { sessionKey: session, directory: repository });
    expect(self.id).toBe(id);
    const blocker = await hold(self, 'docker:shop', 'Rebuilding');
    const { text } = await hooks.begin(session, 'compact');
    expect(text).toContain(`is still ${id}`);
    expect(text).toContain(
      `Held by this session, until \`clambake release <id>\` or a \`done\`:\n#${blocker} docker:shop`,
    );
    await release(self, blocker);
  });
});

describe('mail', () => {
  test('comes between tool calls, each message once, urgent ones first, and nothing is said where there is none', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    expect(await hooks.call('PostToolBatch', session, { tool_calls: [] })).toBeUndefined();
    await other.send(id, 'Just so you know', { body: 'Nothing much.' });
    await other.send(id, 'Restarting Docker', { type: 'WARNING' });
    await other.send(id, 'Which port?', { type: 'REQUEST' });
    const text = await hooks.told('PostToolBatch', session, { tool_calls: [] });
    const places = ['Which port?', 'Restarting Docker', 'Just so you know\n    Nothing much.'].map((each) =>
      text.indexOf(each),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(await hooks.call('PostToolBatch', session)).toBeUndefined();
    expect(await hooks.call('UserPromptSubmit', session, { prompt: 'Go on' })).toBeUndefined();
  });

  test('that the inbox has shown is not told again, and what was told stays unread until it is read', async () => {
    const session = newSession();
    const agent = await server.register(project, { sessionKey: session, directory: repository });
    await other.send(agent.id, 'Shown by the inbox');
    expect(await agent.inbox()).toContain('Shown by the inbox');
    const told = await other.send(agent.id, 'Told by a hook');
    expect(await hooks.told('PostToolBatch', session)).toMatch(/^(?!.*Shown by)[\s\S]*Told by a hook/);
    expect(await agent.inbox()).toContain('Told by a hook');
    await agent.read(told);
    expect(await agent.inbox()).not.toContain('Told by a hook');
  });

  test('of a flood comes a little at a time, within a budget, and each message exactly once', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const sent: string[] = [];
    for (let index = 0; index < 25; index += 1)
      sent.push(await other.send(id, `Number ${index}`, { body: 'x '.repeat(400) }));
    const told: string[] = [];
    for (let call = 0; call < 25; call += 1) {
      const text = await hooks.told('PostToolBatch', session);
      if (text === '') break;
      expect(tokensOf(text)).toBeLessThanOrEqual(520);
      told.push(...[...text.matchAll(/^#(\d+) info/gm)].map(([, number = '']) => number));
    }
    expect(told).toEqual(sent);
  });

  test('that is asked for many times at once is told once, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('send', 'ask'), { minLength: 2, maxLength: 12 }), async (steps) => {
        const session = newSession();
        const { id } = await hooks.begin(session);
        const sent: string[] = [];
        const texts = await Promise.all(
          steps.map(async (step, index) => {
            if (step === 'ask') return hooks.told('PostToolBatch', session);
            sent.push(await other.send(id, `Race ${index}`));
            return '';
          }),
        );
        for (let call = 0; call < 5; call += 1) texts.push(await hooks.told('PostToolBatch', session));
        const told = texts.flatMap((text) => [...text.matchAll(/^#(\d+) /gm)].map(([, number = '']) => number));
        expect(told.sort()).toEqual(sent.sort());
      }),
      { numRuns: 15 },
    );
  });

  test('is not spent on a subagent, whose context is gone when it ends', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    await other.send(id, 'For the session');
    expect(await hooks.call('PostToolBatch', session, { agent_id: 'a1', agent_type: 'Explore' })).toBeUndefined();
    expect(await hooks.told('PostToolBatch', session)).toContain('For the session');
  });

  test('that nobody got, as the connection broke before the answer, is new again', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    await other.send(id, 'Not lost');
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    await client.query('BEGIN');
    // Handing over waits for the receipts.
    await client.query('LOCK TABLE clambake.receipt IN SHARE MODE');
    const giving = AbortSignal.timeout(500);
    await expect(
      fetch(`${server.url}/hooks/PostToolBatch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.operator.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(common('PostToolBatch', session, repository)),
        signal: giving,
      }),
    ).rejects.toThrow();
    await client.query('COMMIT');
    await client.end();
    await expect.poll(() => hooks.told('PostToolBatch', session), { timeout: 5000 }).toContain('Not lost');
  });
});

describe('a tool call', () => {
  test('on a file that another holds is denied, with holder, reason, until when, and how to wait and to ask', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await hold(other, `${project}:compose.yaml`, 'Adding a service');
    const reason = await hooks.denied(session, 'Edit', edit('compose.yaml'));
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
    expect(await hooks.denied(session, 'Edit', edit('other.yaml'))).toBe('');
    expect(await hooks.denied(session, 'Read', { file_path: join(repository, 'compose.yaml') })).toBe('');
    await release(other, blocker);
    expect(await hooks.denied(session, 'Edit', edit('compose.yaml'))).toBe('');
  });

  test('of a subagent is denied as one of its session would be', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await hold(other, `${project}:compose.yaml`);
    expect(await hooks.denied(session, 'Edit', edit('compose.yaml'), { agent_id: 'a1' })).toContain(other.id);
    await release(other, blocker);
  });

  test('on a file is denied through a link to it, and through a folder that is held', async () => {
    const session = newSession();
    await hooks.begin(session);
    await mkdir(join(repository, 'src'), { recursive: true });
    await symlink(join(repository, 'src'), join(repository, 'link'));
    const blocker = await hold(other, `${project}:src/`);
    expect(await hooks.denied(session, 'Edit', edit('link/app.ts'))).toContain(`${project}:src/`);
    await release(other, blocker);
  });

  test('on what the session itself holds passes', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const self = await server.register(project, { sessionKey: session, directory: repository });
    expect(self.id).toBe(id);
    const blocker = await hold(self, `${project}:own.txt`);
    expect(await hooks.denied(session, 'Edit', edit('own.txt'))).toBe('');
    await release(self, blocker);
  });
});

describe('a Bash command', () => {
  const bash = (session: string, command: string) => hooks.denied(session, 'Bash', { command, description: 'Runs it' });

  test('that would touch a held file is denied, and one that only reads it or cannot be told passes', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await hold(other, `${project}:compose.yaml`);
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
    await release(other, blocker);
  });

  test('that changes the whole work tree is denied while somebody holds a file and works in this very tree', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await hold(other, `${project}:compose.yaml`);
    for (const command of ['git stash', 'git checkout main', 'git add -A', 'git commit -am wip', 'git reset --hard']) {
      expect({ command, denied: await bash(session, command) }).toMatchObject({
        denied: expect.stringContaining(other.id),
      });
    }
    await release(other, blocker);
    const worktree = join(repository, '.claude', 'worktrees', 'side');
    await mkdir(worktree, { recursive: true });
    await mkdir(join(repository, '.git', 'worktrees', 'side'), { recursive: true });
    await writeFile(join(worktree, '.git'), `gitdir: ${join(repository, '.git', 'worktrees', 'side')}\n`);
    await writeFile(join(repository, '.git', 'worktrees', 'side', 'commondir'), '../..\n');
    const beside = await server.register(project, { directory: worktree });
    const inside = await hold(beside, `${project}:compose.yaml`);
    expect(await bash(session, 'git stash')).toBe('');
    await release(beside, inside);
    const afar = await server.register(project, { directory: '/another/clone' });
    const elsewhere = await hold(afar, `${project}:compose.yaml`);
    expect(await bash(session, 'git stash')).toBe('');
    expect(await bash(session, 'echo x > compose.yaml')).toContain(afar.id);
    await release(afar, elsewhere);
  });

  test('that restarts a held project of Docker is denied', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await hold(other, `docker:${project}`);
    expect(await bash(session, 'docker compose restart')).toContain(`docker:${project}`);
    expect(await bash(session, 'docker compose -p another restart')).toBe('');
    await release(other, blocker);
    const stranger = await server.register('another-shop');
    const service = await hold(stranger, `docker:db-of-${project}`);
    expect(await bash(session, `docker compose restart db-of-${project}`)).toBe('');
    expect(await bash(session, `docker restart db-of-${project}`)).toContain(stranger.id);
    await release(stranger, service);
  });

  test('that pushes is denied where the branch is held by the project, and else told who else is at work', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await hold(other, 'branch:main');
    expect(await bash(session, 'git push')).toContain('branch:main, which git push would touch');
    expect(await bash(session, 'git push origin topic')).toBe('');
    await release(other, blocker);
    const stranger = await server.register('another-project');
    const theirs = await hold(stranger, 'branch:main');
    const said = await hooks.call('PreToolUse', session, { tool_name: 'Bash', tool_input: { command: 'git push' } });
    expect(said).toEqual({
      hookEventName: 'PreToolUse',
      additionalContext: expect.stringContaining(`also at work on ${project}: ${other.id}`),
    });
    await release(stranger, theirs);
  });
});

describe('before it stops a session', () => {
  test('hears once of a request that nobody has answered, never twice, and not while it goes on because of it', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const request = await other.send(id, 'Which port?', { type: 'REQUEST' });
    expect(await hooks.call('Stop', session, { stop_hook_active: true })).toBeUndefined();
    const text = await hooks.told('Stop', session, { stop_hook_active: false });
    expect(text).toContain(`#${request} request from ${other.id}`);
    expect(text).toContain(`--reply-to ${request}`);
    expect(await hooks.call('Stop', session, { stop_hook_active: false })).toBeUndefined();
  });

  test('hears nothing of what is answered, of what went to everybody, or of mere news', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const request = await other.send(id, 'Answered', { type: 'REQUEST' });
    await other.send(id, 'Here it is', { type: 'DONE', replyTo: request });
    await other.send('@all', 'Anybody?', { type: 'REQUEST' });
    await other.send(id, 'News');
    expect(await hooks.call('Stop', session, { stop_hook_active: false })).not.toMatchObject({
      additionalContext: expect.stringMatching(/Answered|Anybody|News/),
    });
  });
});

describe('bad input', () => {
  test.each([
    ['an unknown event', 'Unheard', JSON.stringify(common('Unheard', 'x', '/work'))],
    ['no session', 'PostToolBatch', JSON.stringify({ cwd: '/work' })],
    [
      'a session of a thousand bytes',
      'PostToolBatch',
      JSON.stringify(common('PostToolBatch', 'x'.repeat(1000), '/work')),
    ],
    ['no folder', 'PostToolBatch', JSON.stringify({ session_id: 'x' })],
    ['no JSON', 'PostToolBatch', '{"session_id": '],
    ['no object', 'PostToolBatch', '[1]'],
  ])('with %s lets pass, and says why only in a header', async (_, event, body) => {
    expect(await hooks.post(event, body)).toEqual({ status: 200, body: {}, problem: 'BAD_INPUT' });
  });

  test('of 5 MB in a tool is answered as any other', async () => {
    const session = newSession();
    await hooks.begin(session);
    const blocker = await hold(other, `${project}:big.txt`);
    const content = 'a"\\\n'.repeat(1_300_000);
    expect(await hooks.denied(session, 'Write', { file_path: join(repository, 'big.txt'), content })).toContain(
      other.id,
    );
    await release(other, blocker);
  });

  test('of more than a hook can have lets pass', async () => {
    const reply = await hooks.post(
      'PreToolUse',
      JSON.stringify({ ...common('PreToolUse', 'x', '/work'), tool_input: 'x'.repeat(17 << 20) }),
    );
    expect(reply).toEqual({ status: 200, body: {}, problem: 'LIMIT_EXCEEDED' });
  });

  test('of any kind never makes an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          tool_name: fc.oneof(fc.constant('Bash'), fc.constant('Edit'), fc.string()),
          tool_input: fc.jsonValue(),
        }),
        async (more) => {
          const reply = await hooks.post(
            'PreToolUse',
            JSON.stringify({ ...common('PreToolUse', 'any', repository), ...more }),
          );
          expect(reply).toMatchObject({ status: 200, body: {}, problem: null });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('without a token, or with a wrong one, is refused; so is what another site sends', async () => {
    const body = JSON.stringify(common('PostToolBatch', 'x', '/work'));
    expect((await hooks.post('PostToolBatch', body, { authorization: '' })).status).toBe(401);
    expect((await hooks.post('PostToolBatch', body, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await hooks.post('PostToolBatch', body, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await hooks.post('PostToolBatch', body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });
});

test('a key that the person chose goes before the session of Claude Code', async () => {
  const agent = await server.register(project, { sessionKey: `chosen-${project}`, directory: repository });
  await other.send(agent.id, 'For the key');
  const { body } = await hooks.post(
    'PostToolBatch',
    JSON.stringify(common('PostToolBatch', newSession(), repository)),
    {
      'clambake-session': `chosen-${project}`,
    },
  );
  expect(body.hookSpecificOutput?.additionalContext).toContain('For the key');
});

test('a token of an instance acts as that instance, whatever session is named', async () => {
  const agent = await server.register(project);
  await other.send(agent.id, 'For the token');
  const own = new Hooks(server, repository, agent.token);
  expect(await own.told('PostToolBatch', 'somebody-elses')).toContain('For the token');
});

test('a database that hangs lets pass', async () => {
  const session = newSession();
  await hooks.begin(session);
  const client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE clambake.instance IN ACCESS EXCLUSIVE MODE');
  const since = performance.now();
  const reply = await hooks.post('PostToolBatch', JSON.stringify(common('PostToolBatch', session, repository)));
  expect(reply).toEqual({ status: 200, body: {}, problem: 'DATABASE_UNAVAILABLE' });
  // What is promised is measured where nothing else runs (speed.test.ts): here others run beside.
  expect(performance.now() - since).toBeLessThan(4000);
  await client.query('COMMIT');
  await client.end();
});
