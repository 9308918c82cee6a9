import { scopedKey } from '../client-key.ts';
import { authorId, type Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { findHeld, type Held } from './holds.ts';
import type { InTheWay } from './refusal.ts';
import { parseResources, type Resource } from './resource.ts';
import { standing } from './standing.ts';
import { checkWait, takeInTurn } from './wait.ts';

/** What a look at resources found. */
export interface Guarded {
  resources: Resource[];
  /** What others hold of them. */
  held: Held[];
}

/**
 * Looks whether others hold resources; with `wait`, until nobody does and everybody who came first has had its turn.
 * @throws ClambakeError BAD_INPUT, BLOCKED where they are still held after the wait
 */
export async function guard(
  context: Context,
  texts: readonly string[],
  given: number | null,
  clientKey: string | null,
): Promise<Guarded> {
  if (texts.length === 0)
    throw badInput('resources', 'No resource is given: name what is to be touched, as in port:5432.');
  const resources = parseResources(texts);
  const wait = checkWait(given);
  const { pool } = context.database;
  const asker = authorId(context);
  // Its own holds keep nobody from anything.
  const ofOthers = (held: Held[]): Held[] => held.filter(({ holderId }) => holderId !== asker);
  if (wait === null) {
    const held = await findHeld(pool, resources, context.staleAfter);
    return { resources, held: ofOthers(held).filter(({ over }) => over === null) };
  }
  const look = async (place: number | null): Promise<InTheWay> => {
    const { held, ahead } = await standing(context, pool, resources, place);
    return { held: ofOthers(held), ahead };
  };
  return takeInTurn<Guarded>(context, {
    ...{ resources, wait, clientKey: scopedKey(context, clientKey), look },
    async take(place) {
      const way = await look(place);
      return way.held.length + way.ahead.length > 0 ? way : { resources, held: [] };
    },
  });
}
