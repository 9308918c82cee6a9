import { authorId, type Context } from '../context.ts';
import type { MemoryLinkKind, MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { findOneNamed, placesOf } from './reference.ts';
import { publishRevised, type Revised } from './revise.ts';
import { lockSupersession, refuseCycle, reinstate, supersede } from './supersession.ts';

export interface Link {
  fromId: number;
  toId: number;
  kind: MemoryLinkKind;
}

/** A link as somebody asks for it: its ends by number or title. */
export interface NamedLink {
  from: string;
  to: string;
  kind: MemoryLinkKind;
}

const lockRows = statement<{ id: number; type: MemoryType; status: MemoryStatus }, [ids: number[]]>(
  'memory-lock-several',
  'SELECT id, type, status FROM clambake.memory WHERE id = ANY ($1::int[]) ORDER BY id FOR NO KEY UPDATE',
);

const insertRows = statement<Link, [from: number[], to: number[], MemoryLinkKind[], authorId: string | null]>(
  'memory-link-insert',
  `INSERT INTO clambake.memory_link (from_id, to_id, kind, author_id)
   SELECT from_id, to_id, kind, $4 FROM unnest($1::int[], $2::int[], $3::clambake.memory_link_kind[]) AS link (from_id, to_id, kind)
   ORDER BY from_id, to_id, kind
   ON CONFLICT DO NOTHING RETURNING from_id AS "fromId", to_id AS "toId", kind`,
);

const deleteRow = statement<object, [from: number, to: number, MemoryLinkKind]>(
  'memory-link-delete',
  `DELETE FROM clambake.memory_link WHERE from_id = $1 AND to_id = $2 AND kind = $3::clambake.memory_link_kind RETURNING kind`,
);

/** Locks memories that a transaction may change, in the order of their numbers, so that no two wait for each other. */
export const lockMemories = (client: Queryable, ids: readonly number[]) => lockRows(client, [...ids]);

/**
 * Stores links by whoever asks.
 * @returns those that were not there before
 */
export function insertLinks(context: Context, client: Queryable, links: readonly Link[]): Promise<Link[]> {
  const froms = links.map(({ fromId }) => fromId);
  const tos = links.map(({ toId }) => toId);
  const kinds = links.map(({ kind }) => kind);
  return insertRows(client, froms, tos, kinds, authorId(context));
}

/**
 * Says that one memory bears on another. A link that is there already stays as it is. What is superseded becomes SUPERSEDED with it.
 * @throws ClambakeError BAD_INPUT (a memory with itself, a title that several have), NOT_FOUND, CONFLICT (a cycle)
 */
export async function linkMemories(context: Context, named: NamedLink): Promise<Link> {
  const { link, revised } = await transaction(context.database.pool, async (client) => {
    const link = await findEnds(context, client, named);
    if (link.fromId === link.toId) throw badInput('to', `Memory #${link.fromId} cannot be linked with itself.`);
    if (link.kind === 'SUPERSEDES') {
      await lockSupersession(client);
      await lockMemories(client, [link.toId]);
    }
    const [stored] = await insertLinks(context, client, [link]);
    if (stored?.kind !== 'SUPERSEDES') return { link, revised: undefined };
    await refuseCycle(client, link.fromId, link.toId);
    return { link, revised: await supersede(context, client, link.toId) };
  });
  if (revised) publishRevised(context, [revised]);
  return link;
}

/**
 * Takes a link back. What nothing supersedes any more gets the status that it had before.
 * @returns whether there was one
 * @throws ClambakeError BAD_INPUT, NOT_FOUND
 */
export async function unlinkMemories(context: Context, named: NamedLink): Promise<boolean> {
  const { removed, revised } = await transaction(context.database.pool, async (client) => {
    const { fromId, toId, kind } = await findEnds(context, client, named);
    if (kind === 'SUPERSEDES') await lockMemories(client, [toId]);
    const removed = (await deleteRow(client, fromId, toId, kind)).length > 0;
    let revised: Revised | undefined;
    if (removed && kind === 'SUPERSEDES') revised = await reinstate(context, client, toId);
    return { removed, revised };
  });
  if (revised) publishRevised(context, [revised]);
  return removed;
}

async function findEnds(context: Context, client: Queryable, { from, to, kind }: NamedLink): Promise<Link> {
  const places = placesOf(context);
  const start = await findOneNamed(client, from, { argument: 'from', places });
  const end = await findOneNamed(client, to, {
    argument: 'to',
    places,
    ...(kind === 'FIXES' ? { prefer: 'ISSUE' as const } : {}),
  });
  return { fromId: start.id, toId: end.id, kind };
}
