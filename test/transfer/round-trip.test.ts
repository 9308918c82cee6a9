import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadRecord, readRecord } from '../../cli/transfer/record.ts';
import { drawn } from '../secret/made-up.ts';
import type { Caller } from '../support/server.ts';
import { Place } from './support.ts';
import { content, line, tags } from './texts.ts';

let source: Place;
let target: Place;
let callers: Caller[];
beforeAll(async () => {
  [source, target] = await Promise.all([Place.create(), Place.create()]);
  callers = [await source.server.register('doc-db', { model: 'opus' }), await source.server.register('website')];
  callers.push(source.server.operator);
});
afterAll(() => Promise.all([source.close(), target.close()]));

const sql = <Row extends pg.QueryResultRow>(place: Place, text: string): Promise<Row[]> => place.sql<Row>(text);

const forgetMemories = (place: Place) => sql(place, 'truncate clambake.memory, clambake.memory_word cascade');

/** Leaves a database as it was made. */
async function empty(place: Place): Promise<void> {
  await forgetMemories(place);
  for (const table of ['log_entry', "channel where kind <> 'ALL'", 'instance', 'project']) {
    await sql(place, `delete from clambake.${table}`);
  }
}

const statuses = ['ACTIVE', 'RESOLVED', 'DEPRECATED', 'SUPERSEDED'] as const;
const kinds = ['FIXES', 'SUPERSEDES', 'RELATES_TO', 'DEPENDS_ON', 'CONTRADICTS'] as const;
const who = fc.nat({ max: 2 });
const memory = fc.record({
  ...{ who, title: line, content, tags, files: tags },
  place: fc.constantFrom('doc-db', 'Größe', null),
  type: fc.nat({ max: 5 }),
  changes: fc.array(
    fc.record(
      { who, title: line, content, tags, status: fc.constantFrom(...statuses) },
      { requiredKeys: ['who', 'status'] },
    ),
    { maxLength: 3 },
  ),
});
const data = fc.record({
  memories: fc.array(memory, { minLength: 1, maxLength: 6 }),
  links: fc.array(fc.record({ who, from: fc.nat(), to: fc.nat(), kind: fc.constantFrom(...kinds) }), { maxLength: 6 }),
});

const projectTypes = ['ARCHITECTURE', 'FEATURE', 'ISSUE', 'FIX', 'DECISION', 'GOTCHA'];
const globalTypes = ['INFRASTRUCTURE', 'CONVENTION', 'TOOL', 'PREFERENCE', 'CREDENTIAL', 'LESSON'];

const remember = `mutation ($project: String, $global: Boolean!, $type: MemoryType!, $title: String!, $content: String!, $tags: [String!], $files: [String!]) {
  remember(project: $project, global: $global, type: $type, title: $title, content: $content, tags: $tags, files: $files) { id }
}`;
const update = `mutation ($id: ID!, $status: MemoryStatus, $title: String, $content: String, $tags: [String!]) {
  updateMemory(id: $id, status: $status, title: $title, content: $content, tags: $tags) { version }
}`;
const tie =
  'mutation ($from: ID!, $kind: MemoryLinkKind!, $to: ID!) { linkMemories(from: $from, kind: $kind, to: $to) { kind } }';

const caller = (index: number): Caller => callers[index] ?? source.server.operator;

async function fill({ memories, links }: typeof data extends fc.Arbitrary<infer Data> ? Data : never): Promise<void> {
  const ids: string[] = [];
  for (const { who, place, type, changes, ...texts } of memories) {
    const { remember: stored } = await caller(who).do<{ remember: { id: string } }>(remember, {
      ...texts,
      ...(place === null ? {} : { project: place }),
      global: place === null,
      type: (place === null ? globalTypes : projectTypes)[type],
    });
    ids.push(stored.id);
    for (const { who, ...change } of changes) await caller(who).do(update, { id: stored.id, ...change });
  }
  for (const { who, from, to, kind } of links) {
    const [one, other] = [ids[from % ids.length], ids[to % ids.length]];
    // A cycle or a pair that links forbid is not what this is about.
    if (one !== other) await caller(who).ask(tie, { from: one, to: other, kind });
  }
}

