import { type Queryable, statement } from '../database/statement.ts';
import { notFound } from '../errors.ts';
import { excerpt } from '../input.ts';

const findInstance = statement<{ id: string }, [id: string]>(
  'instance-known',
  'SELECT id FROM clambake.instance WHERE id = $1',
);

/**
 * Makes sure that there is, or was, an instance of this id.
 * @throws ClambakeError NOT_FOUND, so that a slip of the pen does not look like an instance that did nothing
 */
export async function requireKnown(queryable: Queryable, id: string): Promise<void> {
  const [found] = await findInstance(queryable, id);
  if (!found) {
    throw notFound(
      `There is no instance "${excerpt(id)}": \`clambake instances --no-live\` lists all there ever were.`,
    );
  }
}
