import { toAsk, toWait } from '../../server/blocker/remedy.ts';
import { lasting, relative } from '../../server/relative-time.ts';
import { visibleLine } from '../../server/visible.ts';
import { count, ending } from '../output/lines.ts';
import { heldAround } from './file-resource.ts';
import type { Held } from './held.ts';

/** Blockers, and resources of each, that are named; of the others only how many there are. */
const named = 5;

/**
 * What stands in the way, in lines: who holds what, since when, until when and why; how to wait, to ask, and to go on all the same.
 * @param held not empty
 * @param namesOf what whoever asked calls a resource
 * @param anyway the command line that makes no check
 */
export function refusal(
  heading: string,
  held: readonly Held[],
  namesOf: (resource: string) => readonly string[],
  anyway: string,
): string[] {
  const now = Date.now();
  const blockers = new Map<string, { blocker: Held['blocker']; names: Set<string> }>();
  for (const { resource, blocker } of held) {
    const entry = blockers.get(blocker.id) ?? { blocker, names: new Set() };
    blockers.set(blocker.id, entry);
    for (const name of namesOf(resource)) entry.names.add(name);
  }
  const shown = [...blockers.values()].slice(0, named);
  const lines = [`clambake: ${heading}`];
  for (const { blocker, names } of shown) {
    lines.push(
      `  ${blockerLine(blocker, now)}`,
      ...[...names].slice(0, named).map((name) => `    ${visibleLine(name)}`),
    );
    if (names.size > named) lines.push(`    and ${names.size - named} more`);
  }
  if (blockers.size > named) lines.push(`  and ${count(blockers.size - named, 'more blocker')}: clambake blockers`);
  const [first] = held;
  return [
    ...lines,
    ...(first ? [`  Wait: ${toWait(heldAround(first.resource))}`] : []),
    ...shown.map(({ blocker }) => `  Ask: ${toAsk(blocker.holder ? blocker.heldBy : null, blocker.id)}`),
    `  Go on all the same: ${anyway}`,
  ];
}

/** `#17 held by brisk-otter-4f2a (doc-db-v2) for 3 min, ends in 56 min: Splitting the pool`. */
function blockerLine({ id, heldBy, holder, openedAt, expiresAt, message }: Held['blocker'], now: number): string {
  const project = holder ? ` (${visibleLine(holder.project.name)})` : '';
  const until = expiresAt ? `, ends ${relative(expiresAt, now)}` : '';
  return `#${visibleLine(id)} held by ${visibleLine(heldBy)}${project} for ${lasting(openedAt, now)}${until}${ending(message.subject)}`;
}
