import type { MemoryLinkKind } from '../database/generated/enums.ts';
import type { Queryable } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { addLink } from './link.ts';
import { requireMemory } from './reference.ts';
import { setStatus } from './status.ts';

/** What a new memory bears on: numbers or titles of memories. */
export interface NewLinks {
  fixes?: string[] | null | undefined;
  supersedes?: string[] | null | undefined;
  relatesTo?: string[] | null | undefined;
  dependsOn?: string[] | null | undefined;
  contradicts?: string[] | null | undefined;
  /** Whether the issues that it fixes are resolved by it. */
  resolve?: boolean | null | undefined;
}

const kinds = {
  fixes: 'FIXES',
  supersedes: 'SUPERSEDES',
  relatesTo: 'RELATES_TO',
  dependsOn: 'DEPENDS_ON',
  contradicts: 'CONTRADICTS',
} as const satisfies Partial<Record<keyof NewLinks, MemoryLinkKind>>;

/** Most links that a memory is stored with. */
const most = 50;

/** A link from a memory that is about to be stored. */
export interface Target {
  toId: number;
  kind: MemoryLinkKind;
}

/**
 * Finds what a new memory is to be linked with.
 * @param scope where titles are looked for first
 * @throws ClambakeError BAD_INPUT, NOT_FOUND
 */
export async function findTargets(
  queryable: Queryable,
  links: NewLinks,
  scope: { projectId: number | null },
): Promise<Target[]> {
  const given = Object.entries(kinds).flatMap(([argument, kind]) =>
    (links[argument as keyof typeof kinds] ?? []).map((reference) => ({ argument, kind, reference })),
  );
  if (given.length > most)
    throw badInput('fixes', `The memory has ${given.length} links: it is stored with at most ${most}.`);
  if (links.resolve && !links.fixes?.length) {
    throw badInput('resolve', 'resolve says that the issues it fixes are resolved: name them, with fixes.');
  }
  const targets: Target[] = [];
  for (const { argument, kind, reference } of given) {
    const type = kind === 'FIXES' ? 'ISSUE' : undefined;
    const toId = await requireMemory(queryable, argument, reference, scope, type);
    if (!targets.some((target) => target.toId === toId && target.kind === kind)) targets.push({ toId, kind });
  }
  return targets;
}

/** Links a new memory, and resolves what it fixes, inside the caller's transaction. */
export async function addLinks(
  client: Queryable,
  fromId: number,
  targets: readonly Target[],
  resolve: boolean,
  author: string | null,
): Promise<void> {
  for (const { toId, kind } of targets) await addLink(client, { fromId, toId, kind }, author);
  const fixed = targets.filter(({ kind }) => kind === 'FIXES').map(({ toId }) => toId);
  if (resolve) await setStatus(client, fixed, 'RESOLVED', author);
}
