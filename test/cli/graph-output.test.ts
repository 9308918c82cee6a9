import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localCommands } from '../../cli/commands/local.ts';
import { commands } from '../../cli/generated/commands.ts';
import type { GraphResult } from '../../cli/generated/results.ts';
import { readCommandLine } from '../../cli/line/command.ts';
import type { Page } from '../../cli/output/lines.ts';
import { render } from '../../cli/output/render.ts';
import { plain } from '../../cli/output/style.ts';
import { visibleLine } from '../../server/visible.ts';

type Graph = GraphResult['memoryGraph'];

const page: Page = { now: 0, paint: plain, more: (cursor) => `clambake graph --after ${cursor}`, first: true };

const memory = (id: number, title: string, type = 'ISSUE', distance = 0): Graph['nodes'][number] =>
  ({
    ...{ key: `memory:${id}`, distance, title },
    node: { __typename: 'Memory', id: String(id), type, status: 'ACTIVE', global: false, project: { name: 'doc-db' } },
  }) as Graph['nodes'][number];
const message = (id: number, title: string, distance = 0): Graph['nodes'][number] => ({
  ...{ key: `message:${id}`, distance, title },
  node: { __typename: 'Message', id: String(id), messageType: 'DONE', from: 'brisk-otter-4f2a', to: '@all' },
});
const edge = (from: string, kind: string, to: string): Graph['edges'][number] =>
  ({ from, kind, to }) as Graph['edges'][number];
const graph = (nodes: Graph['nodes'], edges: Graph['edges'], more: Partial<Graph> = {}): Graph => ({
  ...{ truncated: false, nodes, edges, pageInfo: { hasNextPage: false, endCursor: null } },
  ...more,
});
const lines = (result: Graph, more: Partial<Page> = {}): string[] =>
  render('Graph', result, { ...page, ...more })
    .trimEnd()
    .split('\n');

describe('a graph as a tree', () => {
  test('shows each node once, under what led to it, and other edges as references', () => {
    const nodes = [memory(42, 'Pool of 20', 'FIX'), memory(17, 'Pool exhausted'), message(7, 'Done'), memory(9, 'Why')];
    const tag = {
      key: 'tag:db',
      distance: 1,
      title: 'db',
      node: { __typename: 'MemoryTag' },
    } as Graph['nodes'][number];
    const edges = [
      edge('memory:42', 'FIXES', 'memory:17'),
      edge('memory:42', 'RELATES_TO', 'memory:17'),
      edge('memory:42', 'CAME_FROM', 'message:7'),
      edge('memory:9', 'DEPENDS_ON', 'memory:17'),
      edge('message:7', 'CITES', 'memory:9'),
      edge('memory:9', 'TAGGED', 'tag:db'),
    ];
    expect(lines(graph([...nodes, tag], edges))).toEqual([
      '#42 (fix, doc-db): Pool of 20',
      '  fixes and relates to #17 (issue, doc-db): Pool exhausted',
      '    needed by #9 (issue, doc-db): Why',
      '      tagged tag: db',
      '  came from message #7 (done) from brisk-otter-4f2a: Done',
      '    cites #9 (above)',
    ]);
  });

  test('has a tree for each root, goes round in circles once, and says where there is more', () => {
    const nodes = [memory(3, 'c'), memory(2, 'b'), memory(1, 'a')];
    const edges = [edge('memory:3', 'RELATES_TO', 'memory:2'), edge('memory:2', 'RELATES_TO', 'memory:3')];
    const pageInfo = { hasNextPage: true, endCursor: 'c1' };
    expect(
      lines(graph(nodes, [...edges, edge('memory:1', 'FIXES', 'memory:8')], { truncated: true, pageInfo })),
    ).toEqual([
      '#3 (issue, doc-db): c',
      '  relates to #2 (issue, doc-db): b',
      '#1 (issue, doc-db): a',
      '  fixes #8 (on an earlier page)',
      'Not all of it: 3 nodes shown. More: clambake graph --after c1',
    ]);
    expect(lines(graph(nodes, edges, { truncated: true })).at(-1)).toContain('more ties than are followed');
    expect(lines(graph([], []))).toEqual(['No memories that are tied to anything.']);
  });

  test('hangs nothing under a file, a tag or an instance', () => {
    const tag = {
      key: 'tag:db',
      distance: 1,
      title: 'db',
      node: { __typename: 'MemoryTag' },
    } as Graph['nodes'][number];
    const edges = [
      edge('memory:1', 'TAGGED', 'tag:db'),
      edge('memory:2', 'TAGGED', 'tag:db'),
      edge('memory:3', 'FIXES', 'memory:1'),
      edge('memory:3', 'DEPENDS_ON', 'memory:2'),
    ];
    expect(lines(graph([memory(1, 'a'), memory(3, 'c', 'FIX'), tag, memory(2, 'b')], edges))).toEqual([
      '#1 (issue, doc-db): a',
      '  tagged tag: db',
      '  fixed by #3 (fix, doc-db): c',
      '    depends on #2 (issue, doc-db): b',
      '      tagged tag: db (above)',
    ]);
  });

  test('of a long chain is printed', () => {
    const nodes = Array.from({ length: 500 }, (_, n) => memory(n + 1, 'link'));
    const edges = nodes.slice(1).map(({ key }, n) => edge(`memory:${n + 1}`, 'DEPENDS_ON', key));
    expect(lines(graph(nodes, edges))).toHaveLength(500);
  });
});

