import { lapseBlockers } from '../blocker/service.ts';
import { formatDuration } from '../config.ts';
import { type Context, requireOperator } from '../context.ts';
import { statement, transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';

/** How much was, or would be, cleaned up. */
export interface Cleaned {
  dryRun: boolean;
  messages: number;
  logEntries: number;
  instances: number;
}

/** Milliseconds a step may take: however much there is, the limits on ordinary statements are not for these. */
const longest = 600_000;

// A `done` stays as long as the request that it answers: without it that would be open again. So does what a memory came from, and
// what cites memories: how something came to be known is not forgotten.
const isOld = `expires_at < now() - $1::float8 * interval '1 millisecond' AND NOT (type = 'DONE' AND EXISTS (
  SELECT 1 FROM clambake.message request
  WHERE request.id = message.reply_to_id AND request.type = 'REQUEST'
    AND request.expires_at >= now() - $1::float8 * interval '1 millisecond'))
  AND NOT EXISTS (SELECT 1 FROM clambake.citation WHERE citation.message_id = message.id)
  AND NOT EXISTS (SELECT 1 FROM clambake.memory WHERE memory.source_id = message.id)`;

// Channels first, as sending does: a reply holds its channel and waits for the message it answers.
const lockChannels = statement<object, [olderThan: number]>(
  'cleanup-channels',
  `SELECT id FROM clambake.channel WHERE id IN (
     SELECT channel_id FROM clambake.message WHERE ${isOld}
   ) ORDER BY id FOR UPDATE`,
  longest,
);

// Followers of a channel learn from pruned_seq that they have missed something.
const deleteMessages = statement<{ count: number }, [olderThan: number]>(
  'cleanup-messages',
  `WITH gone AS (
     DELETE FROM clambake.message WHERE ${isOld} RETURNING channel_id, seq
   ), pruned AS (
     UPDATE clambake.channel SET pruned_seq = greatest(pruned_seq, latest.seq)
     FROM (SELECT channel_id, max(seq) AS seq FROM gone GROUP BY channel_id) AS latest WHERE id = latest.channel_id
   )
   SELECT count(*)::int AS count FROM gone`,
  longest,
);

const deleteLogEntries = statement<{ count: number }, [olderThan: number]>(
  'cleanup-log',
  `WITH gone AS (
     DELETE FROM clambake.log_entry WHERE created_at < now() - $1::float8 * interval '1 millisecond' RETURNING id
   ) SELECT count(*)::int AS count FROM gone`,
  longest,
);

const endInstances = statement<{ count: number }, [olderThan: number]>(
  'cleanup-instances',
  `WITH gone AS (
     UPDATE clambake.instance SET ended_at = now(), token_hash = NULL, status = 'SHUTTING_DOWN'
     WHERE ended_at IS NULL AND last_seen_at < now() - $1::float8 * interval '1 millisecond' RETURNING id
   ) SELECT count(*)::int AS count FROM gone`,
  longest,
);

/** Less than this, and messages would go that somebody may still want to look up. */
const shortest = 3600_000;

/**
 * Deletes messages that expired, and log entries that were written, longer ago than `olderThan`, and ends registrations that
 * gave no sign of life since. Memories, the messages that they came from or that cite them, projects and the names of instances stay.
 * @param olderThan milliseconds, at least an hour
 * @param dryRun does it all and takes it back, so that what it says is what would happen
 * @throws ClambakeError FORBIDDEN for instances, BAD_INPUT
 */
export async function cleanup(
  context: Context,
  { olderThan, dryRun }: { olderThan: number; dryRun: boolean },
): Promise<Cleaned> {
  requireOperator(context, 'clean up');
  if (olderThan < shortest)
    throw badInput('olderThan', `olderThan is ${formatDuration(olderThan)}: it is at least 1h.`);
  const takenBack = new Error('dry run');
  let cleaned: Cleaned | undefined;
  await transaction(context.database.pool, async (client) => {
    await client.query(`SET LOCAL statement_timeout = ${longest}`);
    await lockChannels(client, olderThan);
    const [messages] = await deleteMessages(client, olderThan);
    const [logEntries] = await deleteLogEntries(client, olderThan);
    const [instances] = await endInstances(client, Math.max(olderThan, context.staleAfter));
    cleaned = {
      dryRun,
      messages: messages?.count ?? 0,
      logEntries: logEntries?.count ?? 0,
      instances: instances?.count ?? 0,
    };
    if (dryRun) throw takenBack;
  }).catch((error: unknown) => {
    if (error !== takenBack) throw error;
  });
  if (!dryRun) {
    context.tokens.forget();
    await lapseBlockers(context);
  }
  if (!cleaned) throw new Error('The clean-up counted nothing.');
  return cleaned;
}
