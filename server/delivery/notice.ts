import type { ActivityEvent, ActivityKind } from './activity.ts';

/** What one server tells the others once it is committed. Losing one costs at most the second of the backstop. */
export type Notice =
  | { kind: 'message'; channelId: number }
  | { kind: 'revoked'; instanceId: string }
  | { kind: 'activity'; event: ActivityEvent };

/** The channel of NOTIFY that all servers of a database share. */
export const notifyChannel = 'clambake';

/** Longest payload in bytes: PostgreSQL takes less than 8,000. */
export const maxPayload = 7999;

/** Notices, sorted. */
export interface News {
  channelIds: Iterable<number>;
  /** Instances whose tokens count no longer. */
  revoked: Iterable<string>;
  events: Iterable<ActivityEvent>;
}

/** A payload as it arrived, as far as it fits. */
export interface Payload extends News {
  /** The server that sent it. */
  origin: string;
  /** Set in a heartbeat, which tells nothing else. */
  beat: string | undefined;
  channelIds: number[];
  revoked: string[];
  events: ActivityEvent[];
}

/** Writes the payload of a heartbeat. */
export function encodeBeat(origin: string, beat: string): string {
  return toAscii({ o: origin, b: beat });
}

/**
 * Writes notices as payloads of NOTIFY: as few as hold them all.
 * @param news an event that fits no payload loses the end of its summary, or is left out where that does not help
 * @returns ASCII, so that a character is a byte in every encoding of a database
 */
export function encodeNotices(origin: string, { channelIds, revoked, events }: News): string[] {
  const head = `{"o":${toAscii(origin)}`;
  const room = maxPayload - head.length - ',"m":[],"r":[],"a":[]}'.length;
  const payloads: string[] = [];
  let lists = { m: [] as string[], r: [] as string[], a: [] as string[] };
  let used = 0;
  const finish = () => {
    if (used === 0) return;
    const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
    payloads.push(`${head}${filled.map(([name, list]) => `,"${name}":[${list.join()}]`).join('')}}`);
    lists = { m: [], r: [], a: [] };
    used = 0;
  };
  const put = (name: keyof typeof lists, text: string) => {
    if (text.length > room) return;
    if (used + text.length + 1 > room) finish();
    lists[name].push(text);
    used += text.length + 1;
  };
  for (const id of channelIds) put('m', String(id));
  for (const id of revoked) put('r', toAscii(id));
  for (const event of events) put('a', encodeEvent(event, room));
  finish();
  return payloads;
}

/**
 * Reads a payload. Whoever may NOTIFY may have written it: what does not fit is passed over.
 * @returns undefined where it is none of ours at all
 */
export function readPayload(text: string): Payload | undefined {
  const json = parseJson(text);
  if (!isRecord(json) || !isName(json.o)) return undefined;
  return {
    origin: json.o,
    beat: isName(json.b) ? json.b : undefined,
    channelIds: list(json.m).filter(isId),
    revoked: list(json.r).filter(isName),
    events: list(json.a).flatMap((value) => readEvent(value) ?? []),
  };
}

const kinds = {
  INSTANCE_REGISTERED: true,
  INSTANCE_LEFT: true,
  MESSAGE_SENT: true,
  BLOCKER_ENDED: true,
  MEMORY_WRITTEN: true,
  LOGGED: true,
} satisfies Record<ActivityKind, true>;

function encodeEvent(event: ActivityEvent, room: number): string {
  let { summary } = event;
  for (;;) {
    const text = toAscii({ ...event, summary, at: event.at.getTime() });
    if (text.length <= room || summary === '') return text;
    // A character takes up to six bytes: the cut may have to be repeated, and shortens every time.
    const kept = Math.floor(((summary.length - 1) * room) / text.length);
    summary = kept < 2 ? '' : `${summary.slice(0, kept - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  }
}

function readEvent(value: unknown): ActivityEvent | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, at, from, project, summary, channelId, instanceId, messageId, memoryId, logEntryId } = value;
  if (!isKind(kind) || !isTime(at) || !isName(from) || typeof summary !== 'string') return undefined;
  if (project !== null && !isName(project)) return undefined;
  // An event whose channel cannot be read is not shown: without one everybody would see it.
  if (![channelId, messageId, memoryId, logEntryId].every((id) => id === undefined || isId(id))) return undefined;
  return {
    kind,
    at: new Date(at),
    from,
    project,
    summary,
    ...(isId(channelId) ? { channelId } : {}),
    ...(isName(instanceId) ? { instanceId } : {}),
    ...(isId(messageId) ? { messageId } : {}),
    ...(isId(memoryId) ? { memoryId } : {}),
    ...(isId(logEntryId) ? { logEntryId } : {}),
  };
}

function toAscii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isKind(value: unknown): value is ActivityKind {
  return typeof value === 'string' && Object.hasOwn(kinds, value);
}

/** The columns of ids are four bytes wide. */
function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= 2_147_483_647;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

/** Milliseconds that a Date can hold. */
function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(Number(value)) <= 8.64e15;
}
