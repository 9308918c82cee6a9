import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine, type Said } from '../support/program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let machine: Machine;
beforeAll(async () => {
  database = await createTestDatabase();
  machine = await Machine.create({ DATABASE_URL: database.url, CLAMBAKE_SESSION: 'one' });
  expect((await run(['register', '--project', 'doc-db-v2'])).code).toBe(0);
});
afterAll(async () => {
  await machine.close();
  await database.drop();
});

const run = (args: string[], stdin?: string | Uint8Array): Promise<Said> =>
  machine.run(args, stdin === undefined ? {} : { stdin });

/** Expects a refusal of one line on standard error, and nothing else. */
async function refusal(code: number, args: string[], stdin?: string | Uint8Array): Promise<string> {
  const said = await run(args, stdin);
  expect(said).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^clambake: [^\n]+\n$/) });
  return said.stderr.slice('clambake: '.length, -1);
}

const send = (...more: string[]): string[] => ['send', '--to', '@all', '--type', 'info', '--subject', 's', ...more];

describe('a body from standard input', () => {
  test('arrives as it is, up to 64 KiB, without the line break at its end', async () => {
    const body = `é${'x'.repeat(64 * 1024 - 9)}\n"$'\\€`.slice(0, -1);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(64 * 1024);
    const full = body.padEnd(body.length + 64 * 1024 - Buffer.byteLength(body), '.');
    const { stdout, stderr } = await run([...send('--body', '-'), '--json'], `${full}\n`);
    expect(stderr).toBe('');
    const { message } = JSON.parse(stdout) as { message: { id: string } };
    const shown = await run(['message', message.id, '--json', '--as', 'human']);
    expect((JSON.parse(shown.stdout) as { body: string }).body).toBe(full);
  });

  test.each([
    ['holds a NUL', 'a\0b', 1, 'body holds a NUL character: remove it.'],
    [
      'is not UTF-8',
      Buffer.from([0x61, 0xff, 0xfe]),
      2,
      'Standard input for --body is not UTF-8: give it as UTF-8 text.',
    ],
    ['has a byte too many', 'x'.repeat(64 * 1024 + 1), 1, 'body has 65537 bytes: at most 65536 are stored.'],
    [
      'never ends',
      'x'.repeat(3 * 1024 * 1024),
      2,
      'Standard input for --body is longer than 1 MiB: give a shorter text.',
    ],
    ['is empty', '', 2, 'Standard input for --body is empty: "-" reads the text from there.'],
  ])('is refused where it %s', async (_, stdin, code, message) => {
    expect(await refusal(code, send('--body', '-'), stdin)).toBe(message);
  });
});

describe('a value that is none', () => {
  test('of a list of choices is told the choices, and the nearest', async () => {
    expect(await refusal(2, ['send', '--to', '@all', '--type', 'wraning', '--subject', 's'])).toBe(
      'Unknown type "wraning" for --type: one of blocker, done, info, request, warning. Did you mean warning?',
    );
    expect(await refusal(2, ['heartbeat', '--status', 'sleeping'])).toContain(
      'one of active, busy, idle, shutting_down',
    );
  });

  test('of the other scope is told the types of this one', async () => {
    expect(
      await refusal(1, ['remember', '--project', 'p', '--type', 'lesson', '--title', 't', '--content', 'c']),
    ).toMatch(/of the types architecture, feature, issue, fix, decision, pattern, gotcha, update: lesson /);
    expect(await refusal(1, ['remember', '--global', '--type', 'issue', '--title', 't', '--content', 'c'])).toMatch(
      /of the types infrastructure, convention, tool, preference, credential, lesson: issue /,
    );
  });

  test.each(['abc', '-1', '0', '1.5', '99999999999999999999', '1; drop table'])('is no id: %s', async (id) => {
    expect(await refusal(1, ['update-memory', id, '--status', 'resolved'])).toBe(
      `"${id}" is no memory: the id of a memory is a number, like 42.`,
    );
  });

  test('is an id of nothing', async () => {
    expect(await refusal(1, ['update-memory', '42', '--status', 'resolved'])).toMatch(/^There is no memory #42: /);
    expect(await refusal(1, ['read', '4242'])).toMatch(/^No message #4242 is in the inbox of /);
  });
});

describe('a recipient that does not exist', () => {
  test('is refused with the nearest that do', async () => {
    expect(await refusal(1, ['send', '--to', 'doc-db-v3', '--subject', 's'])).toMatch(
      /^Nobody is called "doc-db-v3".* Did you mean doc-db-v2\? An address is @all, a project or an instance/,
    );
    const said = await run(['send', '--to', 'doc-db-v3', '--subject', 's', '--json']);
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(said.stderr)).toMatchObject({
      error: { code: 'UNKNOWN_RECIPIENT', suggestions: expect.arrayContaining(['doc-db-v2']) },
    });
  });
});

test.each([
  [['inboks'], /^Unknown command "inboks".*inbox/],
  [['inbox', '--bogus'], /^Unknown option "--bogus"/],
  [['inbox', 'extra'], /^"extra" is one argument too many/],
  [['send', '--to', '@all'], /^clambake send needs --subject\. Example: clambake send/],
])('a command line that is wrong says how: %j', async (args, message) => {
  expect(await refusal(2, args)).toMatch(message);
});
