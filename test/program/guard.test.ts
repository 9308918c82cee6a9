import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { program, type Said, type Started, start as startProcess } from '../support/program.ts';
import { startProxy } from '../support/proxy.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let folder: string;
let repository: string;
let ann: string;
let ben: string;
const started: Started[] = [];
beforeAll(async () => {
  // Under the name of a proxy as well, whatever its port is.
  server = await startTestServer({ allowedHosts: ['127.0.0.1'] });
  folder = realpathSync(await mkdtemp(join(tmpdir(), 'clambake-guard-')));
  repository = join(folder, 'doc-db-v2');
  mkdirSync(join(repository, 'src', 'db'), { recursive: true });
  for (const path of ['docker-compose.yml', 'a,b.txt', 'src/app.ts']) writeFileSync(join(repository, path), '');
  execFileSync('git', ['init', '-q'], { cwd: repository });
  ann = await register('ann');
  ben = await register('ben');
});
afterAll(async () => {
  for (const { process } of started) process.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Place {
  from?: string;
  url?: string;
}

/** Starts a command in the session of somebody. */
function start(session: string, args: string[], { from = '.', url = server.url }: Place = {}): Started {
  const home = { CLAMBAKE_HOME: join(folder, 'home'), CLAMBAKE_TOKEN: server.config.token ?? '' };
  const env = { ...home, CLAMBAKE_URL: url, CLAMBAKE_SESSION: session };
  const command = startProcess([process.execPath, program, ...args], { env, cwd: join(repository, from) });
  started.push(command);
  return command;
}
const run = (session: string, args: string[], place?: Place): Promise<Said> => start(session, args, place).ended;

async function register(session: string): Promise<string> {
  const { stdout } = await run(session, ['register', '--project', 'doc-db-v2']);
  return /as (\S+) on/.exec(stdout)?.[1] ?? '';
}

const blocker = (...more: string[]): string[] => [
  ...['send', '--to', '@all', '--type', 'blocker', '--subject', 'Editing', '--body', 'Adding a service.'],
  ...more,
];

/** Opens a blocker and gives its number. */
async function hold(session: string, resources: string[], place?: Place): Promise<string> {
  const flags = resources.flatMap((resource) => ['--resource', resource]);
  const said = await run(session, blocker(...flags), place);
  expect(said).toMatchObject({ code: 0, stderr: '' });
  return /^Sent #(\d+)/.exec(said.stdout)?.[1] ?? '';
}

const release = async (session: string, id: string): Promise<void> =>
  expect(await run(session, ['release', id])).toMatchObject({ code: 0 });

afterEach(async () => {
  const { blockers } = await server.operator.do<{ blockers: { nodes: { id: string }[] } }>(
    '{ blockers { nodes { id } } }',
  );
  for (const { id } of blockers.nodes) {
    await server.operator.do('mutation ($id: ID!) { releaseBlocker(id: $id, reason: "Over.") { id } }', { id });
  }
});

/** Who waits, as the server says. */
const waiters = async (): Promise<string[]> =>
  (
    await server.operator.do<{ status: { waiters: { from: string }[] } }>('{ status { waiters { from } } }')
  ).status.waiters.map(({ from }) => from);
const untilWaiting = (...who: string[]): Promise<void> => expect.poll(waiters, { timeout: 30_000 }).toEqual(who);

describe('guard', () => {
  test('tells from any folder whether somebody else holds a file: exit code 3 and all there is to know, or 0', async () => {
    const id = await hold('ann', ['docker-compose.yml', 'db/'], { from: 'src' });
    // Named from src, the first is another file.
    expect((await run('ben', ['guard', 'docker-compose.yml'])).code).toBe(0);
    const said = await run('ben', ['guard', 'pool.ts', '../docker-compose.yml'], { from: 'src/db' });
    expect(said).toMatchObject({ code: 3, stderr: '' });
    expect(said.stdout.split('\n')).toEqual([
      'Held: doc-db-v2:src/db/pool.ts, doc-db-v2:src/docker-compose.yml',
      expect.stringMatching(
        new RegExp(
          `^ {2}#${id} held by ${ann} for \\d+ s, to @all, ends in \\d+ min, ` +
            'holds doc-db-v2:src/docker-compose.yml, doc-db-v2:src/db/: Editing$',
        ),
      ),
      '    Adding a service.',
      `  To ask for it: clambake send --to ${ann} --type request --reply-to ${id} --subject "…"`,
      'To wait until all of it is free, add --wait 5m.',
      '',
    ]);
    const [, ...ask] = /(send .*) --subject/.exec(said.stdout)?.[1]?.split(' ') ?? [];
    expect(await run('ben', ['send', ...ask, '--subject', 'May I?'])).toMatchObject({ code: 0 });

    expect(await run('ben', ['guard', 'src/app.ts', 'port:5432'])).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: 'Clear: nobody else holds doc-db-v2:src/app.ts, port:5432.\n',
    });
    expect((await run('ann', ['guard', 'src/db/pool.ts'])).code).toBe(0);
    expect((await run('ben', ['guard', join(repository, 'src/db'), '--as', 'human'])).code).toBe(0);
    await release('ann', id);
    expect((await run('ben', ['guard', 'src/db/pool.ts'])).code).toBe(0);
  });

  test('takes a comma for a part of the name, unlike --resource, where a backslash keeps it', async () => {
    const id = await hold('ann', ['a\\,b.txt,port:1']);
    expect((await run('ben', ['guard', 'a,b.txt'])).stdout).toContain('Held: doc-db-v2:a,b.txt\n');
    expect((await run('ben', ['guard', 'port:1'])).code).toBe(3);
    expect((await run('ben', ['guard', 'a'])).code).toBe(0);
    await release('ann', id);
  });

  test('prints with --json the result alone, with the same exit codes', async () => {
    const id = await hold('ann', ['src/app.ts']);
    const held = await run('ben', ['guard', '.', '--json']);
    expect(held).toMatchObject({ code: 3, stderr: '' });
    expect(JSON.parse(held.stdout)).toMatchObject({
      ...{ clear: false, resources: ['doc-db-v2:/'] },
      held: [{ resource: 'doc-db-v2:/', blocker: { id, heldBy: ann, resources: ['doc-db-v2:src/app.ts'] } }],
    });
    const clear = await run('ben', ['guard', 'port:2', '--json']);
    expect(clear).toEqual({ code: 0, stderr: '', stdout: '{"clear":true,"resources":["port:2"],"held":[]}\n' });
    await release('ann', id);
  });

  test('refuses what is no resource, none, and 10,000 of them', async () => {
    expect(await run('ben', ['guard'])).toMatchObject({ code: 2, stdout: '' });
    const empty = await run('ben', ['guard', 'src', '']);
    expect(empty).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('<resources> is empty') });
    expect(await run('ben', blocker('--resource', ''))).toMatchObject({
      ...{ code: 2, stdout: '', stderr: expect.stringContaining('--resource is empty') },
    });
    const pattern = await run('ben', ['guard', 'src/*.ts']);
    expect(pattern).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('patterns are not') });
    const many = Array.from({ length: 10_000 }, (_, number) => `src/${number}.ts`);
    for (const args of [['guard', ...many], blocker('--resource', many.join(','))]) {
      const said = await run('ben', args);
      expect(said).toMatchObject({ code: 1, stdout: '' });
      expect(said.stderr).toMatch(/^clambake: 10000 resources are given: at most 500 [^\n]*\n$/);
    }
  });
});

