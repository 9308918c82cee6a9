import { visibleLine } from '../../server/visible.ts';
import type { GraphEdgeKind, GraphResult } from '../generated/results.ts';
import { count, ending, type Page, word } from './lines.ts';
import { about } from './memories.ts';
import { dot, mermaid } from './picture.ts';

type Graph = GraphResult['memoryGraph'];
type Node = Graph['nodes'][number];
type Edge = Graph['edges'][number];

/** How an edge is read from the node it starts at, and from the one it points to. */
const readings: Readonly<Record<GraphEdgeKind, readonly [forwards: string, backwards: string]>> = {
  FIXES: ['fixes', 'fixed by'],
  SUPERSEDES: ['supersedes', 'superseded by'],
  RELATES_TO: ['relates to', 'relates to'],
  DEPENDS_ON: ['depends on', 'needed by'],
  CONTRADICTS: ['contradicts', 'contradicted by'],
  CAME_FROM: ['came from', 'led to'],
  CITES: ['cites', 'cited by'],
  REPLIES_TO: ['replies to', 'answered by'],
  ENDS: ['ends', 'ended by'],
  TOUCHES: ['touches', 'touched by'],
  TAGGED: ['tagged', 'tag of'],
  WROTE: ['wrote', 'written by'],
  SENT: ['sent', 'sent by'],
};

/** A graph as a tree, or as a picture where that is asked for. */
export function graph(graph: Graph, page: Page): string[] {
  if (page.format === 'dot') return dot(graph);
  if (page.format === 'mermaid') return mermaid(graph);
  const { nodes, pageInfo, truncated } = graph;
  if (nodes.length === 0) return [page.first ? 'No memories that are tied to anything.' : 'No more.'];
  const lines = new Tree(graph).lines();
  if (pageInfo.hasNextPage && pageInfo.endCursor) {
    lines.push(
      page.paint(
        'quiet',
        `Not all of it: ${count(nodes.length, 'node')} shown. More: ${page.more(pageInfo.endCursor)}`,
      ),
    );
  } else if (truncated) {
    lines.push(
      page.paint('quiet', 'Not all of it: some have more ties than are followed, of which the newest are shown.'),
    );
  }
  return lines;
}

/** `#42 (fix, doc-db-v2): Pool of 20`, `message #7 (done) from brisk-otter-4f2a: Done`, `file: src/a.ts`. */
function named({ title, node }: Node): string {
  if (node.__typename === 'Memory') return `#${node.id} ${about(node)}${ending(title)}`;
  if (node.__typename === 'Message') {
    return `message #${node.id} (${word(node.messageType)}) from ${visibleLine(node.from)}${ending(title)}`;
  }
  return `${word(node.__typename.replace('Memory', ''))}${ending(title)}`;
}

/** `#42`, `message #7`: a node that stands elsewhere. */
const short = (key: string): string => {
  const [, kind, id = ''] = /^(\w+):(.*)$/s.exec(key) ?? [];
  return kind === 'memory' ? `#${id}` : kind === 'message' ? `message #${id}` : `${kind}: ${visibleLine(id)}`;
};

/**
 * Each node once, under the node that it was come to from; every other edge as a reference at the end that stands lower. Nodes are
 * come to breadth first, so that each hangs as near to the root as it can.
 */
class Tree {
  readonly #nodes: Map<string, Node>;
  /** The edges at each node. */
  readonly #edges = new Map<string, Edge[]>();
  readonly #children = new Map<string, string[]>();
  readonly #roots: string[] = [];
  readonly #printed = new Set<string>();

  constructor({ nodes, edges }: Graph) {
    this.#nodes = new Map(nodes.map((node) => [node.key, node]));
    for (const edge of edges) {
      for (const key of [edge.from, edge.to]) this.#edges.set(key, [...(this.#edges.get(key) ?? []), edge]);
    }
    const placed = new Set<string>();
    for (const { key } of nodes) {
      if (placed.has(key)) continue;
      this.#roots.push(key);
      placed.add(key);
      const queue = [key];
      for (const parent of queue) {
        // A file, a tag or an instance only hangs on others: under it nothing does.
        if (parent !== key && !/^(memory|message):/.test(parent)) continue;
        for (const other of this.#neighbours(parent)) {
          if (placed.has(other) || !this.#nodes.has(other)) continue;
          placed.add(other);
          this.#children.set(parent, [...(this.#children.get(parent) ?? []), other]);
          queue.push(other);
        }
      }
    }
  }

  lines(): string[] {
    return this.#roots.flatMap((root) => this.#branch(root, undefined));
  }

  #neighbours(key: string): string[] {
    const others = (this.#edges.get(key) ?? []).map(({ from, to }) => (from === key ? to : from));
    return [...new Set(others)];
  }

  /** The lines of a node and of all below it; without recursion, as a chain may be long. */
  #branch(root: string, above: string | undefined): string[] {
    const lines: string[] = [];
    const stack = [{ key: root, parent: above, depth: 0 }];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { key, parent, depth } = top;
      const node = this.#nodes.get(key);
      if (!node) continue;
      const indent = '  '.repeat(depth);
      lines.push(`${indent}${parent === undefined ? '' : `${this.#reading(parent, key)} `}${named(node)}`);
      this.#printed.add(key);
      for (const other of this.#neighbours(key)) {
        if (other === parent || this.#isBelow(key, other)) continue;
        if (!this.#nodes.has(other))
          lines.push(`${indent}  ${this.#reading(key, other)} ${short(other)} (on an earlier page)`);
        else if (this.#printed.has(other))
          lines.push(`${indent}  ${this.#reading(key, other)} ${short(other)} (above)`);
      }
      const children = this.#children.get(key) ?? [];
      stack.push(...[...children].reverse().map((child) => ({ key: child, parent: key, depth: depth + 1 })));
    }
    return lines;
  }

  #isBelow(key: string, other: string): boolean {
    return this.#children.get(key)?.includes(other) ?? false;
  }

  /** All that ties two nodes, read from the first: `fixes and relates to`. */
  #reading(key: string, other: string): string {
    const words = (this.#edges.get(key) ?? [])
      .filter(({ from, to }) => (from === key ? to : from) === other)
      .map(({ from, kind }) => (readings[kind] ?? [word(kind), word(kind)])[from === key ? 0 : 1]);
    return [...new Set(words)].join(' and ');
  }
}
