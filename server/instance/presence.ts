import type { Services } from '../context.ts';
import type { Prisma } from '../database/generated/client.ts';

/** The moment before which a sign of life is too old. */
const staleBefore = ({ staleAfter }: Pick<Services, 'staleAfter'>): Date => new Date(Date.now() - staleAfter);

/** Whether an instance takes part: it has not left, and its latest sign of life is not too old (design: 30 minutes). */
export function isLive(
  services: Pick<Services, 'staleAfter'>,
  instance: { endedAt: Date | null; lastSeenAt: Date },
): boolean {
  return instance.endedAt === null && instance.lastSeenAt > staleBefore(services);
}

/** {@link isLive} as a condition of a Prisma query. */
export function whereLive(services: Pick<Services, 'staleAfter'>): Prisma.InstanceWhereInput {
  return { endedAt: null, lastSeenAt: { gt: staleBefore(services) } };
}
