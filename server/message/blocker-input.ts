import { parseResources, type Resource } from '../blocker/resource.ts';
import { checkWait } from '../blocker/wait.ts';
import type { MessageType } from '../database/generated/enums.ts';
import { badInput } from '../errors.ts';

/** Milliseconds that a blocker with resources lasts where its sender says nothing. */
const usualHold = 3600_000;

/** Longest time that a blocker may hold resources, in milliseconds. */
const longestHold = 7 * 24 * 3600_000;

/** What a message may say that only a blocker, or a warning, means. */
export interface GivenBlocker {
  type: MessageType;
  /** Milliseconds that it stays in inboxes; a day where it is null. */
  expiresIn: number | null;
  /** What a blocker holds. */
  resources?: readonly string[] | null | undefined;
  /** Milliseconds that a blocker lasts at most. */
  lasts?: number | null | undefined;
  /** Milliseconds to wait: in line for the resources of a blocker, or for what somebody has against a warning. */
  wait?: number | null | undefined;
}

/** The same, checked. */
export interface BlockerInput {
  resources: Resource[];
  /** An hour where a blocker holds resources; null for until its `done`. */
  lasts: number | null;
  wait: number | null;
}

/**
 * Checks what only blockers and warnings have.
 * @throws ClambakeError BAD_INPUT
 */
export function checkBlocker(given: GivenBlocker): BlockerInput {
  const { type, expiresIn } = given;
  const resources = parseResources(given.resources ?? []);
  const lasts = given.lasts ?? null;
  const wait = checkWait(given.wait);
  const misplaced = (argument: string, what: string) =>
    badInput(argument, `${argument} goes with ${what}, and this message is of type ${type}.`);
  if (type !== 'BLOCKER') {
    if (resources.length > 0) throw misplaced('resources', 'a blocker');
    if (lasts !== null) throw misplaced('for', 'a blocker');
  }
  if (type === 'BLOCKER' && expiresIn !== null) {
    throw badInput(
      'expiresIn',
      'A blocker stays in the inboxes until it ends: say with for how long it lasts at most.',
    );
  }
  if (lasts !== null && lasts > longestHold) throw badInput('for', 'for is longer than 7d, which is the longest.');
  if (wait !== null && type !== 'WARNING' && (type !== 'BLOCKER' || resources.length === 0)) {
    throw misplaced('wait', 'a warning, or a blocker with resources');
  }
  return { resources, lasts: lasts ?? (resources.length > 0 ? usualHold : null), wait };
}
