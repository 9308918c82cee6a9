import { isDeepStrictEqual } from 'node:util';
import { keyConflict } from '../client-key.ts';
import type { Context } from '../context.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { isLinkedAs, type NamedLinks } from './origin.ts';
import type { State } from './revise.ts';

/**
 * Requests that are repeated because their answer was lost: the client key stands at the version that the first try wrote. The same
 * content is the same request, other content a mistake.
 */

const findWritten = statement<object, [clientKey: string]>(
  'memory-written',
  'SELECT FROM clambake.memory_revision WHERE client_key = $1',
);

/** Whether a request with this key has written a version. */
export const isWritten = async (client: Queryable, key: string): Promise<boolean> =>
  (await findWritten(client, key)).length > 0;

/** What a request to remember says, as it is stored. */
export interface Remembered extends Pick<State, 'title' | 'content' | 'tags' | 'files'>, NamedLinks {
  type: string;
  /** The key of its project; null where it is global. */
  projectKey: string | null;
  sourceId: number | null;
  update?: boolean | null | undefined;
}

/**
 * The memory that the first try of a request to remember wrote.
 * @throws ClambakeError CONFLICT where that said something else
 */
export async function findRemembered(
  { database: { prisma, pool } }: Context,
  clientKey: string,
  given: Remembered,
): Promise<number> {
  const earlier = await prisma.memoryRevision.findUnique({
    where: { clientKey },
    include: { memory: { select: { type: true, sourceId: true, project: { select: { key: true } } } } },
  });
  if (!earlier) throw new Error('A memory was found by its client key and is gone.');
  const { memory, memoryId, title, content } = earlier;
  const same =
    isDeepStrictEqual(
      [memory.type, memory.project?.key ?? null, title, content],
      [given.type, given.projectKey, given.title, given.content],
    ) &&
    (earlier.version > 1
      ? // It changed what was known: tags and files were added to those that were there, links to theirs.
        given.update === true && holds(earlier.tags, given.tags) && holds(earlier.files, given.files)
      : isDeepStrictEqual([earlier.tags, earlier.files], [given.tags, given.files]) &&
        memory.sourceId === given.sourceId &&
        (await isLinkedAs(pool, memoryId, given)));
  if (!same) throw keyConflict('memory', memoryId);
  return memoryId;
}

const holds = (all: readonly string[], some: readonly string[]): boolean => some.every((one) => all.includes(one));

/** @throws ClambakeError CONFLICT where the first try of a change said something else */
export async function requireSameChange(
  { database }: Context,
  clientKey: string,
  id: number,
  change: Partial<State>,
): Promise<void> {
  const earlier = await database.prisma.memoryRevision.findUnique({ where: { clientKey } });
  const same =
    earlier?.memoryId === id &&
    Object.entries(change).every(([name, value]) => isDeepStrictEqual(earlier[name as keyof State], value));
  if (!same) throw keyConflict('memory', earlier?.memoryId ?? id);
}
