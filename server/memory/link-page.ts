import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { Memory } from '../database/generated/client.ts';
import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';
import { selection } from '../selection.ts';

/** A link, seen from one of its memories. */
export interface LinkEnd {
  kind: MemoryLinkKind;
  direction: 'OUTGOING' | 'INCOMING';
  /** The memory at the other end. */
  memory: Memory;
  createdAt: Date;
}

type Row = Omit<LinkEnd, 'memory'> & { ownId: number; otherId: number };

// Of each memory only as many as are asked for are read, however many it has.
const listLinks = statement<Row, [ids: number[], first: number]>(
  'memory-links',
  `SELECT own.id AS "ownId", link.kind, link.direction, link.other_id AS "otherId", link.created_at AS "createdAt"
   FROM unnest($1::int[]) AS own (id)
   CROSS JOIN LATERAL (
     (SELECT kind, 'OUTGOING' AS direction, to_id AS other_id, created_at FROM clambake.memory_link
      WHERE from_id = own.id ORDER BY to_id DESC, kind LIMIT $2)
     UNION ALL
     (SELECT kind, 'INCOMING', from_id, created_at FROM clambake.memory_link
      WHERE to_id = own.id ORDER BY from_id DESC, kind LIMIT $2)
     LIMIT $2
   ) AS link`,
);

/** The memories whose links are asked for at the same time, with the same selection. */
interface Batch {
  ids: number[];
  links: Promise<Map<number, LinkEnd[]>>;
}

const batches = new WeakMap<Context, Map<string, Batch>>();

/**
 * The links of a memory, those it starts at first, the newest memory at the other end first. Those of all the memories of a list
 * come with two queries.
 * @param info of the field that gives them, with the memory at the other end in `memory`
 */
export async function loadLinks(
  context: Context,
  info: GraphQLResolveInfo,
  id: number,
  first: number,
): Promise<LinkEnd[]> {
  const query = selection(context, info, ['memory']);
  const open = batches.get(context) ?? new Map<string, Batch>();
  batches.set(context, open);
  const key = JSON.stringify([first, query]);
  let batch = open.get(key);
  if (!batch) {
    const ids: number[] = [];
    const links = new Promise((resolve) => setImmediate(resolve)).then(() => {
      open.delete(key);
      return load(context, query, ids, first);
    });
    batch = { ids, links };
    open.set(key, batch);
  }
  batch.ids.push(id);
  return (await batch.links).get(id) ?? [];
}

async function load(
  { database }: Context,
  query: object,
  ids: readonly number[],
  first: number,
): Promise<Map<number, LinkEnd[]>> {
  const rows = await listLinks(database.pool, [...new Set(ids)], first);
  const otherIds = [...new Set(rows.map(({ otherId }) => otherId))];
  const others = await database.prisma.memory.findMany({ ...query, where: { id: { in: otherIds } } });
  const byId = new Map(others.map((memory) => [memory.id, memory]));
  const links = new Map<number, LinkEnd[]>();
  for (const { ownId, otherId, ...link } of rows) {
    const memory = byId.get(otherId);
    if (memory) links.set(ownId, [...(links.get(ownId) ?? []), { ...link, memory }]);
  }
  return links;
}
