import type { GraphQLResolveInfo } from 'graphql';
import { type ConnectionArguments, connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Memory } from '../database/generated/client.ts';
import { badInput } from '../errors.ts';
import { asMemory, complete } from '../memory/rows.ts';
import { listFirst } from './first.ts';
import { pack } from './pack.ts';
import { type Found, type Match, rank } from './rank.ts';
import { countRecalled, prepare, type Request } from './recall.ts';
import { explain, type Why } from './why.ts';
import type { Recalled } from './why-schema.ts';

/** How many memories are looked at for what fits into a budget, where the size of the page is not given. */
const packedFrom = 100;

/**
 * A page of what is recalled, each memory with why it is there.
 * @param budget tokens that all of it may cost; undefined for no limit
 * @throws ClambakeError BAD_INPUT
 */
export async function recallPage(
  context: Context,
  info: GraphQLResolveInfo,
  args: ConnectionArguments,
  request: Request,
  budget: number | undefined,
) {
  const { filter } = request;
  const prepared = await prepare(context, request);
  const matches = new Map<number, Match>();
  // A match of a search is told apart by its place, since its score depends on the time; in a list the place is the order.
  const places = new Map<number, number>();
  let weighed: number | undefined;
  const find = async (after: readonly [string | number, number] | undefined, limit: number): Promise<Found[]> => {
    if (!prepared) return listFirst(context.database.pool, filter, after && [Number(after[0]), after[1]], limit);
    const offset = after?.[1] ?? 0;
    const found = await rank(context.database.pool, prepared.query, prepared.candidates, filter.asOf, {
      limit,
      offset,
    });
    for (const [index, { id }] of found.entries()) places.set(id, offset + index + 1);
    weighed = found[0]?.weighed;
    return found;
  };
  const connection = await connect({
    args,
    context,
    info,
    // A name where a list has a number: the cursor of the one is none of the other.
    sortedBy: [prepared ? 'name' : 'real', 'number'],
    ...(budget === undefined ? {} : { defaultSize: packedFrom }),
    async load({ query, after, before, limit, inverted }) {
      if (before || inverted) throw badInput('before', 'What is recalled is paged forwards: use first and after.');
      const found = await find(after, limit);
      for (const match of found) matches.set(match.id, match);
      const sorted = await complete(context, found.map(asMemory), query);
      return filter.asOf ? asTheyWere(context, sorted, matches) : sorted;
    },
    key: ({ id }) => (prepared ? ['search', places.get(id) ?? 0] : [matches.get(id)?.score ?? 0, id]),
    count: async () => weighed ?? countRecalled(context, prepared, filter),
  });
  let reasons: Promise<Map<number, Why>> | undefined;
  const why = async (id: number): Promise<Why | undefined> => {
    reasons ??= explainAll(context, [...matches.values()], prepared?.query, filter.asOf);
    return (await reasons).get(id);
  };
  const edges = connection.edges.map((edge) => ({
    ...edge,
    ...({ why: () => why(edge.node.id), cut: false, alike: [] } satisfies Recalled),
  }));
  return budget === undefined ? { ...connection, edges } : packInto(context, { ...connection, edges }, matches, budget);
}

/** The memories as they were in the versions that were found. */
async function asTheyWere<Row extends Memory>(
  { database }: Context,
  rows: Row[],
  matches: ReadonlyMap<number, Match>,
): Promise<Row[]> {
  const wanted = rows.map(({ id }) => ({ memoryId: id, version: matches.get(id)?.version ?? 0 }));
  const revisions = await database.prisma.memoryRevision.findMany({ where: { OR: wanted } });
  const byMemory = new Map(revisions.map((revision) => [revision.memoryId, revision]));
  return rows.map((row) => {
    const revision = byMemory.get(row.id);
    if (!revision) return row;
    const { version, title, content, status, tags, files, createdAt } = revision;
    return { ...row, version, title, content, status, tags, files, updatedAt: createdAt };
  });
}

async function explainAll(
  { database }: Context,
  found: Match[],
  query: Parameters<typeof explain>[1],
  asOf: Date | null,
): Promise<Map<number, Why>> {
  const rows = await database.prisma.memoryRevision.findMany({
    where: { OR: found.map(({ id, version }) => ({ memoryId: id, version })) },
    select: { memoryId: true, status: true, createdAt: true },
  });
  const byMemory = new Map(rows.map((row) => [row.memoryId, row]));
  const all = found.flatMap((match) => {
    const row = byMemory.get(match.id);
    return row ? [{ ...match, status: row.status, updatedAt: row.createdAt }] : [];
  });
  return explain(database.pool, query, all, asOf ?? new Date());
}

interface Page {
  edges: ({ cursor: string; node: Memory } & Recalled)[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/**
 * Leaves out of a page what does not fit into a budget.
 * @throws ClambakeError BAD_INPUT where nothing fits: an empty page would have no end to go on from
 */
async function packInto<Whole extends Page>(
  { database }: Context,
  page: Whole,
  matches: ReadonlyMap<number, Match>,
  budget: number,
): Promise<Whole> {
  const revisions = await database.prisma.memoryRevision.findMany({
    where: { OR: page.edges.map(({ node: { id } }) => ({ memoryId: id, version: matches.get(id)?.version ?? 0 })) },
    include: { memory: { select: { type: true, project: { select: { name: true } } } } },
  });
  const byMemory = new Map(revisions.map((revision) => [revision.memoryId, revision]));
  const packables = page.edges.flatMap(({ node: { id } }) => {
    const revision = byMemory.get(id);
    if (!revision) return [];
    const { title, content, status, memory } = revision;
    return [{ id, title, content, status, ...memory }];
  });
  const packed = new Map(pack(packables, budget).map((one) => [one.id, one]));
  const [first] = packables;
  if (first && packed.size === 0) {
    throw badInput('budget', `budget is ${budget}: it does not hold even the name of memory ${first.id}. Give more.`);
  }
  const edges = page.edges.flatMap((edge) => {
    const one = packed.get(edge.node.id);
    return one
      ? [{ ...edge, node: { ...edge.node, title: one.title, content: one.content }, cut: one.cut, alike: one.alike }]
      : [];
  });
  const named = [...packed.values()].reduce((sum, { alike }) => sum + 1 + alike.length, 0);
  const left = named < page.edges.length;
  // What comes next begins behind the last one that was looked at: those that were left out as alike come before it.
  const last = left ? page.edges[named - 1]?.cursor : page.pageInfo.endCursor;
  return {
    ...page,
    edges,
    pageInfo: { ...page.pageInfo, hasNextPage: left || page.pageInfo.hasNextPage, endCursor: last ?? null },
  };
}