describe('a blocker', () => {
  test('whose resource is held is refused with exit code 3, who holds it and how to ask', async () => {
    const id = await hold('ann', ['port:10']);
    const said = await run('ben', blocker('--resource', 'port:10'));
    expect(said).toMatchObject({ code: 3, stdout: '' });
    const [first, second, ...rest] = said.stderr.split('\n');
    expect(first).toMatch(
      new RegExp(`^clambake: port:10 is held by ${ann} for \\d+s, .* \\(blocker #${id}: "Editing"\\)\\.$`),
    );
    expect(second).toMatch(/^ {4}Wait for it \(--wait 5m\), or ask: `clambake send --to /);
    expect(rest).toEqual(['']);
    const json = await run('ben', [...blocker('--resource', 'port:10'), '--json']);
    expect(json).toMatchObject({ code: 3, stdout: '' });
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { code: 'BLOCKED', blockers: [{ id, resource: 'port:10', heldBy: ann, subject: 'Editing' }], ahead: 0 },
    });
    expect((await run('ann', ['blockers', '--resource', 'port:10'])).stdout).toContain(`#${id} held by ${ann}`);
    expect((await run('ann', ['blockers', '--resource', 'src'])).stdout).toBe('No blockers.\n');
    await release('ann', id);
  });
});

describe('waiting', () => {
  test('is served by the release; the holder sees meanwhile who waits', async () => {
    const id = await hold('ann', ['port:20']);
    const blocked = start('ben', blocker('--resource', 'port:20', '--for', '30m', '--wait', '1m'));
    await untilWaiting(ben);
    expect((await run('ann', ['blockers'])).stdout).toContain(`holds port:20, ${ben} waits: Editing\n`);
    expect((await run('ann', ['status'])).stdout).toMatch(
      new RegExp(`^Waiting in line \\(1\\)\n {2}${ben} waits for ${ann} \\(#${id}\\), \\d+ s: port:20$`, 'm'),
    );
    const guarding = start('carl', ['guard', 'port:20', '--wait', '1m']);
    await untilWaiting(ben, 'human');
    await release('ann', id);
    const said = await blocked.ended;
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(/^Holds port:20, ends in (29|30) min. To end it: clambake release \d+$/m);
    await release('ben', /^Sent #(\d+)/.exec(said.stdout)?.[1] ?? '');
    expect(await guarding.ended).toMatchObject({ code: 0, stdout: 'Clear: nobody else holds port:20.\n' });
    expect((await run('ann', ['status'])).stdout).not.toContain('Waiting');
  });

  test('that runs out ends in exit code 3', async () => {
    const id = await hold('ann', ['port:21']);
    for (const args of [['guard', 'port:21', '--wait', '1s'], blocker('--resource', 'port:21', '--wait', '1s')]) {
      const said = await run('ben', args);
      expect(said).toMatchObject({ code: 3, stdout: '' });
      expect(said.stderr).toContain(`clambake: port:21 is held by ${ann} for `);
      expect(said.stderr).toContain('    Wait longer (--wait 30m), or ask: ');
    }
    expect(JSON.parse((await run('ben', ['guard', 'port:21', '--wait', '1s', '--json'])).stderr)).toMatchObject({
      error: { code: 'BLOCKED', blockers: [{ id }] },
    });
    expect(await waiters()).toEqual([]);
    await release('ann', id);
  });

  test.skipIf(process.platform === 'win32').each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ended by %s leaves nobody in line, and ends in exit code %i', async (signal, code) => {
    const id = await hold('ann', ['port:22']);
    const ways = [['guard', 'port:22', '--wait', '5m'], blocker('--resource', 'port:22', '--wait', '5m', '--json')];
    for (const args of ways) {
      const { process, ended } = start('ben', args);
      await untilWaiting(ben);
      process.kill(signal);
      const said = await ended;
      expect(said).toMatchObject({ code, stdout: '' });
      if (args.includes('--json')) expect(JSON.parse(said.stderr)).toMatchObject({ error: { code: 'INTERRUPTED' } });
      else expect(said.stderr).toBe(`clambake: Stopped by ${signal}.\n`);
      await expect.poll(waiters, { timeout: 2000 }).toEqual([]);
    }
    await release('ann', id);
    expect((await run('carl', ['blockers', '--resource', 'port:22'])).stdout).toBe('No blockers.\n');
  });

  test('outlasts a lost connection, for what is left of the time', async () => {
    const id = await hold('ann', ['port:23']);
    const proxy = await startProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    try {
      const url = `http://127.0.0.1:${proxy.port}`;
      const began = Date.now();
      const late = start('ben', ['guard', 'port:23', '--wait', '6s', '--as', 'human'], { url });
      await untilWaiting('human');
      await sleep(3000);
      proxy.reset();
      expect(await late.ended).toMatchObject({ code: 3 });
      expect(Date.now() - began).toBeLessThan(11_000);
      const served = start('ben', blocker('--resource', 'port:23', '--wait', '1m', '--as', 'human'), { url });
      await untilWaiting('human');
      proxy.reset();
      await release('ann', id);
      const said = await served.ended;
      expect(said).toMatchObject({ code: 0, stderr: '' });
      expect((await run('ann', ['blockers', '--resource', 'port:23'])).stdout).toContain(`held by human`);
    } finally {
      await proxy.close();
    }
  });
});

