import type { Context } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';

/** The messages that whoever asks may see: the operator all, an instance those it was sent and those it sent. */
export function whereVisible({ viewer }: Context): Prisma.MessageWhereInput {
  if (viewer.kind === 'operator') return {};
  return { OR: [{ channelId: { in: viewer.channelIds } }, { senderId: viewer.id }] };
}

/** {@link whereVisible} for a message at hand. */
export function isVisible({ viewer }: Context, message: { channelId: number; senderId: string | null }): boolean {
  return viewer.kind === 'operator' || viewer.channelIds.includes(message.channelId) || viewer.id === message.senderId;
}
