import { absolute, lasting, relative } from '../../server/relative-time.ts';
import { visibleLine } from '../../server/visible.ts';
import type {
  BlockerLine,
  MessageLine,
  MessageThread,
  PlainMessage,
  ReadResult,
  SendResult,
} from '../generated/results.ts';
import { count, ending, list, type Page, quote, word } from './lines.ts';
import { memoryName } from './memories.ts';
import type { Style } from './style.ts';

/** Milliseconds without a sign of life after which it is said of a holder. */
const quiet = 5 * 60_000;

const styleOf: Readonly<Record<string, Style>> = {
  INFO: 'info',
  WARNING: 'warning',
  BLOCKER: 'blocker',
  REQUEST: 'request',
  DONE: 'done',
};

/** Names from others in one line, the first few of them: `port:5432, port:5433, docker:db and 7 more`. */
export function some(names: readonly string[]): string {
  const shown = names.length > 4 ? 3 : names.length;
  return `${list(names.slice(0, shown))}${shown < names.length ? ` and ${names.length - shown} more` : ''}`;
}

const kind = (type: string, page: Page): string => page.paint(styleOf[type] ?? 'info', word(type));

/** `#12 warning from brisk-otter-4f2a (doc-db-v2) to @all, 3 min ago, reply to #7: Restarting containers`. */
export function messageLine(message: PlainMessage & Partial<MessageLine>, page: Page): string {
  const state = message.blocker ? (message.blocker.open ? ' (open)' : ' (ended)') : stateOfRequest(message);
  const project = message.sender ? ` (${visibleLine(message.sender.project.name)})` : '';
  const reply = message.replyToId ? `, reply to #${message.replyToId}` : '';
  return (
    `#${message.id} ${kind(message.type, page)}${state} from ${page.paint('name', visibleLine(message.from))}${project}` +
    ` to ${visibleLine(message.to)}, ${relative(message.createdAt, page.now)}${reply}${ending(message.subject)}`
  );
}

/** Whether a request is answered, where that was asked. */
function stateOfRequest({ type, open }: Partial<MessageLine>): string {
  if (type !== 'REQUEST' || open === undefined) return '';
  return open ? ' (open)' : ' (answered)';
}

/** The line and under it the body. */
export function message(message: PlainMessage & Partial<MessageLine>, page: Page): string[] {
  return [messageLine(message, page), ...quote(message.body)];
}

/** Everything about one message, with the conversation it belongs to. */
export function wholeMessage(message: ReadResult['markRead']['messages'][number], page: Page): string[] {
  const facts = [`sent ${absolute(message.createdAt)}`];
  if (message.expiresAt && !message.blocker?.open) facts.push(`expires ${absolute(message.expiresAt)}`);
  if (message.own && message.deliveredAt) facts.push(`delivered ${absolute(message.deliveredAt)}`);
  if (message.own && message.readAt) facts.push(`read ${absolute(message.readAt)}`);
  const lines = [
    messageLine(message, page),
    `  ${page.paint('quiet', facts.join(', '))}`,
    ...message.cites.map((memory) => `  cites ${memoryName(memory)}`),
    ...quote(message.body),
  ];

  return [...lines, ...conversation(message, page)];
}

/** The messages of its conversation, oldest first, itself among them; nothing where it is the only one. */
function conversation({ id: current, thread }: MessageThread, page: Page): string[] {
  const { nodes, totalCount } = thread;
  if (nodes.every(({ id }) => id === current)) return [];
  const size = nodes.length < totalCount ? `the latest ${nodes.length} of ${totalCount}` : count(totalCount, 'message');
  return [
    `  Conversation (${size})`,
    ...[...nodes].reverse().map(({ id, from, type, subject, createdAt }) => {
      const what = `${kind(type, page)}${id === current ? ' (this one)' : ''}`;
      return `  #${id} ${what} from ${visibleLine(from)}, ${relative(createdAt, page.now)}${ending(subject)}`;
    }),
  ];
}