describe('a warning with --wait', () => {
  const warning = ['send', '--to', '@all', '--type', 'warning', '--subject', 'Restarting'];
  const latest = async (): Promise<string> =>
    (
      await server.operator.do<{ messages: { nodes: { id: string }[] } }>(
        '{ messages(first: 1, type: WARNING) { nodes { id } } }',
      )
    ).messages.nodes[0]?.id ?? '0';

  test('ends in exit code 0 where nobody objects, and says so', async () => {
    const said = await run('ann', [...warning, '--wait', '1s']);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(/^Sent #\d+ to @all: .*\nNobody objected within 1s\.\n$/);
    expect((await run('ann', warning)).stdout).not.toContain('objected');
    const json = await run('ann', [...warning, '--wait', '1s', '--json']);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ objection: null });
  });

  test('goes on listening after a lost connection, for what is left of the time', async () => {
    const proxy = await startProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    try {
      const before = await latest();
      const place = { url: `http://127.0.0.1:${proxy.port}` };
      const warned = start('ann', [...warning, '--wait', '40s', '--as', 'human'], place);
      await expect.poll(latest, { timeout: 30_000 }).not.toBe(before);
      const id = await latest();
      await sleep(1500);
      proxy.reset();
      await sleep(3000);
      expect(warned.process.exitCode).toBeNull();
      await run('ben', ['send', '--to', '@all', '--type', 'blocker', '--reply-to', id, '--subject', 'Not now']);
      expect(await warned.ended).toMatchObject({ code: 3, stderr: '', stdout: expect.stringContaining(': Not now\n') });
      expect(await latest()).toBe(id);
    } finally {
      await proxy.close();
    }
  });

  test.each([[[] as string[]], [['--json']]])('prints an objection and ends in exit code 3 %j', async (flags) => {
    const before = await latest();
    const warned = start('ann', [...warning, '--wait', '60s', ...flags]);
    await expect.poll(latest, { timeout: 30_000 }).not.toBe(before);
    const reply = ['--reply-to', await latest(), '--subject', 'Not now', '--body', 'Import runs.\nUntil noon.'];
    await run('ben', ['send', '--to', ann, '--type', 'info', ...reply]);
    await run('ben', ['send', '--to', ann, '--type', 'request', ...reply]);
    const said = await warned.ended;
    expect(said).toMatchObject({ code: 3, stderr: '' });
    if (flags.length > 0) {
      const objection = { type: 'REQUEST', from: ben, subject: 'Not now', body: 'Import runs.\nUntil noon.' };
      expect(JSON.parse(said.stdout)).toMatchObject({ objection });
      return;
    }
    const [, ...lines] = said.stdout.split('\n');
    expect(lines).toEqual([
      'Somebody objects:',
      expect.stringMatching(
        new RegExp(
          `^ {2}#\\d+ request \\(open\\) from ${ben} \\(doc-db-v2\\) to ${ann}, just now, reply to #\\d+: Not now$`,
        ),
      ),
      '    Import runs.',
      '    Until noon.',
      '',
    ]);
  });
});
