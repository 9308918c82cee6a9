import { readdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { environmentFor } from '../../cli/follow/message-command.ts';
import type { MessageLine } from '../../cli/generated/results.ts';
import { answerError, beginStream, type FakeServer, sendEvent, startFake } from './fake-server.ts';
import { type Cli, startCli } from './process.ts';
import { createWatchFolder, linesOf, type WatchFolder } from './watch-folder.ts';

let folder: WatchFolder;
let watching: Cli | undefined;
beforeEach(async () => {
  folder = await createWatchFolder();
});
afterEach(async () => {
  watching?.process.kill('SIGKILL');
  await watching?.ended;
  watching = undefined;
  await folder.remove();
});

const message = (number: number, more: Partial<MessageLine> = {}): MessageLine => ({
  ...{
    id: String(number),
    from: 'human',
    sender: null,
    to: '@all',
    type: 'INFO',
    subject: `Number ${number}`,
    body: '',
  },
  ...{ createdAt: new Date().toISOString(), expiresAt: null, threadId: '1', replyToId: null, blocker: null },
  ...{ deliveredAt: null, readAt: null, own: false, open: false },
  ...more,
});
const event = (number: number, more: Partial<MessageLine> = {}): unknown => ({
  data: { messageReceived: { cursor: `c${number}`, message: message(number, more) } },
});

describe('watch with --exec and --cursor-file', { timeout: 90_000 }, () => {
  let server: FakeServer;
  let stream: (response: ServerResponse, after: unknown) => void;
  beforeEach(async () => {
    server = await startFake((response, { variables }) => {
      beginStream(response);
      const opening = typeof variables.after === 'string' ? variables.after : 'c0';
      sendEvent(response, { data: { messageReceived: { cursor: opening, message: null } } });
      stream(response, variables.after);
    });
  });
  afterEach(() => server.close());

  const watch = (...flags: string[]): Cli => {
    const environment = {
      CLAMBAKE_HOME: folder.path,
      CLAMBAKE_URL: server.url,
      CLAMBAKE_TOKEN: 'operator-token-0123456789',
    };
    watching = startCli(['watch', '--as', 'human', ...flags], environment, folder.path);
    return watching;
  };

  test('hands each message to the command, whole on standard input and in short in its environment', async () => {
    const hostile = `-rf "; touch pwned; $(touch pwned) \`touch pwned\` %PATH% \u001b[2J\n\0`;
    stream = (response) => {
      sendEvent(response, event(1, { subject: hostile, body: 'The\nbody', type: 'WARNING' }));
      sendEvent(response, event(2));
    };
    const command = await folder.script(`
      const { CLAMBAKE_MESSAGE_ID: id, CLAMBAKE_MESSAGE_TYPE: type, CLAMBAKE_MESSAGE_SUBJECT: subject } = process.env;
      const { CLAMBAKE_MESSAGE_FROM: from, CLAMBAKE_MESSAGE_TO: to } = process.env;
      const text = readFileSync(0, 'utf8');
      appendFileSync('got', JSON.stringify({ id, type, from, to, subject, text }) + '\\n');
      console.log('from the command');`);
    const { said } = watch('--exec', command);
    await expect.poll(() => linesOf(folder.read('got')).length, { timeout: 25_000 }).toBe(2);
    const [first, second] = linesOf(folder.read('got')).map((line) => JSON.parse(line) as Record<string, string>);
    expect(first).toMatchObject({ id: '1', type: 'warning', from: 'human', to: '@all' });
    expect(first?.text?.split('\n')).toHaveLength(2);
    expect(JSON.parse(first?.text ?? '')).toMatchObject({ id: '1', subject: hostile, body: 'The\nbody' });
    expect(first?.subject).toMatch(/^_rf __ touch pwned_ __touch pwned_ _touch pwned_ _PATH_ _u_1b__2J_n_u_0_$/);
    expect(second).toMatchObject({ id: '2', subject: 'Number 2' });
    await expect.poll(() => said.stdout).toBe('from the command\nfrom the command\n');
  });

  test('runs the command once at a time, in order, and notes a message only once its command has succeeded', async () => {
    stream = (response, after) => {
      if (after === undefined) for (const number of [1, 2, 3]) sendEvent(response, event(number));
    };
    const command = await folder.script(`
      const id = process.env.CLAMBAKE_MESSAGE_ID;
      const noted = existsSync('watch.cursor') ? readFileSync('watch.cursor', 'utf8').trim() : 'nothing';
      appendFileSync('got', 'begin ' + id + ' after ' + noted + '\\n');
      setTimeout(() => appendFileSync('got', 'end ' + id + '\\n'), 200);`);
    watch('--exec', command, '--cursor-file', 'watch.cursor');
    await expect.poll(() => folder.read('watch.cursor'), { timeout: 25_000 }).toBe('c3\n');
    expect(linesOf(folder.read('got'))).toEqual([
      ...['begin 1 after c0', 'end 1', 'begin 2 after c1', 'end 2', 'begin 3 after c2', 'end 3'],
    ]);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('watch.cursor'))).toEqual(['watch.cursor']);
  });

  test('prints with --json each message once it is done, and nothing of the command', async () => {
    stream = (response) => sendEvent(response, event(1));
    const { said } = watch('--json', '--exec', await folder.script(`console.log('from the command');`));
    await expect.poll(() => said.stdout, { timeout: 25_000 }).not.toBe('');
    expect(JSON.parse(said.stdout)).toMatchObject({ cursor: 'c1', message: { id: '1' } });
    expect(said.stderr).toBe('from the command\n');
  });

  test('runs a command that fails again, then ends with where to go on from, and goes on from there', async () => {
    stream = (response, after) => {
      for (const number of [1, 2, 3].slice(Number(String(after ?? 'c0').slice(1)))) sendEvent(response, event(number));
    };
    const command = await folder.script(`
      const id = process.env.CLAMBAKE_MESSAGE_ID;
      appendFileSync('got', id + '\\n');
      if (id === '2' && !existsSync('mended')) process.exit(7);`);
    const said = await watch('--exec', command, '--cursor-file', 'watch.cursor').ended;
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect(linesOf(said.stderr)).toHaveLength(4);
    expect(linesOf(said.stderr)[3]).toBe(
      `clambake: The command for message #2 ended with exit code 7, 4 times in a row. ` +
        `Start watch again with --cursor-file ${folder.cursorFile} to go on with this message.`,
    );
    expect(linesOf(folder.read('got'))).toEqual(['1', '2', '2', '2', '2']);
    expect(folder.read('watch.cursor')).toBe('c1\n');

    await writeFile(join(folder.path, 'mended'), '');
    watch('--exec', command, '--cursor-file', 'watch.cursor');
    await expect.poll(() => folder.read('watch.cursor'), { timeout: 25_000 }).toBe('c3\n');
    expect(linesOf(folder.read('got')).slice(5)).toEqual(['2', '3']);
  });

  test('begins where --after says, and says so where the command fails for good', async () => {
    stream = (response) => sendEvent(response, event(5));
    const said = await watch('--json', '--after', 'c4', '--exec', 'exit 3').ended;
    expect(said.code).toBe(1);
    expect(JSON.parse(linesOf(said.stderr).at(-1) ?? '')).toMatchObject({
      error: { code: 'COMMAND_FAILED', cursor: 'c4', message: expect.stringContaining('--after c4') },
    });
    expect(server.got[0]?.variables.after).toBe('c4');
  });

  test.skipIf(process.platform === 'win32')('lets a command end that runs when it is told to stop', async () => {
    stream = (response) => {
      sendEvent(response, event(1));
      sendEvent(response, event(2));
    };
    const command = await folder.script(`
      appendFileSync('got', 'begin ' + process.env.CLAMBAKE_MESSAGE_ID + '\\n');
      setTimeout(() => appendFileSync('got', 'end\\n'), 700);`);
    const { process: child, ended } = watch('--exec', command, '--cursor-file', 'watch.cursor');
    await expect.poll(() => folder.read('got'), { timeout: 25_000 }).not.toBe('');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(linesOf(folder.read('got'))).toEqual(['begin 1', 'end']);
    expect(folder.read('watch.cursor')).toBe('c1\n');
  });

  test('keeps the first cursor before anything has come, so that a restart misses nothing', async () => {
    stream = () => undefined;
    watch('--cursor-file', 'watch.cursor');
    await expect.poll(() => folder.read('watch.cursor'), { timeout: 25_000 }).toBe('c0\n');
  });

  test.each([
    ['is empty', ''],
    ['holds no cursor', 'two words'],
  ])('refuses a cursor file that %s rather than miss something', async (what, text) => {
    await writeFile(folder.cursorFile, text);
    const said = await watch('--cursor-file', 'watch.cursor').ended;
    expect(said.code).toBe(1);
    expect(said.stderr).toContain(`${folder.cursorFile} ${what}: remove it to begin now`);
    expect(server.got).toHaveLength(0);
  });

  test('refuses two places to begin at, and options that are empty', async () => {
    const both = await watch('--cursor-file', 'watch.cursor', '--after', 'c1').ended;
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('--after and --cursor-file') });
    const empty = await watch('--exec', ' ').ended;
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('--exec is empty: give a command') });
  });

  test('says where the cursor is kept that the server does not take', async () => {
    await writeFile(folder.cursorFile, 'c9\n');
    await server.close();
    server = await startFake((response) => answerError(response, 'CURSOR_EXPIRED', 'Too old.'));
    const said = await watch('--cursor-file', 'watch.cursor').ended;
    expect(said).toMatchObject({
      code: 1,
      stderr: `clambake: Too old. The cursor is kept in ${folder.cursorFile}: remove that to begin now.\n`,
    });
  });
});

test('nothing that a shell obeys comes into the environment of a command', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, text, (subject, to, from) => {
      const given = { PATH: '/bin' };
      const environment = environmentFor(message(1, { subject, to, from }), given);
      expect(environment.PATH).toBe('/bin');
      for (const [name, value] of Object.entries(environment)) {
        if (name !== 'PATH') expect(value).not.toMatch(/[\p{Cc}\p{Cs}|&;<>()$`\\"'*?[\]{}!%^~]|^-/u);
      }
    }),
    { numRuns: 500 },
  );
});
