import type { Context } from '../context.ts';
import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { badInput, notFound } from '../errors.ts';
import { parseId } from '../input.ts';
import { whereVisible } from '../message/visibility.ts';
import { insertLinks, type Link, lockMemories } from './link.ts';
import { areMeant, findNamed, type Meant, type Place } from './reference.ts';
import { type Revised, revise } from './revise.ts';
import { supersede } from './supersession.ts';

/** What a new memory bears on, as somebody names it: numbers or titles. */
export interface NamedLinks {
  fixes?: string[] | null | undefined;
  supersedes?: string[] | null | undefined;
  relatesTo?: string[] | null | undefined;
  dependsOn?: string[] | null | undefined;
  contradicts?: string[] | null | undefined;
  /** Whether the issues that it fixes become RESOLVED. */
  resolve?: boolean | null | undefined;
}

const kinds = {
  fixes: 'FIXES',
  supersedes: 'SUPERSEDES',
  relatesTo: 'RELATES_TO',
  dependsOn: 'DEPENDS_ON',
  contradicts: 'CONTRADICTS',
} as const satisfies Partial<Record<keyof NamedLinks, MemoryLinkKind>>;

const namesOf = (named: NamedLinks): [argument: keyof typeof kinds, kind: MemoryLinkKind, names: string[]][] =>
  (Object.keys(kinds) as (keyof typeof kinds)[]).map((argument) => [argument, kinds[argument], named[argument] ?? []]);

/**
 * Links a memory that is being stored, and changes the status of what it resolves and supersedes; all in the caller's transaction.
 * @param id the new memory, which nothing can point to yet
 * @param places where titles are looked for
 * @returns the memories whose status changed
 * @throws ClambakeError BAD_INPUT, NOT_FOUND
 */
export async function linkNew(
  context: Context,
  client: Queryable,
  id: number,
  named: NamedLinks,
  places: readonly Place[],
): Promise<Revised[]> {
  const links: Link[] = [];
  for (const [argument, kind, names] of namesOf(named)) {
    const prefer = kind === 'FIXES' ? { prefer: 'ISSUE' as const } : {};
    const found = await findNamed(client, names, { argument, places, except: id, ...prefer });
    links.push(...found.map((memory) => ({ fromId: id, toId: memory.id, kind })));
  }
  if (links.length === 0) {
    if (named.resolve) throw nothingToResolve();
    return [];
  }
  const rows = await lockMemories(client, [...new Set(links.map(({ toId }) => toId))]);
  const isTarget = (kind: MemoryLinkKind, toId: number): boolean =>
    links.some((link) => link.kind === kind && link.toId === toId);
  const issues = rows.filter((row) => row.type === 'ISSUE' && isTarget('FIXES', row.id));
  if (named.resolve && issues.length === 0) throw nothingToResolve();
  await insertLinks(context, client, links);
  const revised: (Revised | undefined)[] = [];
  for (const row of rows) {
    if (named.resolve && row.status === 'ACTIVE' && issues.includes(row))
      revised.push(await revise(context, client, row.id, { status: 'RESOLVED' }));
    if (isTarget('SUPERSEDES', row.id)) revised.push(await supersede(context, client, row.id));
  }
  return revised.filter((one) => one !== undefined);
}

const nothingToResolve = () =>
  badInput(
    'resolve',
    'resolve is given, and no issue that the memory fixes: name one (--fixes 17), or leave resolve out.',
  );

// What was stored with a memory has its very time: the time of the transaction.
const listFirstLinks = statement<Meant & { kind: MemoryLinkKind; left: boolean; resolved: boolean }, [id: number]>(
  'memory-first-links',
  `SELECT link.to_id AS id, link.kind, all_versions.titles,
     memory.type = 'ISSUE' AND version_then.status = 'ACTIVE' AS left,
     version_then.status = 'RESOLVED' AND version_then.created_at = memory_then.created_at AS resolved
   FROM clambake.memory memory_then
   JOIN clambake.memory_link link ON link.from_id = memory_then.id AND link.created_at = memory_then.created_at
   JOIN clambake.memory memory ON memory.id = link.to_id
   CROSS JOIN LATERAL (
     SELECT array_agg(title) AS titles FROM clambake.memory_revision WHERE memory_id = link.to_id
   ) AS all_versions
   CROSS JOIN LATERAL (
     SELECT status, created_at FROM clambake.memory_revision
     WHERE memory_id = link.to_id AND created_at <= memory_then.created_at AND status <> 'SUPERSEDED'
     ORDER BY version DESC LIMIT 1
   ) AS version_then
   WHERE memory_then.id = $1`,
);

/** Whether a request names just the links that a memory was stored with, and resolves what was resolved with it. */
export async function isLinkedAs(client: Queryable, id: number, named: NamedLinks): Promise<boolean> {
  const stored = await listFirstLinks(client, id);
  const sameLinks = namesOf(named).every(([, kind, names]) =>
    areMeant(
      names,
      stored.filter((link) => link.kind === kind),
    ),
  );
  const fixed = stored.filter(({ kind }) => kind === 'FIXES');
  return sameLinks && !fixed.some(({ left, resolved }) => (named.resolve ? left : resolved));
}

/**
 * The message that a memory came from.
 * @throws ClambakeError BAD_INPUT, NOT_FOUND where whoever asks may not see it
 */
export async function findSource(context: Context, given: string | null | undefined): Promise<number | null> {
  if (given === null || given === undefined) return null;
  const id = parseId('source', 'message', given);
  const message = await context.database.prisma.message.findFirst({
    where: { id, ...whereVisible(context) },
    select: { id: true },
  });
  if (!message) {
    throw notFound(
      `There is no message #${id} for you to name as the source: \`clambake messages\` lists those you may see.`,
    );
  }
  return id;
}
