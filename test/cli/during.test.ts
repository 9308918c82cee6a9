import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../../server/database/process.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine, type Said, type Started } from '../support/program.ts';
import { Caller } from '../support/server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const onUnix = process.platform !== 'win32';

let database: TestDatabase;
let machine: Machine;
let serving: Started;
let folder: string;

/** What every command sees: a server that is not there stays so until the test starts it. */
const env = { CLAMBAKE_AUTOSTART: '0', CLAMBAKE_SESSION: 'ann' };

async function startServer(more: Record<string, string> = {}): Promise<void> {
  serving = machine.start(['serve'], { env: { ...env, CLAMBAKE_LOG_LEVEL: 'warn', ...more } });
  await vi.waitFor(() => expect(serving.said).toMatchObject({ stdout: expect.stringContaining('is running') }), {
    timeout: 40_000,
    interval: 50,
  });
}

const operator = (): Caller => new Caller(machine.url, readFileSync(join(machine.home, 'token'), 'utf8').trim());

beforeAll(async () => {
  database = await createTestDatabase();
  machine = await Machine.create({ DATABASE_URL: database.url });
  folder = await machine.folder('work');
  await startServer();
  for (const key of ['ann', 'ben']) {
    const { code } = await as(key)('register', '--project', 'during').ended;
    expect(code).toBe(0);
  }
});
afterAll(async () => {
  await machine.close();
  await database.drop();
});

/** What this test has started. */
let started: Started[] = [];

const as =
  (key: string) =>
  (...args: string[]): Started => {
    const one = machine.start(args, { cwd: folder, env: { ...env, CLAMBAKE_SESSION: key } });
    started.push(one);
    return one;
  };
const ann = as('ann');
const ben = as('ben');

/** A `during` of Ann's without a warning. */
const during = (flags: string[], command: string[]): Started =>
  ann('during', '--subject', 'Rebuild', '--notice', '0s', ...flags, '--', ...command);

/** A program of Node's. */
const script = (text: string): string[] => [process.execPath, '-e', text];
/** One that runs until it is told to end, then ends with code 7. */
const until = (signal: string): string[] =>
  script(`process.on('${signal}', () => { console.log('got ${signal}'); process.exit(7); });
    setInterval(() => {}, 1000); console.log('ready ' + process.pid);`);

interface Blocker {
  id: string;
  resources: string[];
}

async function openBlockers(): Promise<Blocker[]> {
  const { blockers } = await operator().do<{ blockers: { nodes: Blocker[] } }>(
    '{ blockers(first: 50) { nodes { id resources } } }',
  );
  return blockers.nodes;
}

const waiters = async (): Promise<number> =>
  (await operator().do<{ status: { waiters: unknown[] } }>('{ status { waiters { since } } }')).status.waiters.length;

interface Message {
  id: string;
  type: string;
  subject: string;
  body: string;
  replyToId: string | null;
}

/** What everybody was told, newest first. */
async function told(type: string): Promise<Message[]> {
  const { messages } = await operator().do<{ messages: { nodes: Message[] } }>(
    '{ messages(first: 20) { nodes { id type subject body replyToId } } }',
  );
  return messages.nodes.filter((message) => message.type === type);
}

/** Processes of this test's home that watch, or that a `during` runs. */
function watchers(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const mine = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`CLAMBAKE_HOME=${machine.home}`);
        return mine && /\0during(-watcher)?\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch (error) {
        // It has ended meanwhile, or is somebody else's.
        if (error instanceof Error && 'code' in error) return false;
        throw error;
      }
    })
    .map(Number)
    .filter(isAlive);
}

const nothingHeld = (): Promise<void> =>
  vi.waitFor(async () => expect(await openBlockers()).toEqual([]), { timeout: 15_000, interval: 50 });

/** The id of the process that it runs, once that is ready. */
async function ready({ said }: Started): Promise<number> {
  await expect.poll(() => said.stdout, { timeout: 20_000 }).toContain('ready ');
  return Number(/ready (\d+)/.exec(said.stdout)?.[1]);
}

afterEach(async () => {
  // One that failed must not fail the next.
  for (const { process } of started) process.kill('SIGTERM');
  started = [];
  await nothingHeld();
  expect(await waiters()).toBe(0);
  await vi.waitFor(() => expect(watchers()).toEqual([]), { timeout: 10_000, interval: 50 });
});

