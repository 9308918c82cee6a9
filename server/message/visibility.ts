import type { Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';

/** The messages that whoever asks may see: the operator all, an instance those it was sent and those it sent. */
export function whereVisible({ viewer }: Context): Prisma.MessageWhereInput {
  if (viewer.kind === 'operator') return {};
  return { OR: [{ channelId: { in: viewer.channelIds } }, { senderId: viewer.id }] };
}
