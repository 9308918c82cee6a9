import { queryFromInfo } from '@pothos/plugin-prisma';
import { resolveCursorConnection } from '@pothos/plugin-relay';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.ts';
import { badInput } from './errors.ts';
import { excerpt } from './input.ts';

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
  /** The Prisma selection of what was asked of each node; spread it into the query. */
  query: object;
}

type Part = 'number' | 'string';
type KeyOf<Shape extends readonly Part[]> = { [Index in keyof Shape]: Shape[Index] extends 'number' ? number : string };

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
  defaultSize?: number;
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
  const { args, context, info, key, sortedBy, load, count, defaultSize = 20 } = options;
  for (const name of ['first', 'last'] as const) {
    const size = args[name];
    if (size !== undefined && size !== null && (size < 1 || size > 100)) {
      throw badInput(name, `${name} is ${size}: a page has 1 to 100 entries.`);
    }
  }
  const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']] });
  const connection = await resolveCursorConnection(
    { args, defaultSize, maxSize: 100, toCursor: (node) => encodeCursor(key(node as Node)) },
    ({ after, before, limit, inverted }) =>
      load({
        after: decodeCursor('after', after, sortedBy),
        before: decodeCursor('before', before, sortedBy),
        limit,
        inverted,
        query: query ?? {},
      }),
  );
  return { ...(connection as Pick<Connection<Node>, 'edges' | 'pageInfo'>), totalCount: count };
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
    Array.isArray(key) &&
    key.length === sortedBy.length &&
    key.every(
      (part, index) => typeof part === sortedBy[index] && (typeof part !== 'number' || Number.isSafeInteger(part)),
    );
  if (!fits) throw badInput(argument, `${argument} is "${excerpt(cursor)}": that is no cursor of this list.`);
  return key as unknown as KeyOf<Shape>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
