import type { Context, InstanceViewer } from '../context.ts';
import { statement } from '../database/statement.ts';
import { isOpenRequest } from '../message/request.ts';
import { channelsOf, type Handed, notInstructions, sender, told } from './mail.ts';
import { Brief, messageLines, type ToldMessage } from './text.ts';

const most = 5;
const budget = 300;
const textTokens = 60;

/** Whether a message waits for an answer of instance $1: a request that nobody has answered, a blocker sent to it alone that it has not replied to. */
export const waitsForAnswer = `(${isOpenRequest('m')} AND c.kind <> 'ALL')
  OR (m.type = 'BLOCKER' AND c.kind = 'INSTANCE'
    AND EXISTS (SELECT 1 FROM clambake.blocker b WHERE b.message_id = m.id AND b.ended_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM clambake.message reply WHERE reply.reply_to_id = m.id AND reply.sender_id = $1))`;

const findWaiting = statement<ToldMessage, [instanceId: string, ...channelIds: [number, number, number]]>(
  'hook-waiting',
  `SELECT ${told}
   FROM clambake.message m JOIN clambake.channel c ON c.id = m.channel_id
   LEFT JOIN clambake.receipt r ON r.message_id = m.id AND r.instance_id = $1 ${sender}
   WHERE m.channel_id IN ($2, $3, $4) AND m.expires_at > now() AND m.sender_id IS DISTINCT FROM $1
     AND m.type IN ('REQUEST', 'BLOCKER') AND r.reminded_at IS NULL AND (${waitsForAnswer})
   ORDER BY m.type, m.id LIMIT ${most}`,
);

const remind = statement<{ id: number }, [instanceId: string, messageIds: number[]]>(
  'hook-remind',
  `INSERT INTO clambake.receipt AS r (message_id, instance_id, reminded_at)
   SELECT m.id, $1, now() FROM clambake.message m WHERE m.id = ANY($2::int[]) ORDER BY m.id
   ON CONFLICT (message_id, instance_id) DO UPDATE SET reminded_at = now() WHERE r.reminded_at IS NULL
   RETURNING message_id AS id`,
);

const forget = statement<object, [instanceId: string, messageIds: number[]]>(
  'hook-remind-again',
  'UPDATE clambake.receipt SET reminded_at = NULL WHERE instance_id = $1 AND message_id = ANY($2::int[])',
);

/**
 * What is said once before a session stops: what others wait for from it. Each message a single time, ever, and nothing while it goes on
 * because of this already.
 * @returns undefined where nobody waits
 */
export async function reminder(context: Context, viewer: InstanceViewer): Promise<Handed | undefined> {
  const { pool } = context.database;
  const waiting = await findWaiting(pool, viewer.id, ...channelsOf(viewer));
  if (waiting.length === 0) return undefined;
  const reminded = new Set(
    (
      await remind(
        pool,
        viewer.id,
        waiting.map(({ id }) => id),
      )
    ).map(({ id }) => id),
  );
  const mine = waiting.filter(({ id }) => reminded.has(id));
  if (mine.length === 0) return undefined;
  const brief = new Brief(budget);
  brief.addList(
    `Clambake: others wait for an answer of ${viewer.id}; this is mentioned once. ${notInstructions}`,
    mine.map((message) => messageLines(message, textTokens)),
    (more) => `${more} more: \`clambake inbox --type request\`.`,
  );
  const [first] = mine;
  if (first)
    brief.add(
      `A \`clambake send --to ${first.senderId ?? '@all'} --type done --reply-to ${first.id} --subject "…"\` answers #${first.id}.`,
    );
  const takeBack = async (): Promise<void> => {
    await forget(pool, viewer.id, [...reminded]);
  };
  return { text: brief.toString(), takeBack };
}
