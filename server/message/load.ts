import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { Message } from '../database/generated/client.ts';
import type { Entry } from '../delivery/tail.ts';
import { selection } from '../selection.ts';

/**
 * Loads a message that is being delivered: once for all followers that select the same. What depends on who asks, such as
 * its own receipt, is part of the selection, so that it is never shared.
 * @returns null where it has been cleaned up meanwhile
 */
export function load(context: Context, info: GraphQLResolveInfo, entry: Entry): Promise<Message | null> {
  const query = selection(context, info);
  const key = JSON.stringify(query);
  const loading =
    (entry.loaded.get(key) as Promise<Message | null> | undefined) ??
    context.database.prisma.message.findUnique({ ...query, where: { id: entry.id } }).catch((error: unknown) => {
      entry.loaded.delete(key);
      throw error;
    });
  entry.loaded.set(key, loading);
  return loading;
}
