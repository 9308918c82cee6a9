import type { Context } from '../context.ts';
import { follow, type Step } from '../delivery/follow.ts';
import { stoppable } from '../delivery/stoppable.ts';
import { badInput } from '../errors.ts';
import { stillAuthenticated } from '../instance/authenticate.ts';
import { markDelivered } from './receipt.ts';
import { findRecipient } from './recipient.ts';

/**
 * Follows the messages to an instance, or, for the operator, to any address.
 * @param to the address, for the operator; `@all` where it says none
 * @param after the cursor to go on from; now where there is none
 * @throws ClambakeError BAD_INPUT, UNKNOWN_RECIPIENT, CURSOR_UNKNOWN, CURSOR_EXPIRED, UNAUTHENTICATED once the token is revoked
 */
export async function receive(
  context: Context,
  { to, after }: { to: string | undefined; after: string | undefined },
): Promise<AsyncIterableIterator<Step>> {
  const { database, wakeUps, viewer } = context;
  if (viewer.kind === 'instance') {
    if (to !== undefined) throw badInput('to', 'An instance follows its own inbox: leave `to` out.');
    return stoppable((signal) =>
      follow(
        database,
        wakeUps,
        {
          channelIds: viewer.channelIds,
          after,
          except: viewer.id,
          admit: () => stillAuthenticated(context, viewer),
          delivered: (ids) => markDelivered(database.pool, viewer.id, ids),
        },
        signal,
      ),
    );
  }
  const { channelId } = await findRecipient(database.pool, to ?? '@all');
  return stoppable((signal) =>
    follow(
      database,
      wakeUps,
      { channelIds: [channelId], after, except: null, admit: async () => {}, delivered: async () => {} },
      signal,
    ),
  );
}
