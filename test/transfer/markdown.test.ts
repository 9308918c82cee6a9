import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readLines } from '../../cli/transfer/lines.ts';
import { firstLine, type MarkdownMemory, markdownOf, readMarkdown } from '../../cli/transfer/markdown.ts';
import type { Agent } from '../support/server.ts';
import { Place } from './support.ts';
import { content, line, tags } from './texts.ts';

const uid = '7d9f0a44-9c1e-4a3e-8f57-0a6f6a1d1a01';
const createdAt = '2026-01-01T00:00:00.000Z';
const memory = fc.record({
  ...{
    title: line,
    content,
    tags,
    files: tags,
    project: fc.option(line),
    version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  },
  uid: fc.constant(uid),
  type: fc.constantFrom('GOTCHA' as const, 'LESSON' as const),
  status: fc.constantFrom('ACTIVE' as const, 'SUPERSEDED' as const),
  author: fc.option(fc.constant('brisk-otter-4f2a')),
  createdAt: fc.constant(createdAt),
  updatedAt: fc.constant(createdAt),
});

/** A text in pieces of so many bytes. */
async function* pieces(text: string, size: number): AsyncGenerator<Buffer, void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 7): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const one of readMarkdown(readLines(pieces(text, size)))) found.push('memory' in one ? one.memory : one);
  return found;
}

