import { human } from '../address.ts';
import { findHeld, type Held } from '../blocker/holds.ts';
import { toAsk, toWait } from '../blocker/remedy.ts';
import { mostResources, parseResource, type Resource } from '../blocker/resource.ts';
import type { Context, InstanceViewer } from '../context.ts';
import { statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { isLiveIn } from '../instance/presence.ts';
import { repositoriesAround } from '../place/repository.ts';
import { truePath } from '../place/true-path.ts';
import { lasting, relative } from '../relative-time.ts';
import { type NamedTouch, nameFromAfar, nameTouches } from '../touch/named.ts';
import { type Touch, touchesOf } from '../touch/touch.ts';
import type { HookInput } from './input.ts';
import { notInstructions } from './mail.ts';
import { oneLine } from './text.ts';

/** What is said before a tool is used. */
export interface Objection {
  /** Why it is not. */
  denied?: string;
  /** What to know before it is. */
  note?: string;
}

/** Holds that a refusal names. */
const named = 3;
const nameTokens = 60;

const findPlace = statement<{ directory: string; others: boolean }, [instanceId: string]>(
  'hook-place',
  `SELECT directory, EXISTS (
     SELECT 1 FROM clambake.hold h JOIN clambake.blocker b ON b.message_id = h.blocker_id
     WHERE b.ended_at IS NULL AND b.holder_id IS DISTINCT FROM $1) AS others
   FROM clambake.instance WHERE id = $1`,
);

interface Holder {
  id: string;
  projectId: number;
  project: string;
  directory: string;
}

const findHolders = statement<Holder, [ids: string[]]>(
  'hook-holders',
  `SELECT i.id, i.project_id AS "projectId", p.name AS project, i.directory
   FROM clambake.instance i JOIN clambake.project p ON p.id = i.project_id WHERE i.id = ANY($1::text[])`,
);

const findOthers = statement<
  { id: string; task: string | null },
  [instanceId: string, projectId: number, staleAfter: number]
>(
  'hook-others-of-project',
  `SELECT i.id, i.task FROM clambake.instance i
   WHERE i.project_id = $2 AND i.id <> $1 AND ${isLiveIn('i', '$3')}
   ORDER BY i.last_seen_at DESC LIMIT 4`,
);

/**
 * What stands against a tool call: others hold what it would touch (issue: PreToolUse). Of a push that may be made, who else works on the
 * project (protocol: "Before git push").
 * @returns undefined where nothing does
 */
export async function objection(
  context: Context,
  viewer: InstanceViewer,
  input: HookInput,
): Promise<Objection | undefined> {
  const touches = input.clambake.touches ?? (await nameHere(context, viewer, input));
  if (touches.length === 0) return undefined;
  const byKey = new Map<string, { resource: Resource; touches: NamedTouch[] }>();
  for (const touch of touches) {
    for (const resource of readable(touch.resources)) {
      const known = byKey.get(resource.key);
      if (known) known.touches.push(touch);
      else if (byKey.size < mostResources) byKey.set(resource.key, { resource, touches: [touch] });
    }
  }
  const { pool } = context.database;
  const found = await findHeld(
    pool,
    [...byKey.values()].map(({ resource }) => resource),
    context.staleAfter,
  );
  const others = found.filter(({ holderId, over }) => over === null && holderId !== viewer.id);
  const ids = [...new Set(others.flatMap(({ holderId }) => holderId ?? []))];
  const holders = new Map(ids.length === 0 ? [] : (await findHolders(pool, ids)).map((holder) => [holder.id, holder]));
  const inTheWay = others.flatMap((held) => {
    const holder = held.holderId === null ? undefined : holders.get(held.holderId);
    const touch = byKey.get(held.asked.key)?.touches.find((each) => concerns(context, each, holder, viewer));
    return touch ? [{ held, holder, touch }] : [];
  });
  if (inTheWay.length > 0) return { denied: denial(inTheWay) };
  if (!touches.some(({ push }) => push)) return undefined;
  const here = await findOthers(pool, viewer.id, viewer.projectId, context.staleAfter);
  return here.length === 0 ? undefined : { note: othersHere(viewer.projectName, here) };
}

/** Names what the raw input would touch. Where nobody else holds anything, no file is looked at. */
async function nameHere(context: Context, viewer: InstanceViewer, input: HookInput): Promise<NamedTouch[]> {
  const [place] = await findPlace(context.database.pool, viewer.id);
  if (!place) return [];
  const touches: Touch[] = touchesOf(input.toolName, input.toolInput, input.cwd);
  const relevant = place.others ? touches : touches.filter(({ kind }) => kind === 'push');
  const session = { project: viewer.projectName, directory: place.directory };
  return context.secrets.sharedBy === null ? nameTouches(relevant, session) : nameFromAfar(relevant, session);
}

/** Those of the names that name something: what the server takes for no resource nobody holds. */
function readable(names: readonly string[]): Resource[] {
  return names.flatMap((name) => {
    try {
      return parseResource(name);
    } catch (error) {
      if (error instanceof ClambakeError) return [];
      throw error;
    }
  });
}

/** Whether it matters to who holds it. The human's holds matter everywhere. */
function concerns(
  { secrets }: Context,
  { worksIn, push, ofProject }: NamedTouch,
  holder: Holder | undefined,
  viewer: InstanceViewer,
): boolean {
  if (!holder) return true;
  if (push || ofProject) return holder.projectId === viewer.projectId;
  if (worksIn === undefined) return true;
  // A worktree inside the work tree is another one, which only the machine itself can tell.
  return secrets.sharedBy === null ? worksInTree(holder.directory, worksIn) : isWithin(holder.directory, worksIn);
}

function worksInTree(folder: string, root: string): boolean {
  const [repository] = repositoriesAround(folder);
  return repository !== undefined && truePath(repository.root) === truePath(root);
}

function isWithin(folder: string, root: string): boolean {
  const plain = (path: string): string => path.replaceAll('\\', '/').replace(/\/+$/, '');
  return `${plain(folder)}/`.startsWith(`${plain(root)}/`);
}

interface InTheWay {
  held: Held;
  holder: Holder | undefined;
  touch: NamedTouch;
}

function denial(inTheWay: readonly InTheWay[]): string {
  const [first] = inTheWay;
  const lines = inTheWay.slice(0, named).map(({ held, holder, touch }) => {
    const { name, holderId, openedAt, expiresAt, blockerId, subject } = held;
    const now = Date.now();
    const project = holder ? ` (${oneLine(holder.project, nameTokens)})` : '';
    const until = expiresAt ? `, ends ${relative(expiresAt.toISOString(), now)}` : ', until it is released';
    return (
      `${oneLine(name, nameTokens)}, which ${oneLine(touch.by, nameTokens)} would touch, is held by ${holderId ?? human}${project} for ` +
      `${lasting(openedAt.toISOString(), now)}${until}: blocker #${blockerId} "${oneLine(subject, nameTokens)}".`
    );
  });
  if (inTheWay.length > named) lines.push(`And ${inTheWay.length - named} more.`);
  if (first) {
    const { name, holderId, blockerId } = first.held;
    lines.push(`Waiting for it: \`${toWait(name)}\`. Asking: \`${toAsk(holderId, blockerId)}\`.`);
  }
  lines.push(notInstructions);
  return lines.join('\n');
}

function othersHere(project: string, others: readonly { id: string; task: string | null }[]): string {
  const who = others.slice(0, 3).map(({ id, task }) => (task === null ? id : `${id} ("${oneLine(task, nameTokens)}")`));
  const more = others.length > 3 ? ' and others' : '';
  return `Clambake: also at work on ${oneLine(project, nameTokens)}: ${who.join(', ')}${more}. ${notInstructions}`;
}