/** Who will see a message that was sent, and which blocker it ended: none, where it was to end one, is said as well. */
export function sent(result: SendResult['sendMessage'], page: Page): string[] {
  const { message, addressedTo, objection } = result;
  const lines = [`Sent #${message.id} to ${visibleLine(message.to)}: ${audience(message, addressedTo)}`];
  if (message.type === 'DONE') lines.push(...whatIsDone(result));
  const { blocker } = message;
  if (blocker && blocker.resources.length > 0) {
    const end = blocker.expiresAt ? `, ends ${relative(blocker.expiresAt, page.now)}` : '';
    lines.push(`Holds ${some(blocker.resources)}${end}. To end it: clambake release ${message.id}`);
  }
  if (objection) {
    lines.push('Somebody objects:', `  ${messageLine(objection, page)}`, ...quote(objection.body));
  } else if (page.waited !== undefined && message.type === 'WARNING') {
    lines.push(`Nobody objected within ${visibleLine(page.waited)}.`);
  }
  return lines;
}

/** What a `done` did: who sends one to end a blocker has to know where it did not. */
function whatIsDone({ message, endedBlocker, openBlockers }: SendResult['sendMessage']): string[] {
  if (endedBlocker) return [`Ended blocker #${endedBlocker.id}${ending(endedBlocker.message.subject)}`];
  const { replyTo } = message;
  if (replyTo?.type === 'REQUEST') return [`Answered request #${replyTo.id}.`];
  const { blocker } = replyTo ?? {};
  if (replyTo && blocker && !blocker.open) {
    return [`Ended no blocker: #${replyTo.id} had ended before${blocker.end ? ` (${word(blocker.end)})` : ''}.`];
  }
  if (replyTo && blocker) {
    const who = visibleLine(blocker.heldBy);
    return [`Ended no blocker: #${replyTo.id} is held by ${who}, who alone can say that it is done.`];
  }
  if (openBlockers.length === 0) return [];
  const held = openBlockers.map(({ id }) => `#${id}`).join(', ');
  const why = replyTo ? `: #${replyTo.id} is none` : '';
  return [`Ended no blocker${why}. You still hold ${held}: add --reply-to <id>.`];
}

function audience({ sender, to }: PlainMessage, addressedTo: number): string {
  if (addressedTo > 0) return `${count(addressedTo, 'instance')} will see it.`;
  const amongThem = sender && (to === '@all' || to === sender.project.name);
  return `nobody${amongThem ? ' else' : ''} is on it now; it waits for whoever comes.`;
}

/** `#12 held by brisk-otter-4f2a for 3 min, to doc-db-v2, ends in 20 h, holds port:5432, keen-ibis-77aa waits: Editing docker-compose.yml`. */
export function blockerLine(blocker: BlockerLine, page: Page): string {
  const { message } = blocker;
  const who = `#${blocker.id} ${blocker.open ? 'held' : 'was held'} by ${page.paint('name', visibleLine(blocker.heldBy))}`;
  if (blocker.open) {
    const end = blocker.expiresAt ? `, ends ${relative(blocker.expiresAt, page.now)}` : '';
    const silent = blocker.holder && page.now - Date.parse(blocker.holder.lastSeenAt) >= quiet;
    const silence = silent ? `, silent for ${lasting(blocker.holder?.lastSeenAt ?? '', page.now)}` : '';
    const holds = blocker.resources.length > 0 ? `, holds ${some(blocker.resources)}` : '';
    const waiting = blocker.waiters.map(({ from }) => from);
    const waits = waiting.length > 0 ? `, ${some(waiting)} ${waiting.length > 1 ? 'wait' : 'waits'}` : '';
    return `${who} for ${lasting(blocker.openedAt, page.now)}, to ${visibleLine(message.to)}${end}${silence}${holds}${waits}${ending(message.subject)}`;
  }
  const how = blocker.end ? ` (${word(blocker.end)})` : '';
  const ended = blocker.endedAt ? `ended ${relative(blocker.endedAt, page.now)}` : 'ended';
  return `${who}, to ${visibleLine(message.to)}, ${ended}${how}${ending(message.subject)}`;
}

/** The line, why it was released, and the text of its message. */
export function blocker(blocker: BlockerLine, page: Page): string[] {
  const reason = blocker.reason ? [`  reason${ending(blocker.reason)}`] : [];
  return [blockerLine(blocker, page), ...reason, ...quote(blocker.message.body)];
}
