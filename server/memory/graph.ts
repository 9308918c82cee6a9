import type pg from 'pg';
import type { Context } from '../context.ts';
import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, notFound } from '../errors.ts';
import { excerpt, parseId } from '../input.ts';
import { mostNodes, nodeKinds, type Place, readGraph } from './graph-statement.ts';

/** What hangs on the memories and messages of a graph. */
export const leafKinds = ['FILES', 'TAGS', 'INSTANCES'] as const;
export type LeafKind = (typeof leafKinds)[number];

export interface GraphRequest {
  /** Where no focus is given: the project whose memories are shown; null for all. */
  projectId: number | null;
  /** The memory or message to start from: `42`, `memory:42`, `message:7`; every connected memory where there is none. */
  focus: string | null;
  /** How many edges away from there, 0 to 5. */
  depth: number;
  kinds: MemoryLinkKind[] | null;
  /** At most so many nodes, 1 to 500. */
  first: number;
  after: string | null;
  include: readonly LeafKind[];
}

/** A node: what it is, and how far from the start. */
export interface Node {
  kind: (typeof nodeKinds)[number];
  /** The number of a memory or a message; the name of anything else. */
  id: string;
  distance: number;
  cursor: string;
}

export interface Graph {
  nodes: Node[];
  edges: { from: string; to: string; kind: string }[];
  /** Whether there are more nodes behind these. */
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Whether there is more than this page, or than a walk follows. */
  truncated: boolean;
}

/** The name of a node in a graph, like `memory:42`. */
export const keyOf = ({ kind, id }: Pick<Node, 'kind' | 'id'>): string => `${kind}:${id}`;

/** Where a page ends: its last node, and how many nodes came up to it, which says how far to walk for the next page. */
type Cursor = Place & { offset: number };

// The plan is the same whatever is asked for, and longer to make than to run: Postgres would make it anew each time, and compile it.
const planOnce = statement<object>(
  'memory-graph-plan',
  "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)",
);

function planned<T>(pool: pg.Pool, run: (client: Queryable) => Promise<T>): Promise<T> {
  return transaction(pool, async (client) => {
    await planOnce(client);
    return run(client);
  });
}

const beginning: Cursor = { distance: -1, rank: 0, number: 0, name: '', offset: 0 };

/**
 * The memories and messages around one, or around all connected memories, with the edges between them, nearest first. An edge comes
 * with that of its ends which comes later, so that the pages together are the whole graph, and none holds what is not yet known.
 * @throws ClambakeError BAD_INPUT, NOT_FOUND
 */
export async function memoryGraph({ database, viewer }: Context, request: GraphRequest): Promise<Graph> {
  const { projectId, focus, depth, kinds, first, include } = request;
  if (depth < 0 || depth > 5) throw badInput('depth', `depth is ${depth}: a graph goes 0 to 5 edges deep.`);
  if (first < 1 || first > 500) throw badInput('first', `first is ${first}: a page has 1 to 500 nodes.`);
  const start = focus === null ? null : parseFocus(focus);
  const after = request.after === null ? beginning : decodeCursor(request.after);
  const [row] = await planned(database.pool, (client) =>
    readGraph(
      client,
      start,
      depth,
      kinds,
      start === null ? projectId : null,
      viewer.kind === 'operator',
      viewer.kind === 'operator' ? [] : viewer.channelIds,
      viewer.kind === 'operator' ? '' : viewer.id,
      after.offset,
      first,
      after.distance,
      after.rank,
      after.number,
      after.name,
      include.includes('INSTANCES'),
      include.includes('FILES'),
      include.includes('TAGS'),
    ),
  );
  if (!row) throw new Error('The graph was not read.');
  if (start !== null && row.nodes.length === 0 && after === beginning) throw nothingAt(start);
  return {
    nodes: row.nodes.map((place, index) => ({
      kind: nodeKinds[place.rank] ?? 'memory',
      id: place.rank < 2 ? String(place.number) : place.name,
      distance: place.distance,
      cursor: encodeCursor({ ...place, offset: after.offset + index + 1 }),
    })),
    edges: [...row.edges.map(edgeOf), ...row.leafEdges.map(leafEdgeOf)].sort(byEnds),
    hasNextPage: row.more && row.nodes.length > 0,
    hasPreviousPage: after !== beginning,
    truncated: row.more || row.cut,
  };
}

const keyOfNumber = (key: number): string => (key > 0 ? `memory:${key}` : `message:${-key}`);

const edgeOf = ([from, to, kind]: [number, number, string]): Graph['edges'][number] => ({
  from: keyOfNumber(from),
  to: keyOfNumber(to),
  kind,
});

function leafEdgeOf([key, rank, name]: [number, number, string]): Graph['edges'][number] {
  const leaf = `${nodeKinds[rank]}:${name}`;
  if (nodeKinds[rank] === 'instance') return { from: leaf, to: keyOfNumber(key), kind: key > 0 ? 'WROTE' : 'SENT' };
  return { from: keyOfNumber(key), to: leaf, kind: nodeKinds[rank] === 'file' ? 'TOUCHES' : 'TAGGED' };
}

/** The same graph is always told in the same order. */
function byEnds(a: Graph['edges'][number], b: Graph['edges'][number]): number {
  const [one, other] = [a, b].map(({ from, to, kind }) => [from, to, kind].map(sortable).join('\n'));
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

const sortable = (text: string): string =>
  text.replace(/^(memory|message):(\d+)$/, (_, kind, id) => `${kind}:${id.padStart(10, '0')}`);

/** @returns the number of a memory, or that of a message below zero */
function parseFocus(focus: string): number {
  const [, kind, id] = /^(?:(memory|message):)?(.*)$/is.exec(focus.trim()) ?? [];
  const number = parseId('focus', kind?.toLowerCase() ?? 'memory', id ?? '');
  return kind?.toLowerCase() === 'message' ? -number : number;
}

const nothingAt = (start: number) =>
  start > 0
    ? notFound(`There is no memory #${start}: \`clambake recall\` lists what is known.`)
    : notFound(`There is no message #${-start} for you: \`clambake inbox --all\` lists yours.`);

const encodeCursor = ({ distance, rank, number, name, offset }: Cursor): string =>
  Buffer.from(JSON.stringify([distance, rank, number, name, offset])).toString('base64url');

function decodeCursor(cursor: string): Cursor {
  const [distance, rank, number, name, offset, ...rest] = partsOf(cursor);
  const fits =
    isWithin(distance, 6) &&
    isWithin(rank, nodeKinds.length - 1) &&
    isWithin(number, 2 ** 31 - 1) &&
    isWithin(offset, 10 * mostNodes) &&
    typeof name === 'string' &&
    name.isWellFormed() &&
    !name.includes('\0') &&
    rest.length === 0;
  if (!fits) throw badInput('after', `after is "${excerpt(cursor)}": that is no cursor of a graph.`);
  return { distance, rank, number, name, offset };
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

const isWithin = (part: unknown, most: number): part is number =>
  Number.isInteger(part) && (part as number) >= 0 && (part as number) <= most;