/** What no export shows: when versions were replaced, and how they are searched. The numbers of projects differ. */
const derived = (place: Place) =>
  sql(
    place,
    `select uid, r.version, r.created_at, replaced_at, m.updated_at, m.version as latest, priority,
       array(select word from unnest(tsvector_to_array(coalesce(r.search, m.search))) word where word !~ '^p:') as words
     from clambake.memory_revision r join clambake.memory m on m.id = memory_id order by uid, r.version`,
  );

describe('what was exported', () => {
  it('comes back as it was, byte for byte, whatever its texts hold, and no second time', {
    timeout: 240_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(data, async (given) => {
        await Promise.all([forgetMemories(source), empty(target)]);
        await fill(given);
        const exported = await source.export();
        expect(await source.export()).toBe(exported);
        const file = await target.write('memories.ndjson', exported);
        const first = await target.run(['import', file, '--json']);
        expect(first).toMatchObject({ code: 0, stderr: '' });
        expect(JSON.parse(first.stdout)).toMatchObject({ stored: given.memories.length, skipped: 0, conflicted: 0 });
        expect(await target.export()).toBe(exported);
        expect(await derived(target)).toEqual(await derived(source));

        const again = await target.run(['import', file, '--json']);
        expect(JSON.parse(again.stdout)).toMatchObject({
          ...{ stored: 0, updated: 0, linked: 0, skipped: given.memories.length, conflicts: [], problems: [] },
        });
        expect(await target.export()).toBe(exported);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('is stored with its authors as instances that have left', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    const [ann] = callers;
    await ann?.do(remember, { global: true, type: 'LESSON', title: 'signed', content: 'text' });
    await target.run(['import', '-'], { stdin: await source.export() });
    const { recall } = await target.server.operator.do<{ recall: { nodes: { author: object }[] } }>(
      '{ recall(global: true) { nodes { from author { id live model project { name } endedAt } } } }',
    );
    expect(recall.nodes).toMatchObject([
      { author: { live: false, model: 'opus', project: { name: 'doc-db' }, endedAt: expect.any(String) } },
    ]);
  });

  it('that has grown since brings what is new, and of a memory that is known its new versions', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    const [ann, ben] = callers;
    const { remember: one } = (await ann?.do<{ remember: { id: string } }>(remember, {
      ...{ global: false, type: 'ISSUE', title: 'grows', content: 'one' },
    })) ?? { remember: { id: '' } };
    await target.run(['import', await target.write('before.ndjson', await source.export())]);
    await ben?.do(update, { id: one.id, content: 'two' });
    await ann?.do(update, { id: one.id, status: 'RESOLVED' });
    await ben?.do(remember, { global: false, type: 'FIX', title: 'new', content: 'text' });
    const after = await source.export();
    const { stdout } = await target.run(['import', await target.write('after.ndjson', after)]);
    expect(stdout).toMatch(/: 1 stored, 1 updated, 0 skipped\.\n$/);
    expect(await target.export()).toBe(after);
    expect(await derived(target)).toEqual(await derived(source));
    // What is older than what is here changes nothing.
    const { stdout: old } = await target.run(['import', target.file('before.ndjson')]);
    expect(old).toMatch(/: 0 stored, 0 updated, 1 skipped\.\n$/);
    expect(await target.export()).toBe(after);
  });

  it('and was changed here since is a conflict, which is told and left as it is, while the rest goes on', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    const [ann] = callers;
    await ann?.do(remember, { global: true, type: 'TOOL', title: 'disputed', content: 'one' });
    await target.run(['import', '-'], { stdin: await source.export() });
    const [here] = await sql<{ id: number; uid: string }>(target, 'select id, uid from clambake.memory');
    const [there] = await sql<{ id: number }>(source, 'select id from clambake.memory');
    await target.server.operator.do(update, { id: String(here?.id), content: 'changed here' });
    await ann?.do(update, { id: String(there?.id), content: 'changed there' });
    await ann?.do(remember, { global: true, type: 'TOOL', title: 'undisputed', content: 'text' });
    const kept = (await target.export()).split('\n').filter((row) => row.includes('disputed'));
    const file = await target.write('conflict.ndjson', await source.export());
    const { code, stdout, stderr } = await target.run(['import', file]);
    expect(code).toBe(3);
    expect(stdout).toContain('1 stored, 0 updated, 0 skipped, 1 conflict.');
    expect(stderr).toContain(`Version 2 is another one here. ${here?.uid} "disputed"`);
    const after = await target.export();
    for (const row of kept) expect(after).toContain(row);
    expect(after).toContain('undisputed');
    const asJson = await target.run(['import', file, '--json']);
    expect(JSON.parse(asJson.stdout).conflicts).toEqual([
      { line: expect.any(Number), uid: here?.uid, version: 2, title: 'disputed', reason: expect.any(String) },
    ]);
  });

  it('and holds a secret that was allowed is refused, and comes back as it was where it is allowed again', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    const secret = `password=${drawn(12)}`;
    await source.server.operator.do(
      'mutation ($content: String!) { remember(global: true, type: TOOL, title: "t", content: $content, allowSecret: true) { id } }',
      { content: secret },
    );
    const exported = await source.export();
    const file = await target.write('secret.ndjson', exported);
    const refused = await target.run(['import', file]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--allow-secret');
    expect(refused.stderr).not.toContain(secret);
    expect(await target.run(['import', file, '--allow-secret'])).toMatchObject({ code: 0, stderr: '' });
    expect(await target.export()).toBe(exported);
    const logged = await sql(target, "select summary from clambake.log_entry where action = 'SECRET_ALLOWED'");
    expect(logged).toMatchObject([
      { summary: expect.stringMatching(/which was imported: a password \(version 1, content/) },
    ]);
    expect(JSON.stringify(logged)).not.toContain(secret);
  });

  it('twice at once from two sides is stored once', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    for (let n = 0; n < 40; n += 1) {
      await callers[n % 3]?.do(remember, { global: true, type: 'LESSON', title: `m ${n}`, content: `word${n} text` });
    }
    const exported = await source.export();
    const file = await target.write('all.ndjson', exported);
    const said = await Promise.all([1, 2, 3, 4].map(() => target.run(['import', file, '--json'])));
    const counts = said.map(({ stdout }) => JSON.parse(stdout) as { stored: number; skipped: number });
    expect(counts.reduce((sum, { stored }) => sum + stored, 0)).toBe(40);
    expect(counts.reduce((sum, { skipped }) => sum + skipped, 0)).toBe(120);
    expect(await target.export()).toBe(exported);
  });

  it('of one project is that project, and of what is global that', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    const [ann, ben] = callers;
    await ann?.do(remember, { global: false, type: 'FIX', title: 'of doc-db', content: 'text' });
    await ben?.do(remember, { global: false, type: 'FIX', title: 'of website', content: 'text' });
    await ben?.do(remember, { global: true, type: 'LESSON', title: 'of all', content: 'text' });
    const titles = async (...args: string[]): Promise<(string | undefined)[]> =>
      (await source.export(...args))
        .split('\n')
        .filter((row) => row.includes('"revision"'))
        .map((row) => JSON.parse(row).title);
    expect(await titles('--project', 'DOC-DB')).toEqual(['of doc-db']);
    expect(await titles('--global')).toEqual(['of all']);
    expect(await titles('--global', '--project', 'website')).toEqual(['of website', 'of all']);
    expect(await titles()).toEqual(['of doc-db', 'of website', 'of all']);
    expect(await source.run(['export', '--project', 'websit'])).toMatchObject({
      ...{ code: 1, stdout: '', stderr: expect.stringContaining('website') },
    });
  });
});

