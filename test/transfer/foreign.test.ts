import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guessType } from '../../cli/transfer/guess.ts';
import { sectionsOf } from '../../cli/transfer/sections.ts';
import { drawn } from '../secret/made-up.ts';
import { Place } from './support.ts';

describe('the type of a text', () => {
  it.each([
    ['Gotchas', 'anything', 'GOTCHA'],
    ['Filters', 'Never send null.', 'GOTCHA'],
    ['Filters', "Don't send null.", 'GOTCHA'],
    ['Parser', 'We decided for pypff, readpst is non-deterministic.', 'DECISION'],
    ['Parser', 'Chose pypff over readpst.', 'DECISION'],
    ['Null filter', 'Solved by leaving the key out.', 'FIX'],
    ['Null filter', 'The query answers with an error 400.', 'ISSUE'],
    ['Code style', 'Two spaces.', 'PATTERN'],
    ['Naming', 'Files in kebab case.', 'PATTERN'],
    ['Changelog', 'v2: imports.', 'UPDATE'],
    ['Overview', 'A server and a client.', 'ARCHITECTURE'],
    ['Prefix', 'Debugging a bugle: suffixes.', 'ARCHITECTURE'],
  ])('of a project: %s, "%s" is %s', (title, content, type) => {
    expect(guessType(title, content, false)).toBe(type);
  });

  it.each([
    ['Docker', 'Use compose.', 'INFRASTRUCTURE'],
    ['Services', 'Postgres listens on port 5432.', 'INFRASTRUCTURE'],
    ['Naming', 'kebab case', 'CONVENTION'],
    ['Working', 'The user prefers short answers.', 'PREFERENCE'],
    ['npm', 'npm ci needs a lock file.', 'TOOL'],
    ['Databases', 'The connection string is in .env.', 'INFRASTRUCTURE'],
    ['Access', 'The endpoint of the API.', 'CREDENTIAL'],
    ['Overview', 'Whatever.', 'LESSON'],
  ])('of what is global: %s, "%s" is %s', (title, content, type) => {
    expect(guessType(title, content, true)).toBe(type);
  });
});

describe('foreign Markdown', () => {
  const parts = (text: string): [string, string][] =>
    sectionsOf(text, 'CLAUDE').map(({ title, content }) => [title, content]);

  it('is parted at its headings, each called by the way to it', () => {
    const text =
      '# Project\n\nIntro.\n\n## Docker\n\n### Ports\n\n5432\n\n### Images\n\nslim\n\n## Empty\n\n## Style\n\nTwo *spaces*.\n- a\n- b\n';
    expect(parts(text)).toEqual([
      ['Project', 'Intro.'],
      ['Docker: Ports', '5432'],
      ['Docker: Images', 'slim'],
      ['Style', 'Two *spaces*.\n- a\n- b'],
    ]);
  });

  it('keeps code and comments whole, and leaves out front matter and what is nothing but a comment', () => {
    const text =
      '---\nname: x\n# no heading\n---\n\n## Run\n\n```bash\n# not a heading\n\nnpm test\n```\n\n    # indented code\n\n## Later\n\n<!-- todo\n# no -->\n\nUnderlined\n---\n\ntext <!-- kept -->\n';
    expect(parts(text)).toEqual([
      ['Run', '```bash\n# not a heading\n\nnpm test\n```\n\n    # indented code'],
      ['Underlined', 'text <!-- kept -->'],
    ]);
    expect(sectionsOf(text, 'x').map(({ line }) => line)).toEqual([8, 24]);
  });

  it('without headings is one memory, or where it is nothing but a list one for each item', () => {
    expect(parts('Just text.\n\n- and\n- a list\n')).toEqual([['CLAUDE', 'Just text.\n\n- and\n- a list']]);
    expect(parts('- [Ports](ports.md) are fixed. See there.\n- Never *push*.\n  - not even once\n')).toEqual([
      ['Ports are fixed', '[Ports](ports.md) are fixed. See there.'],
      ['Never push', 'Never *push*.\n  - not even once'],
    ]);
    expect(parts(' \n\n')).toEqual([]);
    expect(parts('# Only\n## headings\n')).toEqual([]);
  });

  it('has titles that fit, and takes whatever Markdown there is', () => {
    const [[title] = ['']] = parts(`# ${'日本'.repeat(200)}\n\ntext\n`);
    expect(Buffer.byteLength(title)).toBeLessThanOrEqual(300);
    expect(parts('# \n\ntext')).toEqual([['CLAUDE', 'text']]);
    expect(parts(`${'> '.repeat(40)}deep\n`)).toHaveLength(1);
    expect(parts('## 1. **Bold** and `code` [link](x.md) ##\n\ntext')).toEqual([['1. Bold and code link', 'text']]);
  });

  it.each([
    ['quotes in quotes', '> '.repeat(2000), 'marks of quotes and lists that line 1 begins with are 2000'],
    ['quotes without spaces', '>'.repeat(500_000), 'The characters of line 1 are 500000'],
    ['lists in lists', `text\n${'1. '.repeat(20_000)}`, 'that line 2 begins with are 20000'],
    ['a list of 50,000 items', '- a\n'.repeat(50_000), 'The lines of the file are 50001'],
    ['15,000 headings', '# a\n'.repeat(15_000), 'items of lists are 15000'],
    ['9,000 underlined headings', 'a\n===\n'.repeat(9000), 'The lines of = or - alone are 9000'],
    ['more than 1 MiB', 'text\n\n'.repeat(200_000), 'The bytes of the file are 1200000'],
  ])('is refused where nobody would have written it: %s', (_, hostile, message) => {
    expect(() => parts(hostile)).toThrow(message);
  });

  it.each(['*a ', '[', '![a](', '\\', '``a`', '<a ', '<!--', '&amp;', '*a_', '_ a'])(
    'takes no minutes for a megabyte of %j',
    (mark) => {
      const line = `${mark.repeat(Math.floor(60_000 / mark.length))}\n`;
      const since = process.cpuUsage().user;
      parts(line.repeat(17));
      expect((process.cpuUsage().user - since) / 1e6).toBeLessThan(15);
    },
    60_000,
  );
});