const hostile = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(
      '"',
      '\\',
      ']',
      '[',
      '}',
      ';',
      '-->',
      '|',
      '\n',
      '\r\n',
      '#',
      '#quot;',
      '<b>',
      '`',
      '%%',
      '\u202e',
      '\u0000',
    ),
    fc.constantFrom('\\"', '//', '/*', '{{', 'end', '&quot;', '\u200b', '日本', '⚠️', ' ', 'a'),
  ),
  maxLength: 120,
});
const pictured = fc
  .record({ titles: fc.array(hostile, { minLength: 1, maxLength: 6 }), path: hostile })
  .map(({ titles, path }) =>
    graph(
      [
        ...titles.map((title, n) => (n % 2 ? message(n + 1, title) : memory(n + 1, title))),
        { key: `file:${path}`, distance: 1, title: path, node: { __typename: 'MemoryFile' } },
      ],
      [
        ...titles
          .slice(1)
          .map((_, n) => edge('memory:1', 'RELATES_TO', n % 2 ? `memory:${n + 2}` : `message:${n + 2}`)),
        edge('memory:1', 'TOUCHES', `file:${path}`),
        edge('memory:1', 'FIXES', 'memory:99'),
      ],
      { truncated: true },
    ),
  );

/** What a label says: no more than 80 characters of a title. */
const shortened = (title: string): string => {
  const characters = [...visibleLine(title)];
  return characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : characters.join('');
};
const labelOf = ({ title, node }: Graph['nodes'][number]): string => {
  if (node.__typename === 'Memory') return `#${node.id} issue: ${shortened(title)}`;
  if (node.__typename === 'Message') return `message #${node.id} done: ${shortened(title)}`;
  return shortened(title);
};

describe('a picture', () => {
  test('in DOT is well formed, whatever titles hold, and says what they say', () => {
    fc.assert(
      fc.property(pictured, (drawn) => {
        const [head, direction, shape, note, ...rest] = lines(drawn, { format: 'dot' });
        expect([head, direction, shape]).toEqual(['digraph memories {', '  rankdir=LR;', '  node [shape=box];']);
        expect(note).toMatch(/^ {2}\/\/ Not all of it: \d+ nodes shown\. --first shows more\.$/);
        expect(rest.pop()).toBe('}');
        const nodes = rest.slice(0, drawn.nodes.length);
        const edges = rest.slice(drawn.nodes.length);
        const labels = nodes.map((line, n) => {
          const [, name, label = ''] = /^ {2}(n\d+) \[label="((?:[^"\\]|\\["\\])*)", shape=[a-z]+\];$/.exec(line) ?? [];
          expect(name, line).toBe(`n${n + 1}`);
          return label.replace(/\\(.)/g, '$1');
        });
        expect(labels).toEqual(drawn.nodes.map(labelOf));
        expect(edges).toHaveLength(drawn.edges.length - 1);
        for (const line of edges) expect(line).toMatch(/^ {2}n\d+ -> n\d+ \[label="[a-z ]+"\];$/);
      }),
      { numRuns: 300 },
    );
  });

  test('in Mermaid is well formed, whatever titles hold, and says what they say', () => {
    fc.assert(
      fc.property(pictured, (drawn) => {
        const [head, note, ...rest] = lines(drawn, { format: 'mermaid' });
        expect(head).toBe('flowchart LR');
        expect(note).toMatch(/^ {2}%% Not all of it/);
        const nodes = rest.slice(0, drawn.nodes.length);
        const edges = rest.slice(drawn.nodes.length);
        const labels = nodes.map((line, n) => {
          const node = /^ {2}(n\d+)(?:\["(?<m>[^"]*)"\]|\("(?<s>[^"]*)"\)|\[\/"(?<f>[^"]*)"\/\])$/.exec(line);
          expect(node?.[1], line).toBe(`n${n + 1}`);
          const label = node?.groups?.m ?? node?.groups?.s ?? node?.groups?.f ?? '';
          expect(label).toMatch(/^(?:[\p{L}\p{M}\p{N} .,:()/_-]|#\d+;)*$/u);
          return label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
        });
        expect(labels).toEqual(drawn.nodes.map(labelOf));
        expect(edges).toHaveLength(drawn.edges.length - 1);
        for (const line of edges) expect(line).toMatch(/^ {2}n\d+ -->\|"[a-z ]+"\| n\d+$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the command line of a graph', () => {
  const read = (...args: string[]) =>
    readCommandLine(['graph', ...args], {
      ...{ commands, locals: localCommands, version: '1' },
      readStdin: () => Promise.reject(new Error('standard input was read')),
    });

  test('keeps how it is printed to itself', async () => {
    expect(await read('42', '--dot')).toMatchObject({
      kind: 'operation',
      variables: { focus: '42' },
      options: { dot: true },
    });
    expect(await read('message:7')).toMatchObject({ variables: { focus: 'message:7' }, options: {} });
  });

  test('refuses two ways of printing at once', async () => {
    await expect(read('--dot', '--mermaid')).rejects.toThrow('--dot and --mermaid are given');
    await expect(read('--json', '--dot')).rejects.toThrow('--json and --dot are given');
  });
});
