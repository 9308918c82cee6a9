import { authorId, type Context } from '../context.ts';
import { badInput } from '../errors.ts';
import type { Held } from './holds.ts';
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
export async function guard(context: Context, texts: readonly string[], given: number | null): Promise<Guarded> {
  if (texts.length === 0)
    throw badInput('resources', 'No resource is given: name what is to be touched, as in port:5432.');
  const resources = parseResources(texts);
  const wait = checkWait(given);
  const asker = authorId(context);
  const look = async (place: number | null) => {
    const { held, ahead } = await standing(context, context.database.pool, resources, place);
    // Its own holds keep nobody from anything.
    return { held: held.filter(({ holderId }) => holderId !== asker), ahead: place === null ? [] : ahead };
  };
  if (wait === null) return { resources, held: (await look(null)).held };
  return takeInTurn<Guarded>(context, {
    ...{ resources, wait, clientKey: null, look },
    async take(place) {
      const way = await look(place);
      return way.held.length + way.ahead.length > 0 ? way : { resources, held: [] };
    },
  });
}
