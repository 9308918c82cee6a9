import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine, type Said } from '../support/program.ts';
import { Caller } from '../support/server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let machine: Machine;
beforeAll(async () => {
  database = await createTestDatabase();
  machine = await Machine.create({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await machine.close();
  await database.drop();
});

/** What a session does: its key, where it has one, and its folder. */
function session(cwd: string, key?: string): (...args: string[]) => Promise<Said> {
  return (...args) => machine.run(args, { cwd, env: key === undefined ? {} : { CLAMBAKE_SESSION: key } });
}

type Do = ReturnType<typeof session>;

/** Registers, and gives the instance's id. */
async function register(act: Do, project: string): Promise<string> {
  const { code, stdout } = await act('register', '--project', project, '--json');
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { instance: { id: string } }).instance.id;
}

async function whoami(act: Do, ...args: string[]): Promise<string> {
  const { stdout } = await act('whoami', '--json', ...args);
  return (JSON.parse(stdout) as { name: string }).name;
}

/** The subjects in its inbox. */
async function inbox(act: Do): Promise<string[]> {
  const { stdout } = await act('inbox', '--json');
  return (JSON.parse(stdout) as { nodes: { subject: string }[] }).nodes.map(({ subject }) => subject);
}

describe.each([
  { where: 'in one home, each in a folder of its own', folders: ['alpha', 'beta'] },
  { where: 'in one folder', folders: ['shared', 'shared'] },
] as const)('two sessions $where', ({ folders: [folderOne, folderTwo] }) => {
  let one: Do;
  let two: Do;
  let ids: [string, string];
  beforeAll(async () => {
    one = session(await machine.folder(folderOne), `one in ${folderOne}`);
    two = session(await machine.folder(folderTwo), `two in ${folderTwo}`);
    ids = [await register(one, folderOne), await register(two, folderTwo)];
  });

  test('keep their own identities, and registering again changes nobody', async () => {
    expect(new Set(ids).size).toBe(2);
    expect([await whoami(one), await whoami(two)]).toEqual(ids);
    expect((await one('register', '--project', folderOne)).stdout).toBe(
      `Registered again as ${ids[0]} on ${folderOne}.\n`,
    );
    expect([await whoami(one), await whoami(two)]).toEqual(ids);
  });

  test('do not find their own messages in their inboxes, and one reading a broadcast leaves it unread for the other', async () => {
    const third = session(await machine.folder('elsewhere'), `third beside ${folderOne}`);
    await register(third, 'elsewhere');
    const subject = `to everybody on ${folderOne}`;
    const sent = await third('send', '--to', '@all', '--subject', subject, '--json');
    const { message } = JSON.parse(sent.stdout) as { message: { id: string } };
    await one('send', '--to', '@all', '--subject', `mine on ${folderOne}`);

    expect(await inbox(third)).toEqual(expect.not.arrayContaining([subject]));
    expect(await inbox(one)).toEqual(expect.arrayContaining([subject]));
    expect(await inbox(one)).toEqual(expect.not.arrayContaining([`mine on ${folderOne}`]));
    expect((await one('read', message.id)).code).toBe(0);
    expect(await inbox(one)).toEqual(expect.not.arrayContaining([subject]));
    expect(await inbox(two)).toEqual(expect.arrayContaining([subject, `mine on ${folderOne}`]));
  });

  test('act as each other only where that is said: --as, before CLAMBAKE_INSTANCE, before the session key', async () => {
    const [first, second] = ids;
    expect(await whoami(one, '--as', second)).toBe(second);
    const env = { CLAMBAKE_SESSION: `one in ${folderOne}`, CLAMBAKE_INSTANCE: second };
    const cwd = await machine.folder(folderOne);
    const named = (...args: string[]): Promise<Said> => machine.run(args, { cwd, env });
    expect(await whoami(named)).toBe(second);
    expect(await whoami(named, '--as', first)).toBe(first);
    expect(await whoami(named, '--as', 'human')).toBe('human');
  });
});

describe('two registrations without a key in one folder', () => {
  test('are never guessed between: the error lists both, and --as or leaving decides', async () => {
    const folder = await machine.folder('keyless');
    const act = session(folder);
    const ids = [await register(act, 'keyless'), await register(act, 'keyless')];
    const refused = await act('inbox');
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toMatch(
      /^clambake: 2 instances registered from this folder\. Say which one with --as or CLAMBAKE_INSTANCE/,
    );
    for (const id of ids) expect(refused.stderr).toMatch(new RegExp(`^    ${id} \\(keyless\\), registered `, 'm'));

    const [first = '', second = ''] = ids;
    expect((await act('inbox', '--as', first)).code).toBe(0);
    expect((await act('deregister', '--as', first)).stdout).toBe(`${first} has left keyless.\n`);
    expect(await whoami(act)).toBe(second);
  });
});

describe('a registration that was ended by somebody else', () => {
  test('is refused with the line that registers again, which works', async () => {
    const act = session(await machine.folder('ended'), 'ended');
    const id = await register(act, 'ended');
    // From another machine: what this one keeps of the registration stays.
    const operator = new Caller(machine.url, readFileSync(join(machine.home, 'token'), 'utf8').trim());
    await operator.do('mutation ($id: ID!) { deregister(instance: $id) { id } }', { id });

    const refused = await act('heartbeat');
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain(`The registration of ${id} has ended`);
    const [, remedy = ''] = /`clambake (register [^`]+)`/.exec(refused.stderr) ?? [];
    expect(remedy).toBe('register --project ended');
    // The session key still names the same instance: it comes back.
    expect((await act(...remedy.split(' '))).stdout).toBe(`Registered again as ${id} on ended.\n`);
    expect(await whoami(act)).toBe(id);
    expect((await act('heartbeat')).stdout).toBe(`${id} is active.\n`);
  });
});