describe('a bad record', () => {
  it.each([
    ['no JSON', '{"record":"mem', 'It is no JSON object.'],
    ['of an unknown kind', '{"record":"poem"}', 'Its record is "poem": one of instance, memory, revision, link.'],
    ['without its memory', null, 'Its memory does not stand before it.'],
  ])('%s is told with its line, and nothing else is lost', async (_, bad, message) => {
    await Promise.all([forgetMemories(source), empty(target)]);
    await callers[0]?.do(remember, { global: true, type: 'LESSON', title: 'before', content: 'text' });
    await callers[1]?.do(remember, { global: true, type: 'LESSON', title: 'after', content: 'text' });
    const lines = (await source.export()).split('\n');
    const orphan = lines.find((row) => row.includes('"revision"'))?.replace(/"memory":"./, '"memory":"x') ?? '';
    const place = lines.findIndex((row) => row.includes('before')) + 1;
    lines.splice(place, 0, bad ?? orphan);
    const file = await target.write('bad.ndjson', lines.join('\n'));
    const { code, stdout, stderr } = await target.run(['import', file]);
    expect(code).toBe(1);
    expect(stderr).toContain(`clambake: Line ${place + 1}: ${message}`);
    expect(stdout).toContain('2 stored');
  });

  it.each([
    ['a NUL', { title: 'a\0b' }, 'NUL'],
    ['half a surrogate pair', { content: '\ud800' }, 'surrogate'],
    ['an empty text', { content: ' \n' }, 'empty'],
    ['a title of 301 bytes', { title: 'x'.repeat(301) }, '301 bytes'],
    ['a version before the first', { version: 0 }, 'counted from 1'],
    ['a version after a gap', { version: 3 }, 'Version 3 comes without version 2'],
    ['a time before 1970', { createdAt: '1875-01-01T00:00:00.000Z' }, '1875'],
    ['an author whom nobody brings', { author: 'quiet-heron-0000' }, 'quiet-heron-0000 is not known'],
  ])('with %s is refused by the server', async (_, change, message) => {
    await empty(target);
    const uid = '7d9f0a44-9c1e-4a3e-8f57-0a6f6a1d1a01';
    const createdAt = '2026-01-01T00:00:00.000Z';
    const lines = [
      { clambake: 'export', version: 1, project: null, global: false },
      { record: 'memory', uid, project: null, type: 'LESSON', author: null, createdAt },
      {
        ...{
          record: 'revision',
          memory: uid,
          version: 1,
          title: 't',
          content: 'c',
          status: 'ACTIVE',
          tags: [],
          files: [],
        },
        ...{ author: null, createdAt, ...change },
      },
      { clambake: 'end', instances: 0, memories: 1, revisions: 1, links: 0 },
    ];
    const { code, stderr } = await target.run(['import', '-'], {
      stdin: lines.map((one) => JSON.stringify(one)).join('\n'),
    });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^clambake: Line [23]: /);
    expect(await sql(target, 'select 1 from clambake.memory')).toEqual([]);
  });

  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  it.each([
    ['"2026-13-45T00:00:00Z"', 'Its createdAt is "2026-13-45T00:00:00Z": a time is needed'],
    ['"2026-02-30T00:00:00.000Z"', 'Its createdAt is "2026-02-30T00:00:00.000Z": a time is needed'],
    ['"Jan 1 2026"', 'Its createdAt is "Jan 1 2026": a time is needed'],
    ['"+275760-09-14T00:00:00.000Z"', 'Its createdAt is "+275760-09-14T00:00:00.000Z": a time is needed'],
    ['1767225600000', 'Its createdAt is 1767225600000: a text is needed.'],
    [deep, 'Its createdAt is a list: a text is needed.'],
  ])('with a time that is none is told with its line and the value (%#)', (value, message) => {
    const rest = '"record":"memory","uid":"x","project":null,"type":"LESSON","author":null';
    expect(() => readRecord(`{${rest},"createdAt":${value}}`)).toThrow(BadRecord);
    expect(() => readRecord(`{${rest},"createdAt":${value}}`)).toThrow(message);
  });

  it('is told of with --dry-run, too, however deeply it is nested', async () => {
    const file = await target.write(
      'deep.ndjson',
      `{"clambake":"export","version":1,"project":null,"global":false}\n{"record":${deep}}\n`,
    );
    const { code, stderr } = await target.run(['import', file, '--dry-run']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('clambake: Line 2: Its record is a list: one of instance'),
    ]);
  });

  it('is a link of which an end is missing', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    const ids: string[] = [];
    for (const project of ['doc-db', 'website']) {
      const { remember: made } = await source.server.operator.do<{ remember: { id: string } }>(remember, {
        ...{ project, global: false, type: 'FIX', title: project, content: 'text' },
      });
      ids.push(made.id);
    }
    await source.server.operator.do(tie, { from: ids[0], to: ids[1], kind: 'RELATES_TO' });
    const part = await target.write('part.ndjson', await source.export('--project', 'doc-db'));
    const first = await target.run(['import', part]);
    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(/Line 4: The memory \S+ at an end of the link is not here\./);
    await target.run(['import', '-'], { stdin: await source.export('--project', 'website') });
    expect(await target.run(['import', part])).toMatchObject({ code: 0, stdout: expect.stringContaining('1 link.') });
  });
});

