import { human } from '../address.ts';
import { type Context, type Services, signature } from '../context.ts';
import type { BlockerEnd } from '../database/generated/enums.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, forbidden, notFound } from '../errors.ts';
import { checkOptional } from '../input.ts';

interface Ended {
  id: number;
  holderId: string | null;
  subject: string;
}

// The message of a blocker that has ended stays for a day, so that whoever saw it begin can see what it was.
const ending = (condition: string): string => `
  WITH ended AS (
    UPDATE clambake.blocker SET ended_at = now(), "end" = $1::clambake.blocker_end, ended_by_id = $2, reason = $3
    WHERE ended_at IS NULL AND ${condition} RETURNING message_id, holder_id
  )
  UPDATE clambake.message SET expires_at = now() + interval '24 hours' FROM ended WHERE id = ended.message_id
  RETURNING id, ended.holder_id AS "holderId", subject`;

type EndValues<Last> = [end: BlockerEnd, endedById: number | null, reason: string | null, last: Last];

const endOne = statement<Ended, EndValues<number>>('blocker-end', ending('message_id = $4'));

const endOfHolder = statement<Ended, EndValues<string>>('blocker-end-of-holder', ending('holder_id = $4'));

const endStale = statement<Ended, EndValues<number>>(
  'blocker-end-stale',
  ending(`holder_id IN (
    SELECT id FROM clambake.instance
    WHERE ended_at IS NOT NULL OR last_seen_at < now() - $4::float8 * interval '1 millisecond'
  )`),
);

const endExpired = statement<Ended, [end: BlockerEnd, endedById: null, reason: null]>(
  'blocker-end-expired',
  ending('expires_at <= now()'),
);

const openOfHolder = statement<{ id: number }, [holderId: string | null]>(
  'blocker-open-of-holder',
  'SELECT message_id AS id FROM clambake.blocker WHERE ended_at IS NULL AND holder_id IS NOT DISTINCT FROM $1 ORDER BY 1',
);

/** The ids of the open blockers of an instance, or of the human (null), oldest first. */
export async function openBlockersOf(queryable: Queryable, holderId: string | null): Promise<number[]> {
  return (await openOfHolder(queryable, holderId)).map(({ id }) => id);
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
 * Ends the blockers whose time ran out or whose holder is stale (design: blockers). It is called before blockers are shown
 * and by the clock, so that nobody is held up by who is gone.
 */
export async function lapseBlockers(services: Services): Promise<void> {
  const { database, staleAfter } = services;
  const lapsed = await transaction(database.pool, async (client) => [
    ...(await endExpired(client, 'EXPIRED', null, null)),
    ...(await endStale(client, 'STALE', null, null, staleAfter)),
  ]);
  for (const ended of lapsed) publishEnd(services, ended, ended.holderId ?? human);
}

/**
 * Ends a blocker without a `done`. Its holder may; the operator may, with a reason. One that has ended already stays as it is.
 * @returns the id of the blocker
 * @throws ClambakeError NOT_FOUND, FORBIDDEN, BAD_INPUT
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
