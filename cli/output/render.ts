import { visibleLine } from '../../server/visible.ts';
import type { Page as PageInfo, Results } from '../generated/results.ts';
import { anything } from './anything.ts';
import { graph } from './graph.ts';
import { guard } from './guard.ts';
import { history } from './history.ts';
import { activity, instanceLine, logEntry, project, status, viewer } from './instances.ts';
import { count, ending, type Page, word } from './lines.ts';
import { link, memoryName, remembered, wholeMemory } from './memories.ts';
import { blocker, message, sent, wholeMessage } from './messages.ts';
import { recalled } from './recall.ts';
import { receipts } from './receipts.ts';

/** Lays out the value of an operation's root field. */
type Render<Result> = (result: Result, page: Page) => string[];
type Renderers = { [Name in keyof Results]?: Render<Results[Name][keyof Results[Name]]> };

/** A list, what it says where it is empty, and how to see the rest. */
function connection<Node>(
  none: string,
  one: Render<Node>,
): Render<{ totalCount: number; pageInfo: PageInfo; nodes: Node[] }> {
  return ({ totalCount, pageInfo, nodes }, page) => {
    if (nodes.length === 0) return [page.first ? none : 'No more.'];
    const lines = nodes.flatMap((node) => one(node, page));
    if (pageInfo.hasNextPage && pageInfo.endCursor) {
      const rest = page.first ? `${totalCount - nodes.length} more` : 'More';
      lines.push(page.paint('quiet', `${rest}: ${page.more(pageInfo.endCursor)}`));
    }
    return lines;
  };
}

/** One a command. An operation that has none yet is shown field by field. */
const renderers: Renderers = {
  Register: ({ resumed, instance }) => [
    `Registered${resumed ? ' again' : ''} as ${visibleLine(instance.id)} on ${visibleLine(instance.project.name)}.`,
  ],
  Heartbeat: ({ id, status, task }) => [`${visibleLine(id)} is ${word(status)}${task ? ending(task) : '.'}`],
  Deregister: ({ id, project }) => [`${visibleLine(id)} has left ${visibleLine(project.name)}.`],
  Whoami: viewer,
  Status: status,
  Instances: connection('No instances.', (node, page) => [instanceLine(node, page)]),
  Projects: connection('No projects yet.', project),

  Send: sent,
  Inbox: connection('No unread messages.', message),
  Messages: connection('No messages.', message),
  Message: wholeMessage,
  Read: ({ messages }, page) =>
    messages.length === 0 ? ['No unread messages.'] : messages.flatMap((one) => wholeMessage(one, page)),
  Receipts: receipts,
  Watch: (event, page) => (event.message ? message(event.message, page) : []),
  Blockers: connection('No blockers.', blocker),
  Guard: guard,
  Release: ({ id, end, message }) => [
    end === 'RELEASED'
      ? `Released blocker #${id}${ending(message.subject)}`
      : `Blocker #${id} had ended before${end ? ` (${word(end)})` : ''}${ending(message.subject)}`,
  ],

  Recall: recalled,
  Memory: wholeMemory,
  Remember: remembered,
  UpdateMemory: (updated) => [`Updated ${memoryName(updated)}`],
  Restore: (restored) => [`Restored ${memoryName(restored)}`],
  History: history,
  Link: link,
  Unlink: ({ removed }) => [removed ? 'Unlinked.' : 'There was no such link.'],
  Graph: graph,

  Log: ({ id, action, summary }) => [`Logged #${id} (${word(action)})${ending(summary)}`],
  Logs: connection('Nothing logged yet.', logEntry),
  Activity: activity,

  Cleanup: ({ dryRun, messages, logEntries, instances }) => {
    const deleted = `${count(messages, 'message')} and ${count(logEntries, 'log entry', 'log entries')}`;
    const ended = count(instances, 'registration');
    return [dryRun ? `Would delete ${deleted}, and end ${ended}.` : `Deleted ${deleted}, ended ${ended}.`];
  },
};

/**
 * Lays a result out for people and agents to read.
 * @param operationName which operation it is the result of
 * @param result the value of the operation's root field
 * @returns whole lines, the last one ended too
 */
export function render(operationName: string, result: unknown, page: Page): string {
  // The server has checked the operation against its schema, and the generated types say what it selects.
  const known = Object.hasOwn(renderers, operationName)
    ? (renderers[operationName as keyof Results] as Render<unknown> | undefined)
    : undefined;
  return `${(known ?? anything)(result, page).join('\n')}\n`;
}
