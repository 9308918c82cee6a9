import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
let ben: Agent;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('doc-db');
  ben = await server.register('website');
});
afterAll(() => server.close());

interface Recalled {
  recall: { totalCount: number; nodes: { title: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}
const recallQuery = `query ($project: String, $global: Boolean, $type: [MemoryType!], $status: [MemoryStatus!], $search: String, $tags: [String!], $file: String, $first: Int = 100, $after: String) {
  recall(project: $project, global: $global, type: $type, status: $status, search: $search, tags: $tags, file: $file, first: $first, after: $after) {
    totalCount nodes { title } pageInfo { hasNextPage endCursor }
  }
}`;
const recall = async (agent: Agent, filter: Record<string, unknown> = {}): Promise<string[]> =>
  (await agent.do<Recalled>(recallQuery, filter)).recall.nodes.map(({ title }) => title);

const remember =
  'mutation ($type: MemoryType!, $title: String! = "t", $content: String! = "c", $project: String, $global: Boolean! = false, $clientKey: String, $tags: [String!]) { remember(type: $type, title: $title, content: $content, project: $project, global: $global, clientKey: $clientKey, tags: $tags) { id version } }';
const update =
  'mutation ($id: ID!, $status: MemoryStatus, $title: String, $content: String, $tags: [String!], $clientKey: String) { updateMemory(id: $id, status: $status, title: $title, content: $content, tags: $tags, clientKey: $clientKey) { version title status tags revisions { totalCount nodes { version title status from } } } }';

describe('scope', () => {
  it.each(['ARCHITECTURE', 'FEATURE', 'ISSUE', 'FIX', 'DECISION', 'PATTERN', 'GOTCHA', 'UPDATE'])(
    '%s belongs to a project',
    async (type) => {
      await ann.remember(type, `project ${type}`);
      const { code, message } = await ann.fail(remember, { type, global: true });
      expect(code).toBe('BAD_INPUT');
      expect(message).toContain('infrastructure, convention, tool, preference, credential, lesson');
    },
  );

  it.each(['INFRASTRUCTURE', 'CONVENTION', 'TOOL', 'PREFERENCE', 'CREDENTIAL', 'LESSON'])(
    '%s is global',
    async (type) => {
      await ann.remember(type, `global ${type}`, { global: true });
      const { code, message } = await ann.fail(remember, { type });
      expect(code).toBe('BAD_INPUT');
      expect(message).toContain('architecture, feature, issue, fix, decision, pattern, gotcha, update');
    },
  );

  it('an instance recalls what its project and everybody knows, and not what is of other projects', async () => {
    await ben.remember('ISSUE', 'of the website');
    const known = await recall(ann);
    expect(known).toEqual(expect.arrayContaining(['project ISSUE', 'global LESSON']));
    expect(known).not.toContain('of the website');
    expect(await recall(ann, { project: 'WEBSITE' })).toEqual(['of the website']);
    expect(await recall(ann, { global: true })).not.toContain('project ISSUE');
    expect(await ann.fail(recallQuery, { project: 'web-site' })).toMatchObject({
      code: 'NOT_FOUND',
      extensions: { suggestions: ['website'] },
    });
  });

  it('a project is known once something is remembered for it, by whoever', async () => {
    await ben.remember('DECISION', 'for a new project', { project: 'brand-new' });
    expect(await recall(ann, { project: 'brand-new' })).toEqual(['for a new project']);
    expect(await server.operator.fail(remember, { type: 'ISSUE' })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await ann.fail(remember, { type: 'ISSUE', project: 'x', global: true })).toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});

describe('changing', () => {
  it('keeps every version with its author', async () => {
    const id = await ann.remember('ISSUE', 'first title');
    await ben.do(update, { id, title: 'second title' });
    const { updateMemory } = await ann.do<{ updateMemory: object }>(update, {
      id,
      status: 'RESOLVED',
      tags: ['a', 'b', 'a'],
    });
    expect(updateMemory).toMatchObject({
      version: 3,
      title: 'second title',
      status: 'RESOLVED',
      tags: ['a', 'b'],
      revisions: {
        totalCount: 3,
        nodes: [
          { version: 3, title: 'second title', status: 'RESOLVED', from: ann.id },
          { version: 2, title: 'second title', status: 'ACTIVE', from: ben.id },
          { version: 1, title: 'first title', status: 'ACTIVE', from: ann.id },
        ],
      },
    });
  });

  it('a change that changes nothing makes no version, and a change of nothing is an error', async () => {
    const id = await ann.remember('ISSUE', 'unchanged');
    expect(await ann.do(update, { id, title: 'unchanged' })).toMatchObject({ updateMemory: { version: 1 } });
    expect(await ann.fail(update, { id })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await ann.fail(update, { id: '999999', title: 'x' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('twenty at once lose no version', async () => {
    const id = await ann.remember('ISSUE', 'contended');
    await Promise.all(Array.from({ length: 20 }, (_, n) => ann.do(update, { id, content: `content ${n}` })));
    expect(await ann.do(update, { id, status: 'DEPRECATED' })).toMatchObject({
      updateMemory: { version: 22, revisions: { totalCount: 22 } },
    });
  });

  it('what no longer holds is recalled only when it is asked for', async () => {
    const id = await ann.remember('GOTCHA', 'outdated trap');
    await ann.do(update, { id, status: 'DEPRECATED' });
    expect(await recall(ann)).not.toContain('outdated trap');
    expect(await recall(ann, { search: 'outdated' })).not.toContain('outdated trap');
    expect(await recall(ann, { status: ['DEPRECATED'] })).toContain('outdated trap');
  });
});

describe('retrying', () => {
  it('the same client key stores once, fifty times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        ann.do<{ remember: { id: string } }>(remember, { type: 'FIX', clientKey: 'm-1' }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.remember.id)).size).toBe(1);
    expect(await ann.fail(remember, { type: 'FIX', title: 'other', clientKey: 'm-1' })).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('the same client key for another project or with other tags is an error', async () => {
    await ann.do(remember, { type: 'FIX', title: 'of m-2', clientKey: 'm-2' });
    expect(
      await ann.fail(remember, { type: 'FIX', title: 'of m-2', clientKey: 'm-2', project: 'website' }),
    ).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await ann.fail(remember, { type: 'FIX', title: 'of m-2', clientKey: 'm-2', tags: ['a'] })).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('a repeated change does not undo what came after it', async () => {
    const id = await ann.remember('ISSUE', 'retried');
    await ann.do(update, { id, content: 'mine', clientKey: 'u-1' });
    await ben.do(update, { id, content: 'theirs' });
    expect(await ann.do(update, { id, content: 'mine', clientKey: 'u-1' })).toMatchObject({
      updateMemory: { version: 3 },
    });
    expect(await ann.fail(update, { id, content: 'else', clientKey: 'u-1' })).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('searching', () => {
  let searcher: Agent;
  const find = (search: string, more: Record<string, unknown> = {}): Promise<string[]> =>
    recall(searcher, { search, ...more });

  beforeAll(async () => {
    searcher = await server.register('search');
    const known: [string, string, object?][] = [
      [
        'JMAP null filter crashes query',
        'Stalwart returns 400 if filter:null is sent. Omit the key entirely.',
        { tags: ['jmap'] },
      ],
      [
        'Chose pypff over readpst',
        'readpst is non-deterministic on large PSTs. pypff gives consistent results.',
        { tags: ['email', 'pst'] },
      ],
      ['Email import pipeline', 'See null_filter in the importer.', { files: ['backend/email_import.py'] }],
      ['Containers restart in a loop', 'The health check of the query service times out; raise it to 30 s.'],
      ['日本語のメモ', '検索できるはずです'],
    ];
    for (const [title, content, more] of known) await searcher.remember('GOTCHA', title, { content, ...more });
  });

  it('finds any of the words, by their stems, the best match first', async () => {
    expect(await find('crashing filters')).toEqual(['JMAP null filter crashes query', 'Email import pipeline']);
    expect((await find('why does the query crash'))[0]).toBe('JMAP null filter crashes query');
  });

  it('finds parts of words, identifiers, tags and paths', async () => {
    expect(await find('determin')).toEqual(['Chose pypff over readpst']);
    expect(await find('null_filter')).toContain('Email import pipeline');
    expect(await find('pst')).toEqual(['Chose pypff over readpst']);
    expect(await find('email_import.py')).toContain('Email import pipeline');
    expect(await find('import', { file: 'EMAIL_import' })).toEqual(['Email import pipeline']);
    expect(await recall(searcher, { file: 'backend/' })).toEqual(['Email import pipeline']);
    expect(await recall(searcher, { tags: ['pst', 'none'] })).toEqual(['Chose pypff over readpst']);
  });

  it('quotes hold words together, a minus leaves out', async () => {
    expect(await find('"filter crashes"')).toEqual(['JMAP null filter crashes query']);
    expect(await find('query -stalwart')).toEqual(['Containers restart in a loop']);
    expect(await find('query -"health check"')).toEqual(['JMAP null filter crashes query']);
    expect(await find('-query')).not.toContain('JMAP null filter crashes query');
  });

  it('finds other scripts', async () => {
    expect(await find('メモ')).toEqual(['日本語のメモ']);
    expect(await find('検索')).toEqual(['日本語のメモ']);
  });

  it.each([
    'the crash',
    '"unclosed',
    "it's broken",
    'a & b | c',
    '!(x)',
    "x');--",
    '100%',
    'a\\b',
    'a<->b',
    "'' \\' b",
    '👩‍💻 build',
    `"${'the '.repeat(2000)}end"`,
    '电子邮件',
    'שלום',
    'x '.repeat(2000),
    'x:*',
  ])('answers to %j', async (search) => {
    await expect(find(search)).resolves.toBeInstanceOf(Array);
  });

  it.each(['"', '- -', '""', '...', '%', ':*', "');--"])('says that %j asks for nothing', async (search) => {
    expect(await searcher.fail(recallQuery, { search })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('no word'),
    });
  });

  it.each(['the', '-the', "it's", 'a\\', '👩‍💻', 'how is it', '"to be"'])(
    'says that %j holds nothing to look for',
    async (search) => {
      expect(await searcher.fail(recallQuery, { search })).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('name what it is about'),
      });
    },
  );

  it('refuses more than 50 different terms, and a page of no size or backwards', async () => {
    const search = Array.from({ length: 51 }, (_, n) => `w${n}`).join(' ');
    expect(await searcher.fail(recallQuery, { search })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('51'),
    });
    expect(await searcher.fail(recallQuery, { search: 'query', first: 0 })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await searcher.fail(recallQuery, { search: 'query', first: 1000 })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await searcher.fail('{ recall(search: "query", last: 1) { nodes { id } } }')).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('pages through what it finds, with the count of all', async () => {
    const { recall: first } = await searcher.do<Recalled>(recallQuery, { search: 'query email', first: 2 });
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const { recall: second } = await searcher.do<Recalled>(recallQuery, {
      search: 'query email',
      first: 2,
      after: first.pageInfo.endCursor,
    });
    expect(new Set([...first.nodes, ...second.nodes].map(({ title }) => title)).size).toBe(4);
  });
});

describe('links', () => {
  it('tie memories into a graph that can be walked from any of them', async () => {
    const issue = await ann.remember('ISSUE', 'the issue');
    const fix = await ann.remember('FIX', 'the fix');
    const decision = await ann.remember('DECISION', 'the decision');
    const link =
      'mutation ($from: ID!, $kind: MemoryLinkKind!, $to: ID!) { linkMemories(from: $from, kind: $kind, to: $to) { kind } }';
    await ann.do(link, { from: fix, kind: 'FIXES', to: issue });
    await ann.do(link, { from: fix, kind: 'FIXES', to: issue });
    await ann.do(link, { from: fix, kind: 'DEPENDS_ON', to: decision });

    const { memory } = await ben.do<{ memory: object }>(
      'query ($id: ID!) { memory(id: $id) { links { kind direction memory { title } } } }',
      { id: issue },
    );
    expect(memory).toEqual({ links: [{ kind: 'FIXES', direction: 'INCOMING', memory: { title: 'the fix' } }] });

    const graph =
      'query ($focus: ID, $depth: Int!, $first: Int! = 100) { memoryGraph(focus: $focus, depth: $depth, first: $first) { nodes { title } edges { kind } truncated } }';
    expect(await ann.do(graph, { focus: issue, depth: 2 })).toEqual({
      memoryGraph: {
        nodes: [{ title: 'the issue' }, { title: 'the fix' }, { title: 'the decision' }],
        edges: [{ kind: 'FIXES' }, { kind: 'DEPENDS_ON' }],
        truncated: false,
      },
    });
    expect(await ann.do(graph, { focus: issue, depth: 1, first: 1 })).toMatchObject({
      memoryGraph: { nodes: [{ title: 'the issue' }], edges: [], truncated: true },
    });

    const unlink = 'mutation ($from: ID!, $to: ID!) { unlinkMemories(from: $from, kind: FIXES, to: $to) { removed } }';
    expect(await ann.do(unlink, { from: fix, to: issue })).toEqual({ unlinkMemories: { removed: true } });
    expect(await ann.do(unlink, { from: fix, to: issue })).toEqual({ unlinkMemories: { removed: false } });
    expect(await ann.fail(link, { from: fix, kind: 'FIXES', to: fix })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await ann.fail(link, { from: fix, kind: 'FIXES', to: '999999' })).toMatchObject({ code: 'NOT_FOUND' });
  });
});
