import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import { kept } from '../delivery/brief.ts';
import { signed } from '../delivery/message-parts.ts';
import { patiently } from '../delivery/patience.ts';
import type { Entry } from '../delivery/tail.ts';
import { isOfRow, isWithin, selection } from '../selection.ts';

/**
 * Loads a message that is being delivered, unless its row says all that was asked: once for all followers that select the same at
 * the time. What depends on who asks, such as its own receipt, is part of the selection, so that it is never shared.
 * @returns null where it has been cleaned up meanwhile
 */
export async function load(context: Context, info: GraphQLResolveInfo, entry: Entry): Promise<Message | null> {
  const { prisma } = context.database;
  const query = selection(context, info);
  if (entry.row && isOfRow(query)) return entry.row;
  if (entry.row && performance.now() - entry.readAt < kept && isWithin({ ...query }, signed.selection))
    return entry.row;
  return entry.shared.share(JSON.stringify(query), () =>
    patiently(() => prisma.message.findUnique({ ...query, where: { id: entry.id } })),
  );
}
