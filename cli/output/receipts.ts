import { relative } from '../../server/relative-time.ts';
import { visibleLine } from '../../server/visible.ts';
import type { ReceiptsResult } from '../generated/results.ts';
import { ending, type Page } from './lines.ts';

type Message = ReceiptsResult['message'];
type Receipt = Message['receipts']['nodes'][number];

/** `#12 to @all: 1 read, 2 delivered, 1 stored`, the subject, and a line for each instance. */
export function receipts({ id, to, subject, receiptCounts, receipts: list }: Message, page: Page): string[] {
  const { read, delivered, stored } = receiptCounts;
  const nobody = read + delivered + stored === 0;
  const sum = nobody
    ? 'nobody is on it now; it waits for whoever comes'
    : `${read} read, ${delivered} delivered, ${stored} stored`;
  const lines = [
    ...(page.first ? [`#${id} to ${visibleLine(to)}: ${sum}`, `  subject${ending(subject)}`] : []),
    ...list.nodes.map((receipt) => receiptLine(receipt, page)),
  ];
  const { hasNextPage, endCursor } = list.pageInfo;
  if (hasNextPage && endCursor) {
    const rest = page.first ? `${list.totalCount - list.nodes.length} more` : 'More';
    lines.push(page.paint('quiet', `${rest}: ${page.more(endCursor)}`));
  }
  return lines;
}

/** `  brisk-otter-4f2a (doc-db-v2) read 2 min ago, delivered 3 min ago`. */
function receiptLine({ instance, state, deliveredAt, readAt }: Receipt, page: Page): string {
  const times = [
    ...(readAt ? [`read ${relative(readAt, page.now)}`] : []),
    ...(deliveredAt ? [`delivered ${relative(deliveredAt, page.now)}`] : []),
    ...(state === 'STORED' ? ['stored'] : []),
    ...(instance.endedAt ? [`left ${relative(instance.endedAt, page.now)}`] : []),
    ...(!instance.endedAt && !instance.live ? [`stale, seen ${relative(instance.lastSeenAt, page.now)}`] : []),
  ];
  return `  ${page.paint('name', visibleLine(instance.id))} (${visibleLine(instance.project.name)}) ${times.join(', ')}`;
}
