import { type Context, signature } from '../context.ts';
import type { Queryable } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { appendLog } from '../log/append.ts';
import { maskedExcerpt, type Place, placeOf } from './place.ts';

/** What looked like a secret, and where; never its value. */
export interface FoundSecret extends Place {
  argument: string;
  /** Which entry of a list, from 1. */
  entry?: number;
  /** Which version of a memory, where several are stored at once. */
  version?: number;
  /** What it is, with its article. */
  kind: string;
}

/** Texts by the names of their arguments. */
export type Texts = Record<string, string | readonly string[] | null | undefined>;

/** Most findings that an error or an entry of the log lists. */
const most = 10;

/**
 * Refuses secrets in what is about to be stored and shown to others (issue: no secrets in memories, messages and logs). To be called
 * before anything else repeats the texts in an error.
 * @param allow whether whoever asks says that they may be stored all the same; undefined where nobody can say so
 * @returns what was found and is allowed, for {@link logAllowed}; otherwise nothing
 * @throws ClambakeError SECRET_REFUSED with `findings`; FORBIDDEN where it is allowed on a server that others share
 */
export function refuseSecrets({ secrets }: Pick<Context, 'secrets'>, texts: Texts, allow?: boolean): FoundSecret[] {
  const found: (FoundSecret & { excerpt: string })[] = [];
  let count = 0;
  for (const [argument, given] of Object.entries(texts)) {
    if (given === null || given === undefined) continue;
    // The entries of a list have one line each, and one look at all of them takes less time than one at each.
    const text = typeof given === 'string' ? given : given.join('\n');
    const all = secrets.find(text);
    count += all.length;
    for (const finding of all.slice(0, most)) {
      const { line, column } = placeOf(text, finding.start);
      const place = typeof given === 'string' ? { line, column } : { entry: line, line: 1, column };
      found.push({ argument, kind: finding.kind, ...place, excerpt: maskedExcerpt(text, all, finding) });
    }
  }
  const findings = found.slice(0, most).map(({ excerpt: _, ...finding }) => finding);
  if (findings.length === 0 || (allow && secrets.sharedBy === null)) return findings;
  const places = found.slice(0, most).map((each) => `${whereIs(each)}: ${each.kind}: ${each.excerpt}`);
  if (count > most) places.push(`… and ${count - most} more`);
  const leaveOut =
    'Leave it out and say where it is kept: the name of a variable, or of an entry in a password manager.';
  if (allow) {
    throw new ClambakeError(
      'FORBIDDEN',
      [`Secrets cannot be allowed on this server: ${secrets.sharedBy}.`, ...places, leaveOut].join('\n'),
      { findings },
    );
  }
  const override = ' If it may be known to all: --allow-secret (allowSecret: true), which the log will say.';
  const remedy = allow === undefined || secrets.sharedBy !== null ? leaveOut : leaveOut + override;
  throw new ClambakeError(
    'SECRET_REFUSED',
    ['Nothing was stored, as it holds what looks like a secret:', ...places, remedy].join('\n'),
    { findings },
  );
}

/**
 * Says in the log who had what looks like a secret stored. In the transaction that stores it.
 * @param stored what holds it, as in `memory #42`
 * @param allowed what {@link refuseSecrets} gave; where it is empty nothing is logged
 */
export async function logAllowed(
  queryable: Queryable,
  context: Context,
  stored: string,
  allowed: readonly FoundSecret[],
): Promise<void> {
  if (allowed.length === 0) return;
  const { viewer } = context;
  const all = [...new Set(allowed.map((each) => `${each.kind} (${whereIs(each)})`))];
  const more = all.length > most ? `; and ${all.length - most} more` : '';
  await appendLog(queryable, {
    instanceId: viewer.kind === 'instance' ? viewer.id : null,
    projectId: viewer.kind === 'instance' ? viewer.projectId : null,
    action: 'SECRET_ALLOWED',
    summary: `${signature(context)} allowed in ${stored}: ${all.slice(0, most).join('; ')}${more}.`,
  });
}

function whereIs({ argument, version, entry, line, column }: FoundSecret): string {
  return `${version === undefined ? '' : `version ${version}, `}${argument}, ${entry === undefined ? `line ${line}` : `entry ${entry}`}, column ${column}`;
}
