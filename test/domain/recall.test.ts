import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../../server/recall/pack.ts';
import { tokensOf } from '../../server/recall/tokens.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('mail');
});
afterAll(() => server.close());

interface Recalled {
  recall: {
    totalCount: number;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: { id: string; title: string; content: string; status: string; version: number }[];
    edges: {
      cut: boolean;
      alike: string[];
      why: {
        score: number;
        pairScore: number;
        lengthShare: number;
        statusShare: number;
        ageShare: number;
        words: { asked: string; found: string; fields: string[]; memories: number; score: number }[];
        bearers: { kind: string; memory: { id: string } }[];
      };
    }[];
  };
}
const query = `query ($search: String, $type: [MemoryType!], $status: [MemoryStatus!], $file: String, $author: String, $tags: [String!], $asOf: DateTime, $budget: Int, $first: Int, $after: String) {
  recall(search: $search, type: $type, status: $status, file: $file, author: $author, tags: $tags, asOf: $asOf, budget: $budget, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id title content status version }
    edges { cut alike why { score pairScore lengthShare statusShare ageShare words { asked found fields memories score } bearers { kind memory { id } } } }
  }
}`;
const recall = async (agent: Agent, given: Record<string, unknown>): Promise<Recalled['recall']> =>
  (await agent.do<Recalled>(query, given)).recall;
const titles = async (agent: Agent, given: Record<string, unknown>): Promise<string[]> =>
  (await recall(agent, given)).nodes.map(({ title }) => title);
const update = (agent: Agent, id: string, change: string) =>
  agent.do(`mutation { updateMemory(id: ${id}, ${change}) { id } }`);

