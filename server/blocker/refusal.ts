import { human } from '../address.ts';
import { formatDuration } from '../config.ts';
import { ClambakeError } from '../errors.ts';
import { excerpt } from '../input.ts';
import type { Held } from './holds.ts';
import type { Ahead } from './queue.ts';
import { toAsk } from './remedy.ts';

/** Holds that a refusal names in its text; its extensions have all of them. */
const named = 5;

/** What stands in the way of somebody who wants resources. */
export interface InTheWay {
  held: Held[];
  /** Those who came earlier and wait for the same. */
  ahead: Ahead[];
}

/**
 * The refusal of resources that others hold, or wait for: `BLOCKED`, with who, why, since when, until when, and what to do.
 * `extensions.blockers` lists the holds, `extensions.ahead` counts who waits.
 * @param asker the instance that asks; null for the human
 * @param waited whether it has waited already
 */
export function blocked({ held, ahead }: InTheWay, asker: string | null, waited: boolean): ClambakeError {
  const lines = held.slice(0, named).map((hold) => describe(hold, asker));
  if (held.length > named) lines.push(`And ${held.length - named} more.`);
  const [first] = ahead;
  if (held.length === 0 && first) {
    const who = first.instanceId ?? human;
    const others = ahead.length > 1 ? ` and ${ahead.length - 1} more` : '';
    lines.push(`${first.asked.name} is free, but ${who}${others} came first and waits for it.`);
  }
  return new ClambakeError('BLOCKED', [...lines, remedy(held, asker, waited)].join('\n'), {
    blockers: held.map(({ name, blockerId, holderId, subject, openedAt, expiresAt }) => ({
      ...{ id: String(blockerId), resource: name, heldBy: holderId ?? human, subject },
      ...{ openedAt: openedAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null },
    })),
    ahead: ahead.length,
  });
}

function describe(
  { asked, name, blockerId, holderId, subject, openedAt, expiresAt }: Held,
  asker: string | null,
): string {
  const through = name === asked.name ? '' : `, with ${name},`;
  const who = holderId === asker ? 'you' : (holderId ?? human);
  const until = expiresAt ? `, and for at most ${lasting(expiresAt.getTime() - Date.now())} more` : '';
  const since = lasting(Date.now() - openedAt.getTime());
  return `${asked.name} is held${through} by ${who} for ${since}${until} (blocker #${blockerId}: "${excerpt(subject)}").`;
}

function remedy(held: Held[], asker: string | null, waited: boolean): string {
  const own = held.find(({ holderId }) => holderId === asker);
  if (own) return `End it first: \`clambake release ${own.blockerId}\`.`;
  const [first] = held;
  const wait = waited ? 'Wait longer (--wait 30m)' : 'Wait for it (--wait 5m)';
  if (!first) return `${wait}.`;
  return `${wait}, or ask: \`${toAsk(first.holderId, first.blockerId)}\`.`;
}

/** A span of time, roughly: `40s`, `12m`, `3h`. */
function lasting(milliseconds: number): string {
  const unit = [3600_000, 60_000].find((size) => milliseconds >= 2 * size) ?? 1000;
  return formatDuration(Math.max(1, Math.round(milliseconds / unit)) * unit);
}
