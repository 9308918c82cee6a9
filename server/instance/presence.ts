import type { Prisma } from '../database/generated/client.ts';

/** What says how long an instance may be silent. */
interface Staleness {
  /** Milliseconds. */
  staleAfter: number;
}

/** The moment before which a sign of life is too old. */
const staleBefore = ({ staleAfter }: Staleness): Date => new Date(Date.now() - staleAfter);

/** Whether an instance takes part: it has not left, and its latest sign of life is not too old (design: 30 minutes). */
export function isLive(services: Staleness, instance: { endedAt: Date | null; lastSeenAt: Date }): boolean {
  return instance.endedAt === null && instance.lastSeenAt > staleBefore(services);
}

/** {@link isLive} as a condition of a Prisma query. */
export function whereLive(services: Staleness): Prisma.InstanceWhereInput {
  return { endedAt: null, lastSeenAt: { gt: staleBefore(services) } };
}

/**
 * {@link isLive} as a condition of a statement.
 * @param alias of `clambake.instance` in it
 * @param staleAfter what stands for the milliseconds, such as `$2`
 */
export const isLiveIn = (alias: string, staleAfter: string): string =>
  `${alias}.ended_at IS NULL AND ${alias}.last_seen_at > now() - ${staleAfter}::float8 * interval '1 millisecond'`;

/** Milliseconds between two written signs of life: 30 s, and less where instances go stale sooner than usual. */
export const signEvery = (staleAfter: number): number => Math.min(30_000, staleAfter / 10);
