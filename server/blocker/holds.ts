import { type Queryable, statement } from '../database/statement.ts';
import { ancestorsOf, endOfTree, Footprint, type Resource, samePlace } from './resource.ts';

/** A resource that is held, and by what. */
export interface Held {
  /** As it was asked for, and as it is held: one may be a tree that covers the other. */
  asked: Resource;
  name: string;
  blockerId: number;
  /** Null where the human holds it. */
  holderId: string | null;
  subject: string;
  openedAt: Date;
  expiresAt: Date | null;
  /** Why it holds nobody off any more, although nobody has ended it yet. */
  over: 'EXPIRED' | 'STALE' | null;
}

type FoundHold = { blockerId: number; key: string; name: string };

// Those at the same places, and the trees above. By itself: joined to what it leads to, the planner expects more rows than there
// ever are and reads the whole of the other tables.
const atPlaces = 'SELECT blocker_id AS "blockerId", key, name FROM clambake.hold WHERE key = ANY($1::text[])';
const findAtPlaces = statement<FoundHold, [keys: string[]]>('hold-at-places', atPlaces);

// The same, and what lies below a tree that is asked for.
const findInTrees = statement<FoundHold, [keys: string[], trees: string[], ends: string[]]>(
  'hold-in-trees',
  `${atPlaces} UNION
   SELECT h.blocker_id, h.key, h.name FROM unnest($2::text[], $3::text[]) AS tree (key, ending)
   JOIN clambake.hold h ON h.key > tree.key AND h.key < tree.ending`,
);

const findHolders = statement<Omit<Held, 'asked' | 'name'>, [blockerIds: number[], staleAfter: number]>(
  'hold-holders',
  `SELECT b.message_id AS "blockerId", b.holder_id AS "holderId", m.subject,
     b.opened_at AS "openedAt", b.expires_at AS "expiresAt",
     CASE WHEN b.expires_at <= now() THEN 'EXPIRED'
       WHEN i.ended_at IS NOT NULL OR i.last_seen_at < now() - $2::float8 * interval '1 millisecond' THEN 'STALE' END AS over
   FROM clambake.blocker b JOIN clambake.message m ON m.id = b.message_id LEFT JOIN clambake.instance i ON i.id = b.holder_id
   WHERE b.message_id = ANY($1::int[]) AND b.ended_at IS NULL`,
);

/**
 * What is held of resources, in the order in which it was taken, each resource with each hold. Also what is over and not yet ended.
 * @param staleAfter milliseconds without a sign of life after which a holder holds nothing
 */
export async function findHeld(
  queryable: Queryable,
  resources: readonly Resource[],
  staleAfter: number,
): Promise<Held[]> {
  const footprint = new Footprint(resources);
  const { places, trees } = footprint;
  const holds =
    trees.length === 0
      ? await findAtPlaces(queryable, places)
      : await findInTrees(queryable, places, trees, trees.map(endOfTree));
  if (holds.length === 0) return [];
  const ids = [...new Set(holds.map(({ blockerId }) => blockerId))];
  const holders = new Map((await findHolders(queryable, ids, staleAfter)).map((holder) => [holder.blockerId, holder]));
  return pairs(resources, holds)
    .flatMap(({ asked, hold: { blockerId, name } }) => {
      const holder = holders.get(blockerId);
      return holder ? [{ ...holder, name, asked }] : [];
    })
    .sort((a, b) => a.blockerId - b.blockerId);
}

/** Each resource with each hold that overlaps it. */
function pairs<Hold extends { key: string }>(resources: readonly Resource[], holds: readonly Hold[]) {
  const byKey = new Map<string, Hold[]>();
  const byTree = new Map<string, Hold[]>();
  const add = (map: Map<string, Hold[]>, key: string, hold: Hold): void => {
    const known = map.get(key);
    if (known) known.push(hold);
    else map.set(key, [hold]);
  };
  for (const hold of holds) {
    add(byKey, hold.key, hold);
    for (const key of ancestorsOf(hold.key)) add(byTree, key, hold);
  }
  return resources.flatMap((asked) => {
    const above = [...samePlace(asked.key), ...ancestorsOf(asked.key)].flatMap((key) => byKey.get(key) ?? []);
    const below = asked.key.endsWith('/') ? (byTree.get(asked.key) ?? []) : [];
    return [...above, ...below].map((hold) => ({ asked, hold }));
  });
}

const lock = statement<object>('hold-lock', `SELECT pg_advisory_xact_lock(hashtext('clambake.hold'))`);

/**
 * Has the transaction decide about resources alone, until it ends. Of two that want the same one waits here and then sees what the
 * first one did (issue: exclusivity in one serialised step).
 */
export async function decideAlone(client: Queryable): Promise<void> {
  await lock(client);
}
