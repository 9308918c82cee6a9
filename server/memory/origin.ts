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

/** The other ends of the links that a memory is to be stored with. Their rows are locked. */
export interface Ends {
  links: Omit<Link, 'fromId'>[];
  rows: Awaited<ReturnType<typeof lockMemories>>;
}

/**
 * Finds what a memory bears on and locks it, together with the memory itself where it is there already: all that the transaction will
 * change, in one order, and before it writes anything. Whoever writes waits for others who write the same new words, and would else
 * wait for them while they wait for the rows.
 * @param known the memory, where it is known; undefined for a new one
 * @param places where titles are looked for
 * @throws ClambakeError BAD_INPUT, NOT_FOUND
 */
export async function lockEnds(
  client: Queryable,
  known: number | undefined,
  named: NamedLinks,
  places: readonly Place[],
): Promise<Ends> {
  const links: Ends['links'] = [];
  for (const [argument, kind, names] of namesOf(named)) {
    const found = await findNamed(client, names, {
      argument,
      places,
      ...(kind === 'FIXES' && { prefer: 'ISSUE' as const }),
      ...(known !== undefined && { except: known }),
    });
    links.push(...found.map(({ id }) => ({ toId: id, kind })));
  }
  const ids = new Set([...links.map(({ toId }) => toId), ...(known === undefined ? [] : [known])]);
  const rows = ids.size === 0 ? [] : await lockMemories(client, [...ids]);
  if (named.resolve && !rows.some((row) => isFixedIssue(links, row))) {
    throw badInput(
      'resolve',
      'resolve is given, and no issue that the memory fixes: name one (--fixes 17), or leave resolve out.',
    );
  }
  return { links, rows };
}

const isEnd = (links: Ends['links'], kind: MemoryLinkKind, id: number): boolean =>
  links.some((link) => link.kind === kind && link.toId === id);
const isFixedIssue = (links: Ends['links'], row: Ends['rows'][number]): boolean =>
  row.type === 'ISSUE' && isEnd(links, 'FIXES', row.id);

/**
 * Links a memory that was stored, and changes the status of what it resolves and supersedes; all in the caller's transaction.
 * @param id the memory, which nothing that it supersedes leads to
 * @returns the memories whose status changed
 */
export async function storeLinks(
  context: Context,
  client: Queryable,
  id: number,
  { links, rows }: Ends,
  resolve: boolean,
): Promise<Revised[]> {
  if (links.length === 0) return [];
  await insertLinks(
    context,
    client,
    links.map((link) => ({ fromId: id, ...link })),
  );
  const revised: (Revised | undefined)[] = [];
  for (const row of rows) {
    if (resolve && row.status === 'ACTIVE' && isFixedIssue(links, row))
      revised.push(await revise(context, client, row.id, { status: 'RESOLVED' }));
    if (isEnd(links, 'SUPERSEDES', row.id)) revised.push(await supersede(context, client, row.id));
  }
  return revised.filter((one) => one !== undefined);
}

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
