import { type Context, signature } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { decideAlone } from './holds.ts';
import { leaveLine } from './queue.ts';
import type { InTheWay } from './refusal.ts';
import type { Resource } from './resource.ts';
import { lapse, publishEnd } from './service.ts';
import { standing } from './standing.ts';
import { takeInTurn } from './wait.ts';

/** A blocker that is to hold resources. */
export interface NewHold {
  resources: Resource[];
  /** Milliseconds to wait in line; null for not at all. */
  wait: number | null;
  clientKey: string | null;
  /** Stores its message, with the blocker and its holds. */
  open(client: Queryable): Promise<Message>;
  /** Throws where the same request has been carried out meanwhile. */
  assertNew(): Promise<void>;
}

/**
 * Opens a blocker that holds resources, where nobody else holds any of them or came first; with `wait` it joins the line. Looking and
 * storing are one serialised step, so that of any number at once exactly one gets what they all want (design: blockers).
 * @throws ClambakeError BLOCKED, and what {@link NewHold.open} throws
 */
export function hold(context: Context, wanted: NewHold): Promise<Message> {
  const { resources, open, assertNew } = wanted;
  const { pool } = context.database;
  return takeInTurn<Message>(context, {
    ...wanted,
    async look(place) {
      await assertNew();
      return standing(context, pool, resources, place);
    },
    async take(place, assertStays): Promise<Message | InTheWay> {
      const { result, lapsed } = await transaction(pool, async (client) => {
        await decideAlone(client);
        assertStays();
        await assertRegistered(context, client);
        const { over, ...way } = await standing(context, client, resources, place);
        if (way.held.length + way.ahead.length > 0) return { result: way, lapsed: [] };
        // First the message, then the ends of others: a `done` locks its channel and its blocker in this order too.
        const message = await open(client);
        if (place !== null) await leaveLine(client, place, null);
        return { result: message, lapsed: await lapse(client, over) };
      });
      for (const ended of lapsed) publishEnd(context, ended, ended.holderId ?? signature(context));
      return result;
    },
  });
}

// Until the transaction ends, a deregistration waits; one that came first is seen here.
const findRegistered = statement<object, [id: string, tokenHash: Buffer]>(
  'hold-registered',
  'SELECT 1 FROM clambake.instance WHERE id = $1 AND token_hash = $2 FOR KEY SHARE',
);

async function assertRegistered({ viewer }: Context, client: Queryable): Promise<void> {
  if (viewer.kind !== 'instance' || (await findRegistered(client, viewer.id, viewer.tokenHash)).length > 0) return;
  throw new ClambakeError(
    'UNAUTHENTICATED',
    `${viewer.id} has left or registered again, and takes nothing under this token.`,
  );
}
