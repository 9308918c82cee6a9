import { lasting, relative } from '../../server/relative-time.ts';
import { visibleLine } from '../../server/visible.ts';
import type {
  ActivityResult,
  InstanceLine,
  LogLine,
  ProjectsResult,
  StatusResult,
  WhoamiResult,
} from '../generated/results.ts';
import { count, ending, list, type Page, word } from './lines.ts';
import { blockerLine, messageLine, some } from './messages.ts';

/**
 * `brisk-otter-4f2a (doc-db-v2) busy, seen 2 min ago, claude-opus-4, in /srv/doc-db-v2: Rebuilding the import`.
 * @param self whether it is the caller's own, which is seen by asking
 */
export function instanceLine(instance: InstanceLine, page: Page, self = false): string {
  const you = self ? ' (you)' : '';
  const name = `${page.paint('name', visibleLine(instance.id))}${you} (${visibleLine(instance.project.name)})`;
  const seen = self ? '' : `, seen ${relative(instance.lastSeenAt, page.now)}`;
  const state = instance.endedAt
    ? `left ${relative(instance.endedAt, page.now)}`
    : `${instance.live ? word(instance.status) : 'stale'}${seen}`;
  const model = instance.model ? `, ${visibleLine(instance.model)}` : '';
  return `${name} ${state}${model}, in ${visibleLine(instance.directory)}${ending(instance.task)}`;
}

export function viewer(viewer: WhoamiResult['me'], page: Page): string[] {
  if (viewer.instance) return [instanceLine(viewer.instance, page)];
  return [viewer.kind === 'OPERATOR' ? `${visibleLine(viewer.name)} (operator)` : visibleLine(viewer.name)];
}

/** `#5 task_completed by brisk-otter-4f2a (doc-db-v2), 3 min ago: Built email import` and the files it touched. */
export function logEntry(entry: LogLine, page: Page): string[] {
  const project = entry.project ? ` (${visibleLine(entry.project.name)})` : '';
  const who = `${page.paint('name', visibleLine(entry.from))}${project}`;
  return [
    `#${entry.id} ${word(entry.action)} by ${who}, ${relative(entry.createdAt, page.now)}${ending(entry.summary)}`,
    ...(entry.files.length > 0 ? [`  files: ${list(entry.files)}`] : []),
  ];
}

export function project(project: ProjectsResult['projects']['nodes'][number]): string[] {
  const memories = count(project.memories.totalCount, 'active memory', 'active memories');
  return [`${visibleLine(project.name)}, ${count(project.instances.totalCount, 'live instance')}, ${memories}`];
}

/** `memory_written by brisk-otter-4f2a (doc-db-v2), just now: …`; `logged #15 issue_found by …`. */
export function activity(activity: ActivityResult['activity'], page: Page): string[] {
  const project = activity.project ? ` (${visibleLine(activity.project)})` : '';
  const who = `${page.paint('name', visibleLine(activity.from))}${project}`;
  const entry = activity.logEntry ? ` #${activity.logEntry.id} ${word(activity.logEntry.action)}` : '';
  return [`${word(activity.kind)}${entry} by ${who}, ${relative(activity.at, page.now)}${ending(activity.summary)}`];
}

/** Who waits for whom: `keen-ibis-77aa waits for brisk-otter-4f2a (#12) for 2 min: port:5432`; nothing where nobody waits. */
function waiters(waiters: StatusResult['status']['waiters'], page: Page): string[] {
  if (waiters.length === 0) return [];
  return [
    page.paint('heading', `Waiting in line (${waiters.length})`),
    ...waiters.map(({ from, since, resources, blockers }) => {
      const whom = blockers.map(({ id, heldBy }) => `${visibleLine(heldBy)} (#${id})`);
      const holders = whom.length > 0 ? ` for ${some(whom)}` : '';
      return `  ${page.paint('name', visibleLine(from))} waits${holders}, ${lasting(since, page.now)}: ${some(resources)}`;
    }),
  ];
}

/** Who works on what, what is blocked, and what was said and done lately. */
export function status(status: StatusResult['status'], page: Page): string[] {
  const { unread, viewer } = status;
  const isSelf = ({ id }: InstanceLine): boolean => viewer.kind === 'INSTANCE' && id === viewer.name;
  const inbox =
    unread === null
      ? ''
      : unread === 0
        ? ' No unread messages.'
        : ` ${count(unread, 'unread message')}: clambake inbox`;
  const section = <Node>(
    title: string,
    none: string,
    part: { totalCount: number; nodes: Node[] },
    line: (node: Node) => string,
  ): string[] => {
    const total = part.totalCount;
    if (part.nodes.length === 0) return [none];
    const shown = total > part.nodes.length ? `${part.nodes.length} of ${total}` : String(total);
    return [page.paint('heading', `${title} (${shown})`), ...part.nodes.map((node) => `  ${line(node)}`)];
  };
  return [
    `You are ${page.paint('name', visibleLine(viewer.name))}.${inbox}`,
    ...section('Instances', 'No live instances.', status.instances, (node) => instanceLine(node, page, isSelf(node))),
    ...(status.requests.nodes.length === 0
      ? []
      : section('Open requests', '', status.requests, (node) => messageLine(node, page))),
    ...section('Open blockers', 'No open blockers.', status.blockers, (node) => blockerLine(node, page)),
    ...waiters(status.waiters, page),
    ...section('Recent messages', 'No messages.', status.messages, (node) => messageLine(node, page)),
    ...section('Recent activity', 'Nothing logged yet.', status.log, (node) => logEntry(node, page)[0] ?? ''),
  ];
}
