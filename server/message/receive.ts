import { everybody } from '../address.ts';
import type { Context } from '../context.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { follow } from '../delivery/follow.ts';
import type { Step } from '../delivery/step.ts';
import { badInput } from '../errors.ts';
import { markDeliveredUpTo } from './receipt.ts';
import { requireAddress } from './recipient.ts';

/** The operator has no inbox, and so no receipts. */
const untracked = { delivered: async () => {}, resumed: async () => {} };

/**
 * Follows the messages to an instance, or, for the operator, to any address.
 * @param to the address, for the operator; `@all` where it says none
 * @param after the cursor to go on from; now where there is none
 * @param types only messages of these; the others are not delivered by it
 * @throws ClambakeError BAD_INPUT, UNKNOWN_RECIPIENT, CURSOR_UNKNOWN, CURSOR_EXPIRED, UNAUTHENTICATED once the token is revoked
 */
export async function receive(
  context: Context,
  { to, after, types: given }: { to: string | undefined; after: string | undefined; types: MessageType[] | undefined },
): Promise<AsyncGenerator<Step, void>> {
  const { database, tails, receipts, liveTokens, viewer, signal } = context;
  const { pool } = database;
  const types = given ? new Set(given) : null;
  if (viewer.kind === 'operator') {
    const { channelId } = await requireAddress(pool, to ?? everybody);
    return follow(tails, { channelIds: [channelId], after, types, except: null, ...untracked }, signal);
  }
  if (to !== undefined) throw badInput('to', 'An instance follows its own inbox: leave `to` out.');
  const revoked = liveTokens.use(viewer, signal);
  const steps = follow(
    tails,
    {
      channelIds: viewer.channelIds,
      after,
      types,
      except: viewer.id,
      delivered: (ids) => receipts.record(viewer.id, ids),
      // The last page before a connection broke was taken, and not yet recorded.
      // Of some types only it would be taken with what was passed over: then it comes once more, by the inbox or a hook.
      resumed: types ? untracked.resumed : (positions) => markDeliveredUpTo(pool, viewer.id, positions),
    },
    AbortSignal.any([signal, revoked]),
  );
  return untilRevoked(steps, revoked);
}

/** Ends with the error that a token was revoked with. */
export async function* untilRevoked<Event>(
  events: AsyncGenerator<Event, void>,
  revoked: AbortSignal,
): AsyncGenerator<Event, void> {
  for await (const event of events) {
    if (revoked.aborted) break;
    yield event;
  }
  if (revoked.aborted) throw revoked.reason;
}
