import { longestName, unseen } from '../../server/blocker/fold.ts';
import { wholeProject } from '../../server/place/whole-project.ts';
import { relative } from '../../server/relative-time.ts';
import { visibleLine } from '../../server/visible.ts';
import { ending, word } from '../output/lines.ts';
import type { Asker } from './asker.ts';
import { heldAround } from './file-resource.ts';
import { type Held, heldAmong, heldFields, sliced } from './held.ts';
import { refusal } from './refusal.ts';

/** Other instances that are named; of the rest only how many there are. */
const named = 5;

interface Others {
  totalCount: number;
  nodes: { id: string; status: string; task: string | null; lastSeenAt: string }[];
}

const pushDocument = `query HookPush($resources:[String!]!,$project:String!){guard(resources:$resources){${heldFields}}instances(project:$project,first:${named + 1}){totalCount nodes{id status task lastSeenAt}}}`;

/** What is found out before a push, in lines. */
export interface PushCheck {
  /** Who else works on the project; none where nobody does. */
  others: string[];
  /** Why it is stopped; none where it may go on. */
  refused: string[];
}

/**
 * Whether a push may be made (protocol: "Before git push: check `clambake status` for other instances on same project"): whether nobody
 * else on the project, nor the human, holds a branch or tag that it changes, and nobody all of the project.
 * @param refs what git gives the hook: a line for each ref that is pushed or deleted
 * @throws CliError
 */
export async function checkPush(refs: string, asker: Asker): Promise<PushCheck> {
  const { project } = asker;
  const pushed = pushedRefs(refs);
  if (pushed.length === 0) return { others: [], refused: [] };
  const whole = wholeProject(project);
  const names = pushed.map(resourceOf).filter((resource) => resource !== undefined);
  const [first = [], ...more] = sliced([whole, ...new Set(names)]);
  const data = await asker.query(pushDocument, { resources: first, project });
  const found = [...(data.guard as { held: Held[] }).held, ...(more.length > 0 ? await heldAmong(more, asker) : [])];
  // Branches have the same names in every project: those of others are none of this one's.
  const held = found.filter(
    ({ resource, blocker: { holder } }) =>
      resource === whole || holder === null || folded(holder.project.name) === folded(project),
  );
  const heading = 'nothing is pushed: others hold what it changes.';
  return {
    others: othersLines(data.instances as Others, asker),
    refused:
      held.length === 0 ? [] : refusal(heading, held, (resource) => [heldAround(resource)], 'git push --no-verify'),
  };
}

/** The full names of the refs that change over there, from lines of `<local ref> <local id> <remote ref> <remote id>` (githooks(5)). */
const pushedRefs = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.split(' ').at(-2) ?? '')
    .filter((ref) => ref.startsWith('refs/'));

/** @returns undefined for a ref that has no name of its own as a resource, or one that cannot name any */
function resourceOf(ref: string): string | undefined {
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  if (kind === undefined) return undefined;
  const resource = `${kind === 'heads' ? 'branch' : 'tag'}:${name}`;
  // What the server takes for no resource nobody holds.
  return Buffer.byteLength(resource) > longestName || unseen.test(resource) ? undefined : resource;
}

function othersLines({ totalCount, nodes }: Others, { instance, project }: Asker): string[] {
  const all = nodes.filter(({ id }) => id !== instance);
  const others = all.slice(0, named);
  if (others.length === 0) return [];
  const now = Date.now();
  const rest = totalCount - (nodes.length - all.length) - others.length;
  return [
    `clambake: others work on ${visibleLine(project)} now.`,
    ...others.map(
      ({ id, status, task, lastSeenAt }) =>
        `  ${visibleLine(id)} ${word(status)}, seen ${relative(lastSeenAt, now)}${ending(task)}`,
    ),
    ...(rest > 0 ? [`  and ${rest} more: clambake status`] : []),
  ];
}

/** Names of projects are compared so by the server. */
const folded = (project: string): string => project.trim().normalize('NFC').toLowerCase();
