import { human } from '../address.ts';
import { type Context, type Services, signature } from '../context.ts';
import type { BlockerEnd } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, forbidden, notFound } from '../errors.ts';
import { checkOptional } from '../input.ts';
import { appendLog } from '../log/append.ts';
import { refuseSecrets } from '../secret/refuse.ts';

interface Ended {
  id: number;
  holderId: string | null;
  /** The project of its holder. */
  projectId: number | null;
  end: BlockerEnd;
  subject: string;
}

// In the order of their ids: two that end several at once would else wait for each other. The message of a blocker that has
// ended stays for a day, so that whoever saw it begin can see what it was.
const ending = (condition: string, end = '$1::clambake.blocker_end'): string => `
  WITH over AS (
    SELECT message_id, ${end} AS "end" FROM clambake.blocker WHERE ended_at IS NULL AND (${condition})
    ORDER BY message_id FOR UPDATE
  ), ended AS (
    UPDATE clambake.blocker b SET ended_at = now(), "end" = over."end", ended_by_id = $2, reason = $3
    FROM over WHERE b.message_id = over.message_id RETURNING b.message_id, b.holder_id, b."end"
  ), freed AS (
    DELETE FROM clambake.hold USING ended WHERE blocker_id = ended.message_id
  )
  UPDATE clambake.message m SET expires_at = now() + interval '24 hours'
  FROM ended LEFT JOIN clambake.instance i ON i.id = ended.holder_id WHERE m.id = ended.message_id
  RETURNING m.id, ended.holder_id AS "holderId", i.project_id AS "projectId", ended."end", m.subject`;

type EndValues<Last> = [end: BlockerEnd, endedById: number | null, reason: string | null, last: Last];

const endOne = statement<Ended, EndValues<number>>('blocker-end', ending('message_id = $4'));

const endOfHolder = statement<Ended, EndValues<string>>('blocker-end-of-holder', ending('holder_id = $4'));

const isStale = (staleAfter: string): string => `holder_id IN (
    SELECT id FROM clambake.instance
    WHERE ended_at IS NOT NULL OR last_seen_at < now() - ${staleAfter}::float8 * interval '1 millisecond'
  )`;

const anyOver = statement<object, [staleAfter: number]>(
  'blocker-any-over',
  `SELECT 1 FROM clambake.blocker WHERE ended_at IS NULL AND (expires_at <= now() OR ${isStale('$1')}) LIMIT 1`,
);

const endOver = statement<Ended, [staleAfter: number, endedById: null, reason: null]>(
  'blocker-end-over',
  ending(
    `expires_at <= now() OR ${isStale('$1')}`,
    `CASE WHEN expires_at <= now() THEN 'EXPIRED'::clambake.blocker_end ELSE 'STALE' END`,
  ),
);

const openOfHolder = statement<{ id: number }, [holderId: string | null, overToo: boolean]>(
  'blocker-open-of-holder',
  `SELECT message_id AS id FROM clambake.blocker
   WHERE ended_at IS NULL AND ($2 OR expires_at IS NULL OR expires_at > now()) AND holder_id IS NOT DISTINCT FROM $1
   ORDER BY 1`,
);

/**
 * The ids of the open blockers of an instance, or of the human (null), oldest first.
 * @param overToo also those whose time is over and that nobody has ended yet
 */
export async function openBlockersOf(
  queryable: Queryable,
  holderId: string | null,
  overToo = false,
): Promise<number[]> {
  return (await openOfHolder(queryable, holderId, overToo)).map(({ id }) => id);
}

const lockOfHolder = statement<object, [holderId: string]>(
  'blocker-lock-of-holder',
  'SELECT 1 FROM clambake.blocker WHERE ended_at IS NULL AND holder_id = $1 ORDER BY message_id FOR UPDATE',
);

/** To be called before the row of a holder is changed that leaves: who lets blockers lapse takes them in this order too. */
export async function lockBlockersOf(client: Queryable, holderId: string): Promise<void> {
  await lockOfHolder(client, holderId);
}

