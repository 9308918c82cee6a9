import type { Message } from '../database/generated/client.ts';
import type { MessageColumns, Reading } from '../delivery/message-parts.ts';

/** A message that a page of an inbox found, and what was read of it. */
export interface InboxRow extends MessageColumns {
  id: number;
  /** 1 for a request that nobody has answered, else 0. */
  open: number;
  /** When it was handed to whose inbox this is; null before. */
  deliveredAt: Date | null;
  readAt: Date | null;
  /** The `done` that answers a request. */
  answerId: number | null;
}

/** Reads what a page found: id, open, "deliveredAt", "readAt", "answerId". */
export const inboxText = ({ columns, joins }: Reading, page: string, order: 'ASC' | 'DESC'): string =>
  `SELECT found.*, ${columns} FROM (${page}) AS found JOIN clambake.message ON message.id = found.id ${joins}
   ORDER BY found.open ${order}, found.id ${order}`;

/** What Prisma would be asked for the same. */
export const inboxSelection = ({ selection }: Reading, instanceId: string) => ({
  include: {
    ...selection.include,
    replies: { where: { type: 'DONE' }, take: 1, select: { id: true } },
    receipts: { where: { instanceId }, take: 1 },
  },
});

/** The message as Prisma would have given it; only of a request is it said who answered. */
export function inboxMessage({ read }: Reading, row: InboxRow): Message {
  const { deliveredAt, readAt, answerId } = row;
  return Object.assign(read(row), {
    replies: answerId === null ? [] : [{ id: answerId }],
    receipts: deliveredAt === null ? [] : [{ deliveredAt, readAt }],
  });
}
