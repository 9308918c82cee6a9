import { watchLeaving } from '../blocker/leaving.ts';
import { authorId, type Context } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import { statement } from '../database/statement.ts';
import { patiently } from '../delivery/patience.ts';

/** Milliseconds after which it is looked for without a wake-up: replies to other addresses give none. */
const backstop = 1000;

const findObjection = statement<
  { id: number },
  [messageId: number, senderId: string | null, channelIds: number[] | null]
>(
  'message-objection',
  `SELECT id FROM clambake.message
   WHERE reply_to_id = $1 AND type IN ('BLOCKER', 'REQUEST') AND sender_id IS DISTINCT FROM $2
     AND ($3::int[] IS NULL OR channel_id = ANY($3::int[]))
   ORDER BY id LIMIT 1`,
);

/**
 * Waits for somebody to object to a warning: with a blocker or a request that replies to it (protocol: conflict prevention, rule 1).
 * @param until milliseconds since the epoch at which silence counts as consent
 * @returns the number of the objection; null where there is none
 * @throws ClambakeError DATABASE_UNAVAILABLE where the server stops meanwhile, UNAUTHENTICATED where the token is revoked
 */
export async function awaitObjection(
  context: Context,
  { id, channelId }: Message,
  until: number,
): Promise<number | null> {
  const { database, tails, viewer } = context;
  const channelIds = viewer.kind === 'instance' ? viewer.channelIds : null;
  const leaving = watchLeaving(context);
  // The operator sees all and follows nothing of its own: it hears at once of what comes to the same address.
  const hold = await tails.open(channelIds ?? [channelId]);
  const find = () => findObjection(database.pool, id, authorId(context), channelIds);
  try {
    for (;;) {
      const [objection] = await patiently(find, leaving.signal);
      if (objection) return objection.id;
      leaving.assertStays();
      const left = until - Date.now();
      if (left <= 0) return null;
      await hold.changed(leaving.signal, Math.min(left, backstop));
    }
  } finally {
    hold.close();
    leaving.end();
  }
}
