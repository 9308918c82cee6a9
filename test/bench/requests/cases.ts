import { operationOf } from '../asking.ts';
import type { FloorStatement } from '../floor.ts';

/** Something that is asked of the server, and the least that it could be. */
export interface Case {
  name: string;
  document: string;
  variables: Record<string, unknown>;
  /** What its floor runs: one statement that reads or writes the same rows. */
  floor: FloorStatement;
  /** The part of its floor's requests a second that is promised; undefined where nothing is. */
  promise?: number;
}

/** Whom the floor asks and writes for: what the server looks up by a token. */
export interface Asker {
  id: string;
  projectId: number;
  channelIds: number[];
  /** Its own channel. */
  ownChannelId: number;
}

const inbox = `
  SELECT m.id, m.sender_id, m.type, m.subject, m.body, m.created_at, m.expires_at, m.thread_id, m.reply_to_id, p.name, c.instance_id
  FROM clambake.message m JOIN clambake.channel c ON c.id = m.channel_id LEFT JOIN clambake.project p ON p.id = c.project_id
  WHERE m.channel_id = ANY($2::int[]) AND m.expires_at > now() AND m.sender_id IS DISTINCT FROM $1
    AND NOT EXISTS (SELECT 1 FROM clambake.receipt r WHERE r.message_id = m.id AND r.instance_id = $1 AND r.read_at IS NOT NULL)
  ORDER BY (m.type = 'REQUEST' AND NOT EXISTS (
    SELECT 1 FROM clambake.message answer WHERE answer.reply_to_id = m.id AND answer.type = 'DONE')) DESC, m.id DESC LIMIT 20`;

const recall = `
  SELECT memory.id, project.name, type, title, content, status, tags, files, author_id, version, memory.created_at, updated_at
  FROM clambake.memory LEFT JOIN clambake.project ON project.id = memory.project_id
  WHERE memory.id IN (
    (SELECT id FROM clambake.memory WHERE project_id = $1 AND status = 'ACTIVE' ORDER BY priority DESC, id DESC LIMIT 20)
    UNION ALL
    (SELECT id FROM clambake.memory WHERE project_id IS NULL AND status = 'ACTIVE' ORDER BY priority DESC, id DESC LIMIT 20))
  ORDER BY priority DESC, memory.id DESC LIMIT 20`;

const send = `
  WITH numbered AS (
    UPDATE clambake.channel SET last_seq = last_seq + 1 WHERE id = $1
    RETURNING id AS channel_id, last_seq, nextval('clambake.message_id_seq')::int AS message_id
  )
  INSERT INTO clambake.message (id, channel_id, seq, sender_id, type, subject, body, thread_id, expires_at)
  SELECT message_id, channel_id, last_seq, $2, 'INFO', $3, $4, message_id, now() + interval '1 day' FROM numbered
  RETURNING id, created_at`;

const heartbeat = `
  UPDATE clambake.instance SET task = $2 WHERE id = $1
  RETURNING id, task, status, last_seen_at`;

/** What every agent does all day, with the fields that the readers take, and as the command line asks for it. */
export function casesOf(askers: readonly Asker[], allChannelId: number): Case[] {
  const [to] = askers;
  if (!to) throw new Error('There is nobody to ask.');
  const [subject, body] = ['The pool is fixed', 'Twenty connections instead of ten; the timeouts are gone since.'];
  const task = 'Rebuilding the email import pipeline';
  const floorOf = (name: string, text: string, values: (asker: Asker) => unknown[]): FloorStatement => ({
    name: `floor-${name}`,
    text,
    turns: askers.map(values),
  });
  const floors = {
    inbox: floorOf('inbox', inbox, ({ id, channelIds }) => [id, channelIds]),
    recall: floorOf('recall', recall, ({ projectId }) => [projectId]),
    toOne: floorOf('send', send, ({ id }) => [to.ownChannelId, id, subject, body]),
    toAll: floorOf('send', send, ({ id }) => [allChannelId, id, subject, body]),
    heartbeat: floorOf('heartbeat', heartbeat, ({ id }) => [id, task]),
  };
  const message =
    'mutation ($to: String!, $subject: String!, $body: String!) { sendMessage(to: $to, subject: $subject, body: $body) { message { id createdAt } } }';
  const command = (name: string): string => operationOf(name).document;
  return [
    {
      name: 'inbox of 20',
      document: '{ inbox(first: 20) { nodes { id from to type subject body createdAt } } }',
      variables: {},
      floor: floors.inbox,
      promise: 0.5,
    },
    {
      name: 'recall of 20',
      document: '{ recall(first: 20) { nodes { id type title content status tags from updatedAt } } }',
      variables: {},
      floor: floors.recall,
      promise: 0.5,
    },
    {
      name: 'heartbeat',
      document: 'mutation ($task: String!) { heartbeat(task: $task) { id task status lastSeenAt } }',
      variables: { task },
      floor: floors.heartbeat,
      promise: 0.6,
    },
    { name: 'clambake inbox', document: command('inbox'), variables: { first: 20 }, floor: floors.inbox },
    { name: 'clambake recall', document: command('recall'), variables: { first: 20 }, floor: floors.recall },
    { name: 'clambake heartbeat', document: command('heartbeat'), variables: { task }, floor: floors.heartbeat },
    {
      name: 'sendMessage to an instance',
      document: message,
      variables: { to: to.id, subject, body },
      floor: floors.toOne,
      promise: 0.5,
    },
    {
      name: 'sendMessage to @all',
      document: message,
      variables: { to: '@all', subject, body },
      floor: floors.toAll,
      promise: 0.5,
    },
    { name: 'clambake send', document: command('send'), variables: { to: to.id, subject, body }, floor: floors.toOne },
  ];
}
