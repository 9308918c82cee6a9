import { human } from '../address.ts';
import type { Context } from '../context.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { forbidden } from '../errors.ts';
import { isLiveIn } from '../instance/presence.ts';

/** How far a message has come with one instance. Both times are null where it is stored and no more. */
export interface Progress {
  instanceId: string;
  deliveredAt: Date | null;
  readAt: Date | null;
}

/** How many instances a message has come so far with, and no further. */
export interface ProgressCounts {
  stored: number;
  delivered: number;
  read: number;
}

const live = `${isLiveIn('i', '$2')}
  AND i.started_at < (SELECT expires_at FROM sent)`;

// Whoever has a receipt, whoever is live and listens (it came before the message expired, else it will never get it), and
// the instance that a message was addressed to, though it has left. A branch a kind of address, so that each has an index:
// instances that are gone cost nothing, however many there are.
const audience = `WITH sent AS (
    SELECT m.sender_id, m.expires_at, c.kind, c.project_id, c.instance_id
    FROM clambake.message m JOIN clambake.channel c ON c.id = m.channel_id WHERE m.id = $1
  ), audience AS (
    SELECT instance_id AS id FROM clambake.receipt WHERE message_id = $1
    UNION SELECT instance_id FROM sent WHERE instance_id IS NOT NULL
    UNION SELECT i.id FROM clambake.instance i WHERE i.project_id = (SELECT project_id FROM sent) AND ${live}
    UNION SELECT i.id FROM clambake.instance i WHERE (SELECT kind FROM sent) = 'ALL' AND ${live}
  )`;

const progress = `FROM audience a LEFT JOIN clambake.receipt r ON r.message_id = $1 AND r.instance_id = a.id
  WHERE a.id IS DISTINCT FROM (SELECT sender_id FROM sent)`;

const page = (order: 'ASC' | 'DESC'): string => `${audience}
  SELECT a.id AS "instanceId", r.delivered_at AS "deliveredAt", r.read_at AS "readAt" ${progress}
    AND ($3::text IS NULL OR a.id > $3) AND ($4::text IS NULL OR a.id < $4)
  ORDER BY a.id ${order} LIMIT $5`;

type PageValues = [messageId: number, staleAfter: number, after: string | null, before: string | null, limit: number];

const fromFirst = statement<Progress, PageValues>('message-progress', page('ASC'));
const fromLast = statement<Progress, PageValues>('message-progress-inverted', page('DESC'));

const countStates = statement<ProgressCounts, [messageId: number, staleAfter: number]>(
  'message-progress-counts',
  `${audience}
   SELECT count(*) FILTER (WHERE r.instance_id IS NULL)::int AS stored,
     count(*) FILTER (WHERE r.instance_id IS NOT NULL AND r.read_at IS NULL)::int AS delivered,
     count(r.read_at)::int AS read ${progress}`,
);

/**
 * How far a message has come with each instance it is for, the sender left out, by the ids of the instances: those that
 * are live now, those that received it, and the one that it was addressed to by its id.
 * @param staleAfter milliseconds without a sign of life after which an instance is not live
 */
export function listProgress(
  queryable: Queryable,
  messageId: number,
  staleAfter: number,
  range: { after: string | undefined; before: string | undefined; limit: number; inverted: boolean },
): Promise<Progress[]> {
  const read = range.inverted ? fromLast : fromFirst;
  return read(queryable, messageId, staleAfter, range.after ?? null, range.before ?? null, range.limit);
}

/** The same, counted. */
export async function countProgress(
  queryable: Queryable,
  messageId: number,
  staleAfter: number,
): Promise<ProgressCounts> {
  const [counts] = await countStates(queryable, messageId, staleAfter);
  return counts ?? { stored: 0, delivered: 0, read: 0 };
}

/**
 * Refuses everybody but the sender of a message and the operator: who has read what is nobody else's business.
 * @throws ClambakeError FORBIDDEN
 */
export function requireSender({ viewer }: Context, message: { id: number; senderId: string | null }): void {
  if (viewer.kind === 'operator' || viewer.id === message.senderId) return;
  throw forbidden(
    `Message #${message.id} is from ${message.senderId ?? human}: only its sender sees who received it, and ${viewer.id} is not.`,
  );
}