describe('Markdown', () => {
  it('gives memories back as they were, whatever their texts hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(memory, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), async (memories, size) => {
        const plain = memories.map((one): MarkdownMemory => ({ ...one }));
        const text = [firstLine, '\n# Project\n', ...plain.map(markdownOf)].join('\n');
        expect(await read(text, size)).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('takes a title and a text as somebody has edited them', async () => {
    const [one = ''] = fc.sample(
      memory.map((given) => markdownOf({ ...given, title: 'Before', content: 'one\n\ntwo' })),
      1,
    );
    const edited = one
      .replace('### Before', '### After')
      .replace('> one\n', '> one and a half\n\nwithout a mark\n')
      .replaceAll('\n', '\r\n');
    expect(await read(edited)).toMatchObject([{ title: 'After', content: 'one and a half\n\nwithout a mark\n\ntwo' }]);
  });

  it.each([
    ['no JSON', '{"uid":'],
    ['no uid', '{"project":null}'],
    ['no type', `{"uid":"${uid}","project":null,"type":"POEM"}`],
  ])('says of a comment with %s what is wrong, and goes on', async (_, comment) => {
    const [good = ''] = fc.sample(
      memory.map((given) => markdownOf({ ...given })),
      1,
    );
    const found = await read(`### Bad\n\n<!-- clambake:memory ${comment} -->\n\n> text\n${good}`);
    expect(found).toMatchObject([{ line: 3, problem: expect.stringContaining('Its comment') }, { uid }]);
  });
});

describe('an export as Markdown', () => {
  let source: Place;
  let target: Place;
  let ann: Agent;
  let id: string;
  const write =
    'mutation ($id: ID!, $content: String, $status: MemoryStatus) { updateMemory(id: $id, content: $content, status: $status) { version } }';
  beforeAll(async () => {
    [source, target] = await Promise.all([Place.create(), Place.create()]);
    ann = await source.server.register('doc-db');
  });
  afterAll(() => Promise.all([source.close(), target.close()]));
  beforeEach(async () => {
    for (const place of [source, target]) await place.sql('truncate clambake.memory cascade');
    await ann.remember('GOTCHA', 'Null filter', { content: '# Not a heading\n```\ncode', tags: ['jmap', 'a`b'] });
    id = await ann.remember('LESSON', 'Look twice', { global: true, content: 'text' });
    await ann.do(write, { id, content: 'better text', status: 'RESOLVED' });
    await ann.remember('FIX', 'Omit it', { content: 'line\r\nline' });
  });

  const states = (place: Place) =>
    place.sql(
      'select uid, name, type, title, content, status, tags, files from clambake.memory left join clambake.project on project.id = project_id order by uid',
    );

  it('has a heading for what it belongs to, its type and each memory', async () => {
    const text = await source.export('--format', 'markdown');
    const headings = text.split('\n').filter((one) => /^#+ /.test(one));
    expect(headings).toEqual([
      '# Global',
      '## Lesson',
      '### Look twice',
      '# doc-db',
      '## Fix',
      '### Omit it',
      '## Gotcha',
      '### Null filter',
    ]);
    expect(text).toContain(`*resolved, version 2, by ${ann.id}, `);
    expect(text).toContain(' · tags: `jmap`, `` a`b ``\n');
    expect(text).toContain('> # Not a heading\n> ```\n> code\n');
  });

  it('comes back in its current version, in the name of whoever imports it, and once', async () => {
    const file = await target.write('memories.md', await source.export('--format', 'markdown'));
    const first = await target.run(['import', file]);
    expect(first).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `Imported from ${file}: 3 stored, 0 updated, 0 skipped.\n`,
    });
    expect(await states(target)).toEqual(await states(source));
    expect(await target.sql('select distinct version, author_id from clambake.memory')).toEqual([
      { version: 1, author_id: null },
    ]);
    expect((await target.run(['import', file])).stdout).toContain(': 0 stored, 0 updated, 3 skipped.');
    // Where it came from it is known, too.
    expect((await source.run(['import', file])).stdout).toContain(': 0 stored, 0 updated, 3 skipped.');
  });

  it('brings what was edited in it, and nothing that was changed here since is undone', async () => {
    const text = await source.export('--format', 'markdown');
    const file = await source.write('memories.md', text.replace('> better text', '> best text'));
    await ann.do(write, { id, status: 'DEPRECATED' });
    const refused = await source.run(['import', file]);
    expect(refused).toMatchObject({ code: 3, stdout: expect.stringContaining('2 skipped, 1 conflict.') });
    expect(refused.stderr).toContain('It is of version 3 here: it was changed since version 2');
    // Not edited, it is an earlier version.
    const old = await source.write('old.md', text);
    expect(await source.run(['import', old])).toMatchObject({ code: 0, stdout: expect.stringContaining('3 skipped.') });

    const now = await source.export('--format', 'markdown');
    const edited = await source.write('now.md', now.replace('> better text', '> best text'));
    expect((await source.run(['import', edited])).stdout).toContain(': 0 stored, 1 updated, 2 skipped.');
    expect((await source.run(['import', edited])).stdout).toContain(': 0 stored, 0 updated, 3 skipped.');
    expect(await source.sql("select content, status, version from clambake.memory where title = 'Look twice'")).toEqual(
      [{ content: 'best text', status: 'DEPRECATED', version: 4 }],
    );
    const [replaced] = await source.sql<{ set: boolean }>(
      "select bool_and(replaced_at is not null and search @@ 'look') as set from clambake.memory_revision where title = 'Look twice' and version < 4",
    );
    expect(replaced).toEqual({ set: true });
  });

  it('may be edited and imported time and again, and back; what others change meanwhile is a conflict', async () => {
    const text = await source.export('--format', 'markdown');
    const edited = async (to: string, name = 'again.md') => {
      const file = await source.write(name, text.replace('> better text', `> ${to}`));
      const { stdout } = await source.run(['import', file, '--json']);
      const { updated, skipped, conflicted } = JSON.parse(stdout) as Record<string, number>;
      return { updated, skipped, conflicted };
    };
    const current = async () =>
      (await source.sql<object>("select content, version from clambake.memory where title = 'Look twice'"))[0];
    const changed = { updated: 1, skipped: 2, conflicted: 0 };
    const refused = { updated: 0, skipped: 2, conflicted: 1 };
    for (const to of ['one', 'two', 'one', 'better text']) expect(await edited(to), to).toEqual(changed);
    expect(await edited('better text')).toEqual({ updated: 0, skipped: 3, conflicted: 0 });
    expect(await current()).toEqual({ content: 'better text', version: 6 });
    // Another copy of the same export has not seen it.
    expect(await edited('three', 'copy.md')).toEqual(refused);
    expect(await edited('four')).toEqual(changed);
    await ann.do(write, { id, content: 'changed here' });
    expect(await edited('five')).toEqual(refused);
    expect(await current()).toEqual({ content: 'changed here', version: 8 });
  });
});
