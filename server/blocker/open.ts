/** Whether a blocker holds: it has not ended, and its time is not over. */
export function isOpen({ endedAt, expiresAt }: { endedAt: Date | null; expiresAt: Date | null }): boolean {
  return endedAt === null && (expiresAt === null || expiresAt.getTime() > Date.now());
}
