import { isDeepStrictEqual } from 'node:util';
import { human } from '../address.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { excerpt } from '../input.ts';
import type { State } from './revise.ts';

const authorOf = statement<{ authorId: string | null; createdAt: Date }, [id: number, version: number]>(
  'memory-version-author',
  `SELECT author_id AS "authorId", created_at AS "createdAt" FROM clambake.memory_revision WHERE memory_id = $1 AND version = $2`,
);

/**
 * Somebody else has changed a memory since it was read. Both sides are shown, in short in the message and whole in `extensions`
 * (`current`, `given`), so that whoever asks can put them together.
 * @param ifVersion the version that was read
 * @param now the memory as it is
 * @param given what was to be written
 */
export async function editConflict(
  client: Queryable,
  id: number,
  ifVersion: number,
  now: State & { version: number },
  given: Partial<State>,
): Promise<ClambakeError> {
  const { version } = now;
  const [revision] = await authorOf(client, id, version);
  const by = revision?.authorId ?? human;
  const differing = (Object.keys(given) as (keyof State)[]).filter(
    (name) => !isDeepStrictEqual(given[name], now[name]),
  );
  const lines = differing.map((name) => {
    const [there, here] = around(text(now[name]), text(given[name]));
    return `${name} is ${JSON.stringify(there)}, and was to be ${JSON.stringify(here)}.`;
  });
  return new ClambakeError(
    'CONFLICT',
    [
      `Memory #${id} is at version ${version} by now, written by ${by} at ${revision?.createdAt.toISOString()}, not at ${ifVersion}. Nothing was changed.`,
      ...lines,
      `Put both together, then: --if-version ${version}`,
    ].join('\n'),
    { id: String(id), version, by, current: pick(now, differing), given: pick(given, differing) },
  );
}

const text = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');

/** Excerpts of two texts from shortly before where they differ. */
function around(one: string, other: string): [string, string] {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  const from = Math.max(0, same - 20);
  const cut = (whole: string): string => `${from > 0 ? '…' : ''}${excerpt(whole.slice(from))}`;
  return [cut(one), cut(other)];
}

const pick = (state: Partial<State>, names: readonly (keyof State)[]): Partial<State> =>
  Object.fromEntries(names.map((name) => [name, state[name]]));