/** Ends every open blocker of an instance that leaves, inside its transaction. */
export async function endBlockersOf(queryable: Queryable, holderId: string): Promise<Ended[]> {
  return endOfHolder(queryable, 'DEREGISTERED', null, null, holderId);
}

/** Ends a blocker with the `done` that says so, inside the transaction that stores it. */
export async function endBlockerWith(queryable: Queryable, id: number, doneId: number): Promise<Ended | undefined> {
  const [ended] = await endOne(queryable, 'DONE', doneId, null, id);
  return ended;
}

/**
 * Ends the blockers whose time ran out or whose holder is stale (design: blockers), and says so in the log. It is called before
 * blockers are shown and by the clock, so that nobody is held up by who is gone.
 */
export async function lapseBlockers(services: Services): Promise<void> {
  const { database, staleAfter } = services;
  if ((await anyOver(database.pool, staleAfter)).length === 0) return;
  const lapsed = await transaction(database.pool, async (client) => {
    const ended = await endOver(client, staleAfter, null, null);
    for (const each of ended) await logLapse(client, each);
    return ended;
  });
  for (const ended of lapsed) publishEnd(services, ended, ended.holderId ?? human);
}

/** Ends blockers that were found to be over, inside a transaction. @returns those that nobody has ended meanwhile */
export async function lapse(
  client: Queryable,
  over: readonly { blockerId: number; over: 'EXPIRED' | 'STALE' | null }[],
): Promise<Ended[]> {
  const ends = new Map(over.flatMap(({ blockerId, over }) => (over ? [[blockerId, over] as const] : [])));
  const lapsed: Ended[] = [];
  for (const [id, end] of [...ends].sort(([a], [b]) => a - b)) {
    const [ended] = await endOne(client, end, null, null, id);
    if (!ended) continue;
    await logLapse(client, ended);
    lapsed.push(ended);
  }
  return lapsed;
}

async function logLapse(client: Queryable, ended: Ended): Promise<void> {
  const why = ended.end === 'EXPIRED' ? 'its time ran out' : 'its holder gave no sign of life';
  await appendLog(client, {
    instanceId: ended.holderId,
    projectId: ended.projectId,
    action: 'BLOCKER_LAPSED',
    summary: `Blocker #${ended.id} lapsed, ${why}: ${ended.subject}`,
  });
}

/**
 * Ends a blocker without a `done`. Its holder may; the operator may, with a reason. One that has ended already stays as it is.
 * @returns the id of the blocker
 * @throws ClambakeError NOT_FOUND, FORBIDDEN, BAD_INPUT, SECRET_REFUSED
 */
export async function releaseBlocker(
  context: Context,
  id: number,
  givenReason: string | null | undefined,
): Promise<number> {
  const { viewer, database } = context;
  const blocker = await database.prisma.blocker.findUnique({ where: { messageId: id } });
  if (!blocker) throw notFound(`Message #${id} is no blocker: \`clambake blockers\` lists the open ones.`);
  const own = viewer.kind === 'instance' ? blocker.holderId === viewer.id : blocker.holderId === null;
  if (!own && viewer.kind === 'instance') {
    throw forbidden(
      `Blocker #${id} is held by ${blocker.holderId ?? human}: ask for its release (send --type request), or wait for its done.`,
    );
  }
  const reason = checkOptional('reason', 'reason', givenReason);
  refuseSecrets(context, { reason });
  if (!own && !reason)
    throw badInput('reason', `Blocker #${id} is held by ${blocker.holderId}: give the reason for releasing it.`);
  if (blocker.endedAt) return id;
  const [ended] = await endOne(database.pool, 'RELEASED', null, reason, id);
  if (ended) publishEnd(context, ended, signature(context));
  return id;
}

/** Tells watchers that a blocker has ended: all of them, as blockers are for all to see. */
export function publishEnd(services: Pick<Services, 'news'>, ended: Ended, from: string): void {
  services.news.happened({
    kind: 'BLOCKER_ENDED',
    from,
    project: null,
    summary: ended.subject,
    messageId: ended.id,
  });
}
