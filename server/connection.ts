import { queryFromInfo } from '@pothos/plugin-prisma';
import { resolveCursorConnection } from '@pothos/plugin-relay';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.ts';
import { badInput } from './errors.ts';
import { excerpt } from './input.ts';
import { selects } from './selection.ts';

/** Nodes of a page where nobody says how many; any other list is taken to have as many. */
export const usualSize = 20;

/** Rows that are read for such a page: the last says whether there are more. */
export const usualLimit = usualSize + 1;

/** The arguments that every connection takes. */
export interface ConnectionArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** The page to load: what lies between two keys, from one end or the other. */
export interface Page<Key> {
  after: Key | undefined;
  before: Key | undefined;
  limit: number;
  /** Load from the end backwards: the order of the list turned round. */
  inverted: boolean;
  /** The Prisma selection of what was asked of each node, or of its field `under`; spread it into the query. */
  query: object;
}

/** What a list is sorted by: a number up to 2^31-1 (an id, a version, a place), any other number, a time, a name. */
type Part = 'number' | 'real' | 'time' | 'name';
type ValueOf<One extends Part> = One extends 'number' | 'real' ? number : string;
type KeyOf<Shape extends readonly Part[]> = { [Index in keyof Shape]: ValueOf<Shape[Index]> };

interface Options<Node, Shape extends readonly Part[]> {
  args: ConnectionArguments;
  context: Context;
  info: GraphQLResolveInfo;
  /** The types of the values that the list is sorted by, the last of which makes it unique; cursors are checked against them. */
  sortedBy: Shape;
  load: (page: Page<KeyOf<Shape>>) => Promise<Node[]>;
  /** Those values of a row. */
  key: (node: Node) => KeyOf<Shape>;
  count: () => Promise<number>;
  /** Told of the nodes that are given to whoever asks, where it asks for nodes. */
  handOver?: (nodes: Node[]) => Promise<void>;
  defaultSize?: number;
  /** The field of a node that `query` is for, where the node itself is of no model. */
  under?: string;
}

interface Connection<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: () => Promise<number>;
}

/**
 * Pages through a list by the key of its rows (Relay's cursor connections): stable while rows come and go, and as cheap on
 * the last page as on the first.
 * @throws ClambakeError BAD_INPUT for a page size out of range or a cursor of another list
 */
export async function connect<Node, const Shape extends readonly Part[]>(
  options: Options<Node, Shape>,
): Promise<Connection<Node>> {
  const { args, context, info, key, sortedBy, load, count, defaultSize = usualSize, under } = options;
  checkSizes(args);
  // Whoever asks for the count alone is given no page, and what is done for a page is not done.
  if (!selects(info, ['nodes', 'edges', 'pageInfo'])) return { ...emptyPage, totalCount: count };
  const field = under === undefined ? [] : [under];
  const paths = [
    ['nodes', ...field],
    ['edges', 'node', ...field],
  ];
  const query = queryFromInfo({ context, info, paths });
  // Nobody sees the cursors of a list of nodes alone.
  const shown = selects(info, ['edges', 'pageInfo']);
  const connection = await resolveCursorConnection(
    { args, defaultSize, maxSize: 100, toCursor: (node) => (shown ? encodeCursor(key(node as Node)) : '') },
    ({ after, before, limit, inverted }) =>
      load({
        after: decodeCursor('after', after, sortedBy),
        before: decodeCursor('before', before, sortedBy),
        limit,
        inverted,
        query: query ?? {},
      }),
  );
  const { edges, pageInfo } = connection as Pick<Connection<Node>, 'edges' | 'pageInfo'>;
  const { startCursor, endCursor } = pageInfo;
  if (selects(info, ['nodes', 'edges'])) await options.handOver?.(edges.map(({ node }) => node));
  // A first page with nothing behind it is all there is: it need not be counted again. (`status` has five lists, mostly short.)
  const isAll = !pageInfo.hasNextPage && !pageInfo.hasPreviousPage && !(args.after || args.before);
  // An empty page begins and ends nowhere.
  return {
    edges,
    pageInfo: { ...pageInfo, startCursor: startCursor || null, endCursor: endCursor || null },
    totalCount: isAll ? async () => edges.length : count,
  };
}

const emptyPage = {
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
};

function checkSizes(args: ConnectionArguments): void {
  for (const name of ['first', 'last'] as const) {
    const size = args[name];
    if (size !== undefined && size !== null && (size < 1 || size > 100)) {
      throw badInput(name, `${name} is ${size}: a page has 1 to 100 entries.`);
    }
  }
}

/** The part of a Prisma query that pages through rows from the highest id to the lowest. */
export function newestFirst({ after, before, limit, inverted }: Omit<Page<readonly [number]>, 'query'>) {
  const range = { ...(after && { lt: after[0] }), ...(before && { gt: before[0] }) };
  return { where: { id: range }, orderBy: { id: inverted ? 'asc' : 'desc' }, take: limit } as const;
}

function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decodeCursor<const Shape extends readonly Part[]>(
  argument: string,
  cursor: string | null | undefined,
  sortedBy: Shape,
): KeyOf<Shape> | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const key = parseJson(Buffer.from(cursor, 'base64url').toString());
  const fits =
    Array.isArray(key) && key.length === sortedBy.length && key.every((part, index) => isPart(part, sortedBy[index]));
  if (!fits) throw badInput(argument, `${argument} is "${excerpt(cursor)}": that is no cursor of this list.`);
  return key as unknown as KeyOf<Shape>;
}

function isPart(part: unknown, kind: Part | undefined): boolean {
  if (kind === 'number') return Number.isInteger(part) && (part as number) >= 0 && (part as number) < 2 ** 31;
  if (kind === 'real') return Number.isFinite(part);
  if (typeof part !== 'string' || part.includes('\0') || !part.isWellFormed()) return false;
  return kind === 'name' || !Number.isNaN(new Date(part).getTime());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
