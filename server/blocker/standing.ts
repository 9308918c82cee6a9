import type { Services } from '../context.ts';
import type { Queryable } from '../database/statement.ts';
import { findHeld, type Held } from './holds.ts';
import { waitingBefore } from './queue.ts';
import type { InTheWay } from './refusal.ts';
import type { Resource } from './resource.ts';

/** What stands in the way, and what only seems to: blockers that are over and that nobody has ended yet. */
export interface Standing extends InTheWay {
  over: Held[];
}

/**
 * What stands in the way of somebody who wants resources.
 * @param place its place in the line; null where it does not wait, and everybody who does came before it
 */
export async function standing(
  { staleAfter }: Pick<Services, 'staleAfter'>,
  queryable: Queryable,
  resources: Resource[],
  place: number | null,
): Promise<Standing> {
  const found = await findHeld(queryable, resources, staleAfter);
  return {
    held: found.filter(({ over }) => over === null),
    ahead: await waitingBefore(queryable, resources, place),
    over: found.filter(({ over }) => over !== null),
  };
}