describe('importing it', () => {
  let place: Place;
  beforeAll(async () => {
    place = await Place.create();
  });
  afterAll(() => place.close());
  beforeEach(() => place.sql('truncate clambake.memory cascade'));

  const text = '# Notes\n\n## Docker\n\nNever prune volumes.\n\n## Why pypff\n\nWe chose it.\n';
  const stored = () =>
    place.sql(
      'select title, content, lower(type::text) as type, version, name as project from clambake.memory left join clambake.project on project.id = project_id order by memory.id',
    );

  it('shows first what it would store, and stores it with --yes', async () => {
    const file = await place.write('CLAUDE.md', text);
    const plan = '2 memories of doc-db\n  new  gotcha    20 B  Docker\n  new  decision  12 B  Why pypff\n';
    const shown = await place.run(['import', file, '--project', 'doc-db']);
    expect(shown).toEqual({
      ...{ code: 2, stdout: plan },
      stderr: `clambake: Nothing is stored yet. To store it as shown: clambake import ${file} --project doc-db --yes\n`,
    });
    expect(await place.run(['import', file, '--project', 'doc-db', '--dry-run'])).toMatchObject({
      code: 0,
      stdout: plan,
    });
    expect(await stored()).toEqual([]);
    const said = await place.run(['import', file, '--project', 'doc-db', '--yes']);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toBe(`${plan}Imported from ${file}: 2 stored, 0 updated, 0 skipped.\n`);
    expect(await stored()).toEqual([
      { title: 'Docker', content: 'Never prune volumes.', type: 'gotcha', version: 1, project: 'doc-db' },
      { title: 'Why pypff', content: 'We chose it.', type: 'decision', version: 1, project: 'doc-db' },
    ]);
  });

  it('shows first what is new, what would change, what stays and what is refused', async () => {
    await place.run(['import', await place.write('MEMORY.md', text), '--global', '--yes']);
    const secret = `password=${drawn(12)}`;
    const file = await place.write(
      'MEMORY.md',
      `${text.replace('We chose it.', 'We chose it twice.')}\n## Later\n\nMore.\n\n## Access\n\n${secret}\n`,
    );
    const { code, stdout } = await place.run(['import', file, '--global', '--dry-run']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 5)).toEqual([
      '4 memories that are global',
      '  unchanged  infrastructure  20 B  Docker',
      '  changed    lesson          18 B  Why pypff',
      '  new        lesson           5 B  Later',
      expect.stringMatching(/^ {2}refused {4}lesson {10}\d\d B {2}Access$/),
    ]);
    expect(lines[5]).toMatch(/^Line 17: Nothing was stored, as it holds what looks like a secret: content, line 1/);
    expect(stdout).not.toContain(secret);
    const asJson = await place.run(['import', file, '--global', '--dry-run', '--json']);
    expect((JSON.parse(asJson.stdout) as { plan: { fate: string }[] }).plan.map(({ fate }) => fate)).toEqual([
      ...['UNCHANGED', 'CHANGED', 'NEW', 'REFUSED'],
    ]);
    expect(await stored()).toHaveLength(2);
  });

  it('holds a secret only where that is allowed, which the log says', async () => {
    const secret = `password=${drawn(12)}`;
    const file = await place.write('SECRET.md', `# Access\n\n${secret}\n`);
    const refused = await place.run(['import', file, '--global', '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain('--allow-secret');
    expect(await stored()).toEqual([]);
    const asked = await place.run(['import', file, '--global', '--allow-secret']);
    expect(asked.stderr).toMatch(/ --allow-secret --yes\n$/);
    expect(await place.run(['import', file, '--global', '--allow-secret', '--yes'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await stored()).toMatchObject([{ title: 'Access', content: secret }]);
    const logged = await place.sql<{ summary: string }>(
      "select summary from clambake.log_entry where action = 'SECRET_ALLOWED'",
    );
    expect(logged).toHaveLength(1);
    expect(logged[0]?.summary).toMatch(/allowed in memory [0-9a-f-]{36}, which was imported: a password/);
    expect(logged[0]?.summary).not.toContain(secret);
  });

  it('twice stores it once; what was changed in the file changes its memory, what was changed here stays', async () => {
    const args = ['--global', '--yes', '--json'];
    const counts = async (given: string): Promise<unknown> => {
      const { stdout } = await place.run(['import', await place.write('MEMORY.md', given), ...args]);
      const { stored, updated, skipped } = JSON.parse(stdout) as Record<string, number>;
      return { stored, updated, skipped };
    };
    expect(await counts(text)).toEqual({ stored: 2, updated: 0, skipped: 0 });
    expect(await counts(text)).toEqual({ stored: 0, updated: 0, skipped: 2 });
    expect(await counts(text.replace('We chose it.', 'We chose it twice.'))).toEqual({
      stored: 0,
      updated: 1,
      skipped: 1,
    });
    const [one] = await place.sql<{ id: number }>("select id from clambake.memory where title = 'Docker'");
    await place.server.operator.do(
      'mutation ($id: ID!) { updateMemory(id: $id, content: "changed here") { version } }',
      {
        id: String(one?.id),
      },
    );
    // The file says of it what it said before.
    expect(await counts(text.replace('We chose it.', 'We chose it twice.'))).toEqual({
      stored: 0,
      updated: 0,
      skipped: 2,
    });
    expect(await counts(text)).toEqual({ stored: 0, updated: 1, skipped: 1 });
    expect(await stored()).toMatchObject([
      { title: 'Docker', content: 'changed here', version: 2, type: 'infrastructure' },
      { title: 'Why pypff', content: 'We chose it.', version: 3, type: 'lesson' },
    ]);
  });

  it('knows a file in a repository from wherever it is named, and two of one name apart', async () => {
    const root = place.file('repository');
    await mkdir(join(root, '.git'), { recursive: true });
    await mkdir(join(root, 'web'));
    for (const folder of ['', 'web']) await writeFile(join(root, folder, 'CLAUDE.md'), text);
    const args = ['--project', 'doc-db', '--yes', '--json'];
    const first = await place.run(['import', 'CLAUDE.md', ...args], { cwd: root });
    const second = await place.run(['import', '../CLAUDE.md', ...args], { cwd: join(root, 'web') });
    const other = await place.run(['import', 'CLAUDE.md', ...args], { cwd: join(root, 'web') });
    const numbers = [first, second, other].map(({ stdout }) => {
      const { stored, skipped } = JSON.parse(stdout) as Record<string, number>;
      return [stored, skipped];
    });
    expect(numbers).toEqual([
      [2, 0],
      [0, 2],
      [2, 0],
    ]);
  });

  it.each([
    ['two folders', async (_: string): Promise<void> => {}],
    ['two repositories', (folder: string) => mkdir(join(folder, '.git')).then(() => undefined)],
  ])('keeps files of one name with the same headings apart that lie in %s', async (name, make) => {
    for (const [index, folder] of ['one', 'two'].map((one) => place.file(`${name} ${one}`)).entries()) {
      await mkdir(folder);
      await make(folder);
      await writeFile(join(folder, 'CLAUDE.md'), `## Docker\n\nFrom folder ${index}.\n`);
      const said = await place.run(['import', join(folder, 'CLAUDE.md'), '--global', '--yes']);
      expect(said.stdout).toContain(': 1 stored, 0 updated, 0 skipped.');
    }
    expect(await stored()).toMatchObject([{ content: 'From folder 0.' }, { content: 'From folder 1.' }]);
  });

  it('knows a file in another clone of its repository', async () => {
    const urls = ['https://ann@git.example.com/team/app.git', 'git@git.example.com:team/app'];
    const counts: string[] = [];
    for (const [index, url] of urls.entries()) {
      const clone = place.file(`clone ${index}`);
      await mkdir(join(clone, '.git'), { recursive: true });
      await writeFile(join(clone, '.git', 'config'), `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n`);
      await writeFile(join(clone, 'CLAUDE.md'), text);
      const { stdout } = await place.run(['import', join(clone, 'CLAUDE.md'), '--global', '--yes']);
      counts.push(/: (\d+ stored, \d+ updated, \d+ skipped)/.exec(stdout)?.[1] ?? stdout);
    }
    expect(counts).toEqual(['2 stored, 0 updated, 0 skipped', '0 stored, 0 updated, 2 skipped']);
  });

  it('is in the name of the instance and for its project, where nothing else is said', async () => {
    const file = await place.write('CLAUDE.md', text);
    expect(await place.run(['import', file, '--yes'])).toMatchObject({
      ...{ code: 2, stderr: 'clambake: Say what it belongs to: --project <name>, or --global.\n' },
    });
    const env = { CLAMBAKE_SESSION: 'importing' };
    await place.run(['register', '--project', 'website'], { env });
    expect(await place.run(['import', file, '--yes'], { env })).toMatchObject({ code: 0 });
    expect(
      await place.sql(
        'select distinct project.name, author_id is null as human from clambake.memory join clambake.project on project.id = project_id',
      ),
    ).toEqual([{ name: 'website', human: false }]);
  });

  it.each([
    [['--type', 'lesson', '--project', 'x'], "a project's are"],
    [['--project', 'x', '--global'], 'one of them'],
    [['--project', ' '], 'empty'],
  ])('with %j is a mistake', async (args, message) => {
    const file = await place.write('CLAUDE.md', text);
    const { code, stderr } = await place.run(['import', file, ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('from standard input, all of one type, as JSON', async () => {
    const args = ['import', '-', '--global', '--type', 'convention', '--json'];
    const { code, stdout } = await place.run(args, { stdin: text });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      project: null,
      plan: [
        { title: 'Docker', type: 'CONVENTION', bytes: 20, fate: 'NEW' },
        { title: 'Why pypff', type: 'CONVENTION', bytes: 12, fate: 'NEW' },
      ],
    });
    expect(await place.run([...args, '--yes'], { stdin: text })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"stored":2'),
    });
    // What comes through a pipe has no name: another text under the same heading is another memory.
    const other = await place.run([...args, '--yes'], { stdin: text.replace('We chose it.', 'Elsewhere.') });
    expect(JSON.parse(other.stdout)).toMatchObject({ stored: 1, updated: 0, skipped: 1 });
    expect(await place.run(['import', '-', '--global'], { stdin: new Uint8Array([35, 32, 255]) })).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('not UTF-8') },
    });
  });
});