describe('a file', () => {
  it('that was cut is told to be, and what it holds is stored', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    await callers[0]?.do(remember, { global: true, type: 'LESSON', title: 'kept', content: 'text' });
    const whole = await source.export();
    const file = await target.write('cut.ndjson', whole.slice(0, whole.lastIndexOf('{')));
    expect(await target.run(['import', file])).toMatchObject({
      ...{ code: 1, stdout: expect.stringContaining('1 stored'), stderr: expect.stringContaining('the file was cut') },
    });
  });

  it('is never half written, and never replaced unasked', async () => {
    const output = source.file('out.ndjson');
    expect(await source.run(['export', '--output', output])).toMatchObject({ code: 0, stderr: '' });
    const before = await source.read('out.ndjson');
    expect(before).toBe(await source.export());
    expect(await source.run(['export', '--output', output])).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('--force') },
    });
    expect(await source.run(['export', '--output', output, '--project', 'nobody'])).toMatchObject({ code: 2 });
    expect(await source.run(['export', '--output', output, '--force', '--project', 'nobody'])).toMatchObject({
      code: 1,
    });
    expect(await source.read('out.ndjson')).toBe(before);
    const { code, stdout } = await source.run(['export', '--output', output, '--force', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { file: output, instances: 1, memories: 1, revisions: 1, links: 0 },
    ]);
  });

  it('may be a pipe with a name, and standard input by its path', async () => {
    await Promise.all([forgetMemories(source), empty(target)]);
    await callers[0]?.do(remember, { global: true, type: 'LESSON', title: 'piped', content: 'text' });
    const exported = await source.export();
    const fifo = target.file('fifo');
    await promisify(execFile)('mkfifo', [fifo]);
    const [said] = await Promise.all([target.run(['import', fifo]), writeFile(fifo, exported)]);
    expect(said).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 stored') });
    expect(await target.export()).toBe(exported);
    const given = await target.run(['import', '/dev/stdin'], { stdin: exported });
    expect(given).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 skipped') });
    const markdown = target.file('markdown');
    await promisify(execFile)('mkfifo', [markdown]);
    const args = ['import', markdown, '--global', '--yes'];
    const [foreign] = await Promise.all([target.run(args), writeFile(markdown, '## Piped\n\nMarkdown.\n')]);
    expect(foreign).toMatchObject({ code: 0, stdout: expect.stringContaining('1 stored') });
  });

  it('of another version, or that is JSON and no export, is not taken', async () => {
    const later = '{"clambake":"export","version":2,"project":null,"global":false}\n';
    expect(await target.run(['import', '-'], { stdin: later })).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('version 2') },
    });
    expect(await target.run(['import', '-', '--dry-run'], { stdin: later })).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('version 2') },
    });
    expect(await target.run(['import', '-'], { stdin: '{"a":1}\n' })).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('no export') },
    });
    expect(await target.run(['import', target.file('nowhere')])).toMatchObject({ code: 2 });
  });

  it('shows with --dry-run what it holds, and stores nothing', async () => {
    await empty(target);
    const file = await target.write('dry.ndjson', await source.export());
    const { code, stdout } = await target.run(['import', file, '--dry-run']);
    expect([code, stdout]).toEqual([
      0,
      `${file} holds 1 instances, 1 memories, 1 revisions, 0 links. Nothing is stored.\n`,
    ]);
    expect(await sql(target, 'select 1 from clambake.memory')).toEqual([]);
  });

  it('is imported by the operator only', async () => {
    const [ann] = callers;
    expect(
      await ann?.fail('mutation { importMemories(instances: [], memories: [], links: []) { stored } }'),
    ).toMatchObject({ code: 'FORBIDDEN' });
  });
});
