import { visibleLine } from '../../server/visible.ts';
import type { GuardResult } from '../generated/results.ts';
import { type Page, quote } from './lines.ts';
import { blockerLine, some } from './messages.ts';

type Held = GuardResult['guard']['held'];

/** That resources are free; or for each blocker what it holds of them, its line and text, and how to ask for its end. */
export function guard({ clear, resources, held }: GuardResult['guard'], page: Page): string[] {
  if (clear) return [`Clear: nobody else holds ${some(resources)}.`];
  return [
    ...byBlocker(held).flatMap((holds) => heldLines(holds, page)),
    'To wait until all of it is free, add --wait 5m.',
  ];
}

function byBlocker(held: Held): Held[] {
  const blockers = new Map<string, Held>();
  for (const hold of held) blockers.set(hold.blocker.id, [...(blockers.get(hold.blocker.id) ?? []), hold]);
  return [...blockers.values()];
}

function heldLines(holds: Held, page: Page): string[] {
  const [first] = holds;
  if (!first) return [];
  const { blocker } = first;
  const resources = [...new Set(holds.map(({ resource }) => resource))];
  // The human has no address of its own, and sees all.
  const to = blocker.heldBy === 'human' ? '@all' : visibleLine(blocker.heldBy);
  return [
    `Held: ${some(resources)}`,
    `  ${blockerLine(blocker, page)}`,
    ...quote(blocker.message.body),
    `  To ask for it: clambake send --to ${to} --type request --reply-to ${blocker.id} --subject "…"`,
  ];
}