describe('a question', () => {
  beforeAll(async () => {
    const known: [string, string, object?][] = [
      ['JMAP null filter crashes query', 'Stalwart answers 400 to null_filter. See src/email/import.py and POL-358.'],
      ['Query planner picks a sequential scan', 'Run ANALYZE; the query is then fast.'],
      ['Slow query on the archive', 'The query reads every row.'],
      [
        'Queries time out behind the proxy',
        'Raise the timeout of the proxy for long queries.',
        { files: ['deploy/proxy.conf'] },
      ],
      ['Certificates expire in March', 'Renew with certbot, then restart the proxy.', { tags: ['tls'] }],
      ['Der Import läuft über Nacht', 'Größere Postfächer brauchen Stunden.'],
      ['邮件导入失败', '电子邮件导入在大文件时失败'],
    ];
    for (const [title, content, more] of known) await ann.remember('ISSUE', title, { content, ...more });
  });

  it('is answered by rare words before common ones', async () => {
    const [first] = await titles(ann, { search: 'which query was it that broke with stalwart' });
    expect(first).toBe('JMAP null filter crashes query');
  });

  it.each([
    'null_filter',
    'nullFilter',
    'null-filter',
    'NullFilter',
    'src/email/import.py',
    'import.py',
    'email/import',
    'POL-358',
    'pol 358',
    'POL358',
  ])('finds a name however it is written: %s', async (search) => {
    expect((await titles(ann, { search }))[0]).toBe('JMAP null filter crashes query');
  });

  it.each([
    ['stalwrat crahses', 'JMAP null filter crashes query'],
    ['certifcate renewl', 'Certificates expire in March'],
    ['certbo', 'Certificates expire in March'],
    ['postfächr', 'Der Import läuft über Nacht'],
    ['电子邮件', '邮件导入失败'],
    ['导入', '邮件导入失败'],
  ])('forgives slips, and finds parts and other scripts: %s', async (search, title) => {
    expect((await titles(ann, { search }))[0]).toBe(title);
  });

  it.each([
    ['sotp', 'swapped inside'],
    ['tsop', 'swapped'],
    ['stxp', 'another letter'],
    ['xtop', 'another first letter'],
    ['stp', 'one left out'],
    ['sop', 'one left out inside'],
    ['sjtop', 'one too many'],
  ])('forgives a slip in a short word too: %s, %s', async (search) => {
    const pat = await server.register('short');
    await pat.remember('GOTCHA', 'How to stop it', { content: 'Ask first.' });
    expect(await titles(pat, { search, type: ['GOTCHA'] })).toContain('How to stop it');
    expect(await titles(pat, { search: 'sxxp' })).toEqual([]);
  });

  it('is not answered by words that were edited away, nor are the next ones hidden by them', async () => {
    const pat = await server.register('edited');
    const id = await pat.remember('GOTCHA', 'Kubernetic flux', {
      content: 'The kubernetec one, kuberneteis, kubernetess.',
    });
    await pat.remember('GOTCHA', 'Kubernetes drains slowly');
    await update(pat, id, 'title: "Something else", content: "Nothing."');
    expect(await titles(pat, { search: 'kubernetics' })).toEqual(['Kubernetes drains slowly']);
    expect(await titles(pat, { search: 'kubernetec' })).toEqual(['Kubernetes drains slowly']);
  });

  it('of words that nobody ever wrote is answered, however many and long they are', async () => {
    const unknown = Array.from({ length: 40 }, (_, n) => `zq${'xvkj'.repeat(n)}${n}`).join(' ');
    expect(await titles(ann, { search: unknown })).toEqual([]);
    expect(await titles(ann, { search: 'y'.repeat(1500) })).toEqual([]);
  });

  it('is answered by its fifty rarest words, where one term is of many more', async () => {
    const joe = await server.register('long-winded');
    const words = Array.from({ length: 80 }, (_, n) => `${'qwxz'[n % 4]}${'bdfg'[(n >> 2) % 4]}u${'klmnp'[n >> 4]}ol`);
    await joe.remember('GOTCHA', 'All of it', { content: words.join(' ') });
    await joe.remember('GOTCHA', 'The first half of it', { content: words.slice(0, 40).join(' ') });
    const { nodes, edges } = await recall(joe, { search: words.join('/') });
    expect(nodes[0]?.title).toBe('All of it');
    const found = edges[0]?.why.words.map(({ found }) => found);
    expect(found).toHaveLength(50);
    expect(found).toEqual(expect.arrayContaining(words.slice(40)));
  });

  it('about a path brings up everything that was learned about it, whatever its status', async () => {
    const [memory] = (await recall(ann, { file: 'proxy.conf' })).nodes;
    expect(memory?.title).toBe('Queries time out behind the proxy');
    await update(ann, String(memory?.id), 'status: DEPRECATED');
    expect(await titles(ann, { file: 'deploy/proxy.conf' })).toEqual(['Queries time out behind the proxy']);
    expect(await titles(ann, { file: 'deploy/' })).toEqual(['Queries time out behind the proxy']);
    expect(await titles(ann, { file: 'proxy' })).toContain('Certificates expire in March');
    await update(ann, String(memory?.id), 'status: ACTIVE');
  });

  it('says why each came up', async () => {
    const fix = await ann.remember('FIX', 'Omit the key', { content: 'As it says.' });
    const { nodes } = await recall(ann, { search: 'stalwrat null filter' });
    await ann.do(`mutation { linkMemories(from: ${fix}, kind: FIXES, to: ${nodes[0]?.id}) { kind } }`);
    const { edges } = await recall(ann, { search: 'stalwrat null filter' });
    expect(edges[0]?.why).toMatchObject({ statusShare: 1, bearers: [{ kind: 'FIXES', memory: { id: fix } }] });
    expect(edges[0]?.why.words).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ asked: 'stalwrat', found: 'stalwart', fields: ['CONTENT'], memories: 1 }),
        expect.objectContaining({ asked: 'filter', found: 'filter', fields: ['TITLE', 'CONTENT'] }),
      ]),
    );
    const scores = edges.map(({ why }) => why.score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it.each([
    'null filter crashes query',
    'stalwrat query planner',
    '"sequential scan" planner',
    'certbo postfächr proxxy timout',
    'long memory of hedgehogs',
  ])('says what each part of a score is, so that they make up the whole: %s', async (search) => {
    const text = Array.from({ length: 200 }, (_, n) => `padding${n}`).join(' ');
    const tall = await ann.remember('ISSUE', 'Long memory of hedgehogs', { content: `${text} query planner` });
    await update(ann, tall, 'status: RESOLVED');
    const { edges } = await recall(ann, { search, first: 100 });
    expect(edges).not.toEqual([]);
    for (const { why } of edges) {
      const added = why.words.reduce((sum, { score }) => sum + score, why.pairScore);
      expect(added * why.lengthShare * why.statusShare * why.ageShare).toBeCloseTo(why.score, 5);
      expect(new Set(why.words.map(({ asked, found }) => `${asked} ${found}`)).size).toBe(why.words.length);
    }
  });

  it('says of a slip or a part which of the words that stand for it counts most, once', async () => {
    const una = await server.register('once');
    await una.remember('GOTCHA', 'Brixolan', { content: 'brixolok brixolud brixolit' });
    const [edge] = (await recall(una, { search: 'brixol', type: ['GOTCHA'] })).edges;
    expect(edge?.why.words).toMatchObject([{ asked: 'brixol', found: 'brixolan', fields: ['TITLE', 'CONTENT'] }]);
  });

  it.each(['İstanbul', 'ÜBERSICHT', 'ΣΊΣΥΦΟΣ', 'Straße'])(
    'is filtered by a tag in the letters of any script: %s',
    async (tag) => {
      const title = `What bears ${tag}`;
      await ann.remember('PATTERN', title, { tags: [tag] });
      expect(await titles(ann, { tags: [tag] })).toEqual([title]);
      expect(await titles(ann, { tags: [tag], search: 'bears' })).toEqual([title]);
    },
  );

  it('is filtered by type, status, tag and author', async () => {
    const ben = await server.register('mail');
    await ben.remember('GOTCHA', 'The proxy eats headers', { tags: ['Proxy'] });
    expect(await titles(ann, { search: 'proxy', type: ['GOTCHA'] })).toEqual(['The proxy eats headers']);
    expect(await titles(ann, { search: 'proxy', author: ben.id })).toEqual(['The proxy eats headers']);
    expect(await titles(ann, { author: ben.id })).toEqual(['The proxy eats headers']);
    expect(await titles(ann, { search: 'proxy headers', tags: ['proxy'] })).toEqual(['The proxy eats headers']);
    expect(await titles(ann, { search: 'proxy', status: ['DEPRECATED'] })).toEqual([]);
    expect(await ann.fail(query, { author: 'nobody-here-0000' })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('what was known at a time', () => {
  it('is told as it was then', async () => {
    const eve = await server.register('history');
    const id = await eve.remember('DECISION', 'We use readpst', { content: 'It reads archives.' });
    await sleep(20);
    const then = new Date().toISOString();
    await sleep(20);
    await update(eve, id, 'title: "We use pypff", content: "readpst was not deterministic.", status: RESOLVED');
    await eve.remember('DECISION', 'Archives are kept a year');
    for (const given of [{}, { search: 'archives' }]) {
      const { nodes, totalCount } = await recall(eve, { ...given, type: ['DECISION'], asOf: then });
      expect(nodes).toEqual([
        { id, title: 'We use readpst', content: 'It reads archives.', status: 'ACTIVE', version: 1 },
      ]);
      expect(totalCount).toBe(1);
    }
    expect(await titles(eve, { search: 'pypff', asOf: then })).toEqual([]);
    expect(await titles(eve, { search: 'pypff' })).toEqual(['We use pypff']);
    expect(await titles(eve, { asOf: '2020-01-01' })).toEqual([]);
  });

  it('is found by the words of then, and by none that came later', async () => {
    const eve = await server.register('reworded');
    const id = await eve.remember('DECISION', 'Backups go to quasarbox', { content: 'Nightly, by zephyrsync.' });
    await sleep(20);
    const then = new Date().toISOString();
    await sleep(20);
    await update(eve, id, 'title: "Backups go to nebulavault", content: "Hourly."');
    for (const search of ['quasarbox', 'zephyrsync', 'quasarbx', '"by zephyrsync"', 'nebulavault quasarbox']) {
      expect(await titles(eve, { search, asOf: then })).toEqual(['Backups go to quasarbox']);
    }
    const [edge] = (await recall(eve, { search: 'quasarbox', asOf: then })).edges;
    expect(edge?.why.words).toMatchObject([{ found: 'quasarbox', memories: 1 }]);
    expect(await titles(eve, { search: 'nebulavault', asOf: then })).toEqual([]);
    expect(await titles(eve, { search: 'quasarbox' })).toEqual([]);
    expect(await titles(eve, { search: 'nebulavault' })).toEqual(['Backups go to nebulavault']);
  });
});

describe('what a new session should know first', () => {
  it('is what lasts before what passes, and pages without a gap', async () => {
    const joe = await server.register('first');
    for (const type of ['UPDATE', 'GOTCHA', 'FIX', 'DECISION', 'ISSUE', 'UPDATE'])
      await joe.remember(type, `${type} here`);
    const all = await recall(joe, { type: ['UPDATE', 'GOTCHA', 'FIX', 'DECISION', 'ISSUE'] });
    expect((await recall(joe, { first: 1 })).totalCount).toBe(6);
    expect((await recall(joe, { first: 1, type: ['UPDATE'] })).totalCount).toBe(2);
    expect(all.nodes.map(({ title }) => title.split(' ')[0])).toEqual([
      'GOTCHA',
      'ISSUE',
      'DECISION',
      'FIX',
      'UPDATE',
      'UPDATE',
    ]);
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: Recalled['recall'] = await recall(joe, { first: 2, after });
      seen.push(...page.nodes.map(({ id }) => id));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toEqual(all.nodes.map(({ id }) => id));
  });
});

describe('a cursor', () => {
  it('of a search goes on with a search, and that of a list with a list', async () => {
    const ivy = await server.register('cursors');
    for (const number of ['one', 'two', 'three']) await ivy.remember('GOTCHA', `Ivy climbs wall ${number}`);
    const given = { type: ['GOTCHA'], first: 2 };
    const listed = (await recall(ivy, given)).pageInfo.endCursor;
    const searched = (await recall(ivy, { ...given, search: 'ivy' })).pageInfo.endCursor;
    expect(await titles(ivy, { ...given, after: listed })).toHaveLength(1);
    expect(await titles(ivy, { ...given, search: 'ivy', after: searched })).toHaveLength(1);
    for (const wrong of [{ after: searched }, { search: 'ivy', after: listed }]) {
      expect(await ivy.fail(query, { ...given, ...wrong })).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('no cursor of this list'),
      });
    }
  });
});

describe('a budget', () => {
  it('gives titles first, then texts, and what says the same once', async () => {
    const kim = await server.register('budget');
    const text = 'word '.repeat(100);
    for (let n = 0; n < 8; n += 1) {
      await kim.remember('GOTCHA', `Trap of kind ${'abcdefgh'[n]}`, {
        content: `${text}${'abcdefgh'[n]?.repeat(9)} ${'stuvwxyz'[n]?.repeat(7)}`,
      });
    }
    const twins = ['one', 'two'].map(() =>
      kim.remember('PATTERN', 'Every service logs to standard output', { content: 'So that it is collected.' }),
    );
    await Promise.all(twins);
    const { nodes, edges, pageInfo } = await recall(kim, { budget: 400 });
    expect(nodes.length).toBeGreaterThan(1);
    expect(tokensOf(nodes.map(({ title, content }) => `${title}\n${content}`).join('\n'))).toBeLessThanOrEqual(400);
    expect(edges.some(({ cut }) => cut)).toBe(true);
    const rest = await recall(kim, { first: 100, after: pageInfo.endCursor });
    expect(nodes.length + rest.nodes.length + edges.flatMap(({ alike }) => alike).length).toBeGreaterThanOrEqual(10);
    expect((await recall(kim, { search: 'service logs', budget: 300 })).edges[0]?.alike).toHaveLength(1);
    expect(await kim.fail(query, { budget: 3 })).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('of any size brings whoever pages to the end, past titles that do not fit', async () => {
    const kim = await server.register('narrow');
    for (let n = 0; n < 6; n += 1) {
      await kim.remember(
        'GOTCHA',
        `${n} ${'abcdef'[n]?.repeat(7)} ${'Long-winded title '.repeat(n % 2 === 0 ? 15 : 1)}`.trim(),
      );
    }
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 20; pages += 1) {
      const { nodes, edges, pageInfo }: Recalled['recall'] = await recall(kim, { budget: 50, type: ['GOTCHA'], after });
      expect(tokensOf(nodes.map(({ title, content }) => `${title}\n${content}`).join('\n'))).toBeLessThanOrEqual(50);
      expect(nodes.every(({ title }, index) => !title.endsWith('…') || edges[index]?.cut)).toBe(true);
      seen.push(...nodes.map(({ title }) => title[0] ?? ''));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1', '0']);
    const wide = await server.register('w'.repeat(100));
    const id = await wide.remember('ARCHITECTURE', 'Beside a name as long as this one');
    await update(wide, id, 'status: DEPRECATED');
    const given = { budget: 50, type: ['ARCHITECTURE'], status: ['DEPRECATED'] };
    expect(await wide.fail(query, given)).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is never exceeded', () => {
    const memory = fc.record({
      id: fc.integer({ min: 1, max: 10 ** 6 }),
      type: fc.constantFrom('GOTCHA', 'ISSUE'),
      status: fc.constantFrom('ACTIVE', 'RESOLVED'),
      project: fc.option(fc.record({ name: fc.string({ minLength: 1, maxLength: 20 }) }), { nil: null }),
      title: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
      content: fc.string({ maxLength: 600, unit: fc.constantFrom('a', 'word ', '\n', '中', '🦞', 'é') }),
    });
    fc.assert(
      fc.property(fc.array(memory, { maxLength: 20 }), fc.integer({ min: 50, max: 2000 }), (memories, budget) => {
        const unique = memories.map((one, id) => ({ ...one, id }));
        const printed = pack(unique as Parameters<typeof pack>[0], budget).map(({ id, content, alike }) => {
          const { type, status, project, title } = unique[id] as (typeof unique)[number];
          const head = `#${id} (${type}, ${project?.name ?? 'global'}${status === 'ACTIVE' ? '' : `, ${status}`}): ${title}\n`;
          const same = alike.length === 0 ? '' : `  the same in: ${alike.map((other) => `#${other}`).join(', ')}\n`;
          const text = content === '' ? '' : `${content.replace(/^/gm, '    ')}\n`;
          return head + same + text;
        });
        expect(tokensOf(printed.join(''))).toBeLessThanOrEqual(budget);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the operator', () => {
  it('looks into every project, and leaves out what is global where it says so', async () => {
    const gus = await server.register('operated');
    await gus.remember('GOTCHA', 'Ospreys nest here', { tags: ['osprey'] });
    await gus.remember('TOOL', 'Ospreys for all', { global: true, tags: ['osprey'] });
    const asked =
      'query ($search: String, $tags: [String!], $type: [MemoryType!], $global: Boolean, $asOf: DateTime) { recall(search: $search, tags: $tags, type: $type, global: $global, asOf: $asOf, first: 100) { totalCount nodes { title project { name } } } }';
    const found = async (given: object) => {
      const { recall } = await server.operator.do<{
        recall: { totalCount: number; nodes: { title: string; project: object | null }[] };
      }>(asked, { ...given });
      expect(recall.totalCount).toBe(recall.nodes.length);
      return recall.nodes;
    };
    const asOf = new Date().toISOString();
    for (const given of [
      { search: 'ospreys' },
      { tags: ['osprey'] },
      { type: ['GOTCHA', 'TOOL'] },
      { asOf, search: 'ospreys' },
      { asOf },
    ]) {
      const all = (await found(given)).map(({ title }) => title);
      expect(all).toEqual(expect.arrayContaining(['Ospreys nest here', 'Ospreys for all']));
      const owned = await found({ ...given, global: false });
      expect(owned.map(({ title }) => title)).toContain('Ospreys nest here');
      expect(owned.filter(({ project }) => project === null)).toEqual([]);
      expect(owned).toHaveLength((await found({ ...given, global: null })).filter(({ project }) => project).length);
    }
    expect(await found({ search: '-nest', global: false })).not.toContainEqual({
      title: 'Ospreys for all',
      project: null,
    });
  });
});
