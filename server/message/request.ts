import type { Prisma } from '../database/generated/client.ts';

/**
 * The condition that a message is a request nobody has answered: with a `done` that replies to it, whoever sent that
 * (issue: requests).
 * @param message alias of its table in the statement
 */
export const isOpenRequest = (message: string): string =>
  `${message}.type = 'REQUEST' AND NOT EXISTS (
    SELECT 1 FROM clambake.message answer WHERE answer.reply_to_id = ${message}.id AND answer.type = 'DONE')`;

/** {@link isOpenRequest} as a condition of a Prisma query, for requests that have not expired. */
export function whereOpenRequest(): Prisma.MessageWhereInput {
  return { type: 'REQUEST', expiresAt: { gt: new Date() }, replies: { none: { type: 'DONE' } } };
}
