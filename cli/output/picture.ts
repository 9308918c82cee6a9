import { visibleLine } from '../../server/visible.ts';
import type { GraphResult } from '../generated/results.ts';
import { word } from './lines.ts';

type Graph = GraphResult['memoryGraph'];
type Node = Graph['nodes'][number];

/** Characters of a title in a picture. */
const longest = 80;

/**
 * A graph in the language of Graphviz (graphviz.org/doc/info/lang.html). Nodes have names of its own making; titles are quoted strings,
 * in which only the quote and the backslash mean something.
 */
export function dot(graph: Graph): string[] {
  const names = namesOf(graph);
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return [
    'digraph memories {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...notes(graph).map((note) => `  // ${note}`),
    ...graph.nodes.map(
      (node) => `  ${names.get(node.key)} [label=${quoted(label(node))}, shape=${shapes[node.node.__typename].dot}];`,
    ),
    ...tied(graph, names).map(({ from, to, kind }) => `  ${from} -> ${to} [label=${quoted(phrase(kind))}];`),
    '}',
  ];
}

/**
 * The same in the language of Mermaid (mermaid.js.org/syntax/flowchart.html). Its quoted strings have no escape for a quote but
 * character codes, and hold Markdown and HTML: of a title only letters, digits and harmless signs are left as they are.
 */
export function mermaid(graph: Graph): string[] {
  const names = namesOf(graph);
  const quoted = (text: string): string =>
    `"${text.replace(/[^\p{L}\p{M}\p{N} .,:()/_-]/gu, (character) => `#${character.codePointAt(0)};`)}"`;
  return [
    'flowchart LR',
    ...notes(graph).map((note) => `  %% ${note}`),
    ...graph.nodes.map((node) => {
      const [open, close] = shapes[node.node.__typename].mermaid;
      return `  ${names.get(node.key)}${open}${quoted(label(node))}${close}`;
    }),
    ...tied(graph, names).map(({ from, to, kind }) => `  ${from} -->|${quoted(phrase(kind))}| ${to}`),
  ];
}

const shapes = {
  Memory: { dot: 'box', mermaid: ['[', ']'] },
  Message: { dot: 'note', mermaid: ['(', ')'] },
  Instance: { dot: 'ellipse', mermaid: ['([', '])'] },
  MemoryFile: { dot: 'folder', mermaid: ['[/', '/]'] },
  MemoryTag: { dot: 'plain', mermaid: ['{{', '}}'] },
} as const satisfies Readonly<Record<Node['node']['__typename'], object>>;

const namesOf = ({ nodes }: Graph): Map<string, string> =>
  new Map(nodes.map(({ key }, index) => [key, `n${index + 1}`]));

/** The edges of which both ends are in the picture. */
const tied = ({ edges }: Graph, names: ReadonlyMap<string, string>) =>
  edges.flatMap(({ from: start, to: finish, kind }) => {
    const [from, to] = [names.get(start), names.get(finish)];
    return from && to ? [{ from, to, kind }] : [];
  });

const notes = ({ truncated, nodes }: Graph): string[] =>
  truncated ? [`Not all of it: ${nodes.length} nodes shown. --first shows more.`] : [];

/** `#42 fix: Pool of 20`, in one line, with nothing hidden in it. */
function label({ title, node }: Node): string {
  const characters = [...visibleLine(title)];
  const text = characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : characters.join('');
  if (node.__typename === 'Memory') return `#${node.id} ${word(node.type)}: ${text}`;
  if (node.__typename === 'Message') return `message #${node.id} ${word(node.messageType)}: ${text}`;
  return text;
}

const phrase = (kind: string): string => word(kind).replaceAll('_', ' ');