describe('a command that runs during a hold', () => {
  test('is held for, with its arguments as they are, and its done says that it succeeded', async () => {
    const look = script(`console.log(JSON.stringify(process.argv.slice(1))); console.error('to standard error');`);
    const said = await during(['--resource', 'docker:db,port:1'], [...look, '--', 'a b', '$HOME', '--json', '--'])
      .ended;
    expect(said).toMatchObject({ code: 0, stdout: '["a b","$HOME","--json","--"]\n' });
    expect(said.stderr).toMatch(
      /^clambake: Holding docker:db, port:1 \(blocker #(\d+)\)\.\nto standard error\nclambake: Done \(#\d+\): node succeeded after \d+ s\.\n$/,
    );
    const [done] = await told('DONE');
    expect(done).toMatchObject({
      subject: 'Rebuild',
      body: expect.stringMatching(/^node succeeded after \d+ s\.$/),
      replyToId: /#(\d+)/.exec(said.stderr)?.[1],
    });
    const [blocker] = await told('BLOCKER');
    expect(blocker).toMatchObject({
      id: done?.replyToId,
      body: 'node runs. What it holds is free again with its done.',
    });
  });

  test('holds what it names for as long as it runs, and nobody else gets it', async () => {
    const running = during(['--resource', 'compose.yml'], until('SIGTERM'));
    await ready(running);
    expect(await openBlockers()).toMatchObject([{ resources: ['during:compose.yml'] }]);
    const other = await ben(
      'during',
      '--subject',
      'Mine',
      '--notice',
      '0s',
      '--resource',
      'during:/',
      '--',
      'touch',
      'ran',
    ).ended;
    expect(other.code).toBe(3);
    expect(other.stderr).toMatch(/held.* by .*Rebuild/s);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(onUnix ? 7 : null);
  });

  test('passes its exit code through', async () => {
    const said = await during(['--resource', 'port:1'], script('process.exit(42)')).ended;
    expect(said).toMatchObject({ code: 42, stdout: '' });
    expect((await told('DONE'))[0]?.body).toMatch(/^node failed with exit code 42 after \d+ s\.$/);
  });

  test.runIf(onUnix)('that a signal ends gives 128 and its number', async () => {
    const said = await during(['--resource', 'port:1'], script(`process.kill(process.pid, 'SIGKILL')`)).ended;
    expect(said.code).toBe(137);
    expect((await told('DONE'))[0]?.body).toMatch(/^node was ended by SIGKILL after \d+ s\.$/);
  });

  test('gives 127 where it cannot be found and 126 where it cannot be run, and ends the hold', async () => {
    const missing = await during(['--resource', 'port:1'], ['no-such-program-anywhere']).ended;
    expect(missing).toMatchObject({ code: 127, stderr: expect.stringContaining('cannot be found') });
    const folderItself = await during(['--resource', 'port:1'], [folder]).ended;
    expect(folderItself).toMatchObject({ code: 126, stderr: expect.stringContaining('cannot be run: EACCES') });
    expect((await told('DONE'))[0]?.body).toBe('work cannot be run: EACCES.');
  });

  test('leaves standard output to one object with --json', async () => {
    const said = await during(['--json', '--resource', 'port:1'], script(`console.log('hello'); process.exit(5)`))
      .ended;
    expect(said).toMatchObject({ code: 5, stderr: 'hello\n' });
    const result = JSON.parse(said.stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ warning: null, exitCode: 5, signal: null, failure: null });
    const [done] = await told('DONE');
    expect(result).toMatchObject({ done: done?.id, blocker: done?.replyToId, milliseconds: expect.any(Number) });
  });

  test('reads the standard input', async () => {
    const started = machine.start(
      [
        'during',
        '--subject',
        's',
        '--notice',
        '0s',
        '--resource',
        'port:1',
        '--',
        ...script('process.stdin.pipe(process.stdout)'),
      ],
      { cwd: folder, env, stdin: 'from here' },
    );
    expect(await started.ended).toMatchObject({ code: 0, stdout: 'from here' });
  });

  test('is told of where its hold ended before it did', async () => {
    const running = during(['--resource', 'port:1', '--for', '1s'], script('setTimeout(() => {}, 3000)'));
    const said = await running.ended;
    expect(said.code).toBe(0);
    expect(said.stderr).toMatch(/Blocker #\d+ had ended before the command did\./);
  });
});

describe('before the command', () => {
  const latest = async (type: string): Promise<string> => (await told(type))[0]?.id ?? '';
  const warned = async (before: string): Promise<string> => {
    await expect.poll(() => latest('WARNING'), { timeout: 15_000 }).not.toBe(before);
    return latest('WARNING');
  };

  test('a warning goes out, and silence is consent', async () => {
    const begun = Date.now();
    const said = await ann(
      ...['during', '--resource', 'port:1', '--subject', 'Rebuild', '--body', 'New base image.', '--notice', '2s'],
      ...['--', ...script('')],
    ).ended;
    expect(said.code).toBe(0);
    expect(Date.now() - begun).toBeGreaterThan(2000);
    expect((await told('WARNING'))[0]).toMatchObject({
      subject: 'Rebuild',
      body: expect.stringMatching(/^New base image\.\n\nIn 2s node begins, which holds port:1\. /),
    });
  });

  test('an objection is printed, and nothing is run', async () => {
    const before = await latest('WARNING');
    const running = ann(
      'during',
      '--resource',
      'port:1',
      '--subject',
      'Rebuild',
      '--notice',
      '20s',
      '--',
      'touch',
      'ran',
    );
    const warning = await warned(before);
    await ben(
      'send',
      '--to',
      '@all',
      '--type',
      'request',
      '--reply-to',
      warning,
      '--subject',
      'Not now',
      '--body',
      'My tests run.',
    ).ended;
    const said = await running.ended;
    expect(said.code).toBe(3);
    expect(said.stderr).toMatch(
      new RegExp(`objects to warning #${warning} with request #\\d+: Not now\n {4}My tests run\\.\n$`),
    );
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('it waits for its turn, and begins once the holder is done', async () => {
    const first = ben(
      'during',
      '--subject',
      'First',
      '--notice',
      '0s',
      '--resource',
      'port:1',
      '--',
      ...until('SIGTERM'),
    );
    await ready(first);
    const second = during(['--resource', 'port:1', '--wait', '30s'], script(`console.log('ran')`));
    await expect.poll(waiters, { timeout: 15_000 }).toBe(1);
    await expect.poll(() => second.said.stderr).toContain('Waiting up to 30s for port:1.');
    first.process.kill('SIGTERM');
    await first.ended;
    expect(await second.ended).toMatchObject({ code: 0, stdout: 'ran\n' });
  });

  test.runIf(onUnix).each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s ends the waiting, and what is waited for is not taken later',
    async (signal) => {
      const first = ben(
        'during',
        '--subject',
        'First',
        '--notice',
        '0s',
        '--resource',
        'port:1',
        '--',
        ...until('SIGTERM'),
      );
      await ready(first);
      const second = during(['--resource', 'port:1', '--wait', '30s'], script(`console.log('ran')`));
      await expect.poll(waiters, { timeout: 15_000 }).toBe(1);
      second.process.kill(signal);
      const said = await second.ended;
      expect(said).toMatchObject({ code: { SIGINT: 130, SIGTERM: 143, SIGKILL: null }[signal], stdout: '' });
      await expect.poll(waiters, { timeout: 15_000 }).toBe(0);
      const blocker = await latest('BLOCKER');
      first.process.kill('SIGTERM');
      await first.ended;
      await expect.poll(watchers, { timeout: 10_000 }).toEqual([]);
      expect(await latest('BLOCKER')).toBe(blocker);
    },
  );

  test.runIf(onUnix)('SIGINT ends the time for objections', async () => {
    const before = await latest('WARNING');
    const running = ann(
      'during',
      '--resource',
      'port:1',
      '--subject',
      'Rebuild',
      '--notice',
      '30s',
      '--',
      'touch',
      'ran',
    );
    await warned(before);
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test.each<[string, string[], RegExp]>([
    [
      'no command',
      ['during', '--resource', 'a', '--subject', 's'],
      /needs a command after --\. Example: clambake during/,
    ],
    ['no command behind --', ['during', '--resource', 'a', '--subject', 's', '--'], /needs a command after --/],
    ['an empty command', ['during', '--resource', 'a', '--subject', 's', '--', ''], /command after -- is empty/],
    ['no --', ['during', '--resource', 'a', '--subject', 's', 'touch', 'ran'], /"touch" stands in front of "--"/],
    ['nothing to hold', ['during', '--subject', 's', '--', 'touch', 'ran'], /needs --resource/],
    [
      'a bad length of time',
      ['during', '--resource', 'a', '--subject', 's', '--notice', 'soon', '--', 'touch', 'ran'],
      /"soon" for --notice is no length/,
    ],
    [
      'a subject that is left out',
      ['during', '--resource', 'a', '--subject', '--', 'touch', 'ran'],
      /--subject needs a value/,
    ],
  ])('%s is refused', async (_, args, message) => {
    const said = await ann(...args).ended;
    expect(said.code).toBe(2);
    expect(said.stderr).toMatch(message);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });
});

describe.runIf(onUnix)('what ends it', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s is passed on to the command, which is waited for',
    async (signal) => {
      const running = during(['--resource', 'port:1'], until(signal));
      await ready(running);
      running.process.kill(signal);
      const said = await running.ended;
      expect(said.code).toBe(7);
      expect(said.stdout).toContain(`got ${signal}`);
      expect((await told('DONE'))[0]?.body).toMatch(/^node failed with exit code 7 after /);
    },
  );

  test('a second SIGINT does not lose the done', async () => {
    const running = during(
      ['--resource', 'port:1'],
      script(`process.on('SIGINT', () => setTimeout(() => process.exit(9), 300));
        setInterval(() => {}, 1000); console.log('ready ' + process.pid);`),
    );
    await ready(running);
    // Until just before the command ends: what comes in the last moment of a process, when Node has taken its hands off, ends it.
    for (let i = 0; i < 7; i += 1) {
      running.process.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect((await running.ended).code).toBe(9);
    await nothingHeld();
  });

  test.runIf(process.platform === 'linux')(
    'SIGKILL keeps the hold until the command, which runs on, has ended too',
    async () => {
      const running = during(['--resource', 'port:1'], until('SIGTERM'));
      const child = await ready(running);
      const [held] = await openBlockers();
      running.process.kill('SIGKILL');
      // Not `ended`: the command keeps the output open.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(isAlive(child)).toBe(true);
      expect(await openBlockers()).toEqual([held]);
      expect(watchers()).toHaveLength(1);
      const begun = Date.now();
      process.kill(child, 'SIGTERM');
      await nothingHeld();
      expect(Date.now() - begun).toBeLessThan(5000);
      const [done] = await told('DONE');
      expect(done).toMatchObject({ replyToId: held?.id, subject: 'Rebuild' });
      expect(done?.body).toContain(
        `(process ${running.process.pid}), which held this, has died. node ran on and has ended`,
      );
      expect((await running.ended).code).toBeNull();
    },
  );

  test.runIf(process.platform === 'linux')(
    'SIGKILL says no done for a command that runs on when the time of its hold is over',
    async () => {
      const running = during(['--resource', 'port:1', '--for', '4s'], until('SIGTERM'));
      const child = await ready(running);
      const [held] = await openBlockers();
      expect(held).toBeDefined();
      running.process.kill('SIGKILL');
      await expect.poll(() => watchers(), { timeout: 10_000 }).toEqual([]);
      expect(isAlive(child)).toBe(true);
      expect((await told('DONE')).filter(({ replyToId }) => replyToId === held?.id)).toEqual([]);
      process.kill(child, 'SIGTERM');
      await nothingHeld();
    },
  );

  test('SIGKILL of it and of the command ends the hold at once', async () => {
    const running = during(['--resource', 'port:1'], until('SIGTERM'));
    const child = await ready(running);
    running.process.kill('SIGKILL');
    process.kill(child, 'SIGKILL');
    await running.ended;
    await nothingHeld();
  });

  test.runIf(process.platform === 'linux')('SIGKILL while the blocker is being opened leaves none', async () => {
    for (const delay of [0, 20, 60]) {
      const running = during(['--resource', 'port:1'], until('SIGTERM'));
      await expect.poll(watchers, { timeout: 15_000, interval: 5 }).not.toEqual([running.process.pid]);
      await new Promise((resolve) => setTimeout(resolve, delay));
      running.process.kill('SIGKILL');
      await expect.poll(() => running.process.signalCode ?? running.process.exitCode).not.toBeNull();
      const left = (): number[] => {
        // The command may have been started in the last moment, and be ready long after: the watcher waits for its end.
        const pid = Number(/ready (\d+)/.exec(running.said.stdout)?.[1]);
        if (pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
        return watchers();
      };
      await expect.poll(left, { timeout: 20_000 }).toEqual([]);
      await nothingHeld();
    }
  });

  test.runIf(process.platform === 'linux')('the watcher that is killed is not missed', async () => {
    const running = during(['--resource', 'port:1'], until('SIGTERM'));
    await ready(running);
    const own = running.process.pid;
    for (const pid of watchers()) if (pid !== own) process.kill(pid, 'SIGKILL');
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(7);
  });

  test.runIf(process.platform === 'linux')(
    'the watcher has its own session, and nothing of its caller but a pipe',
    async () => {
      const running = during(['--resource', 'port:1'], until('SIGTERM'));
      await ready(running);
      if (process.platform === 'linux') {
        const [watcher = 0] = watchers().filter((pid) => pid !== running.process.pid);
        const stat = readFileSync(`/proc/${watcher}/stat`, 'utf8');
        const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        expect([group, session]).toEqual([String(watcher), String(watcher)]);
        const token = readFileSync(join(machine.home, 'token'), 'utf8').trim();
        for (const file of ['cmdline', 'environ'])
          expect(readFileSync(`/proc/${watcher}/${file}`, 'utf8')).not.toContain(token);
        expect(readFileSync(`/proc/${watcher}/cmdline`, 'utf8')).toMatch(/\0during-watcher\0$/);
      }
      running.process.kill('SIGTERM');
      await running.ended;
    },
  );
});

describe.runIf(onUnix)('a server that is killed while the command runs', () => {
  const killServer = async (): Promise<void> => {
    serving.process.kill('SIGKILL');
    await serving.ended;
  };

  test('is waited for, once the command has ended', async () => {
    const running = during(['--resource', 'port:1'], until('SIGTERM'));
    await ready(running);
    await killServer();
    running.process.kill('SIGTERM');
    await expect.poll(() => running.said.stderr, { timeout: 15_000 }).toContain('could not be sent yet');
    await startServer();
    const said = await running.ended;
    expect(said.code).toBe(7);
    expect(said.stderr).toMatch(/Done \(#\d+\): node failed with exit code 7/);
  });

  test('may come back later than that: the watcher goes on trying', { timeout: 90_000 }, async () => {
    const running = during(['--resource', 'port:1'], until('SIGTERM'));
    await ready(running);
    await killServer();
    const begun = Date.now();
    running.process.kill('SIGTERM');
    // Whoever does not want to wait any longer need not.
    await expect.poll(() => running.said.stderr, { timeout: 15_000 }).toContain('could not be sent yet');
    const left: Promise<Said> = running.ended;
    running.process.kill('SIGINT');
    expect((await left).code).toBe(7);
    expect(Date.now() - begun).toBeLessThan(20_000);
    await startServer();
    await nothingHeld();
    expect((await told('DONE'))[0]?.body).toMatch(/^node failed with exit code 7 after /);
  });

  test('keeps the exit code where it is not back in time, and says so', { timeout: 120_000 }, async () => {
    const running = during(['--resource', 'port:1'], until('SIGTERM'));
    await ready(running);
    await killServer();
    running.process.kill('SIGTERM');
    const said = await running.ended;
    expect(said.code).toBe(7);
    expect(said.stderr).toContain('The done was not sent');
    expect(said.stderr).toContain('It is tried further in the background');
    await startServer();
    await nothingHeld();
  });
});

test.runIf(onUnix)('signs of life keep a hold that lasts longer than an instance may be silent', async () => {
  const silence = { CLAMBAKE_STALE_AFTER: '2s' };
  serving.process.kill('SIGTERM');
  await serving.ended;
  await startServer(silence);
  const said = await machine.start(
    [
      'during',
      '--subject',
      'Long',
      '--notice',
      '0s',
      '--resource',
      'port:1',
      '--',
      ...script('setTimeout(() => {}, 5000)'),
    ],
    { cwd: folder, env: { ...env, ...silence } },
  ).ended;
  expect(said.code).toBe(0);
  expect(said.stderr).not.toContain('had ended before');
});
