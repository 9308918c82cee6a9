import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';

/** Kinds of nodes, in the order in which they stand at the same distance. */
export const nodeKinds = ['memory', 'message', 'instance', 'file', 'tag'] as const;

/** Neighbours that are followed from one node, of each kind of edge and in each direction: the newest. */
export const mostNeighbours = 1000;

/** Memories and messages that one walk comes to. */
export const mostNodes = 10_000;

/** Files, tags and instances at the nodes of one walk, counted at each node; and edges of one page. */
const mostLeaves = 20_000;
export const mostEdges = 20_000;

/** A node as it is ordered: by distance, then kind, then the newest, then the name. */
export interface Place {
  distance: number;
  /** Which of {@link nodeKinds}. */
  rank: number;
  /** The number of a memory or a message; 0 for others. */
  number: number;
  /** The name of an instance, a file or a tag; empty for others. */
  name: string;
}

interface Row {
  nodes: Place[];
  /** Memories by their numbers, messages by theirs below zero. */
  edges: [from: number, to: number, kind: string][];
  /** Those between such a one and an instance, a file or a tag. */
  leafEdges: [key: number, rank: number, name: string][];
  /** Whether there is more behind this page. */
  more: boolean;
  /** Whether something was not followed: more neighbours, nodes, leaves or edges than are allowed. */
  cut: boolean;
}

type Values = [
  focus: number | null,
  depth: number,
  kinds: MemoryLinkKind[] | null,
  projectId: number | null,
  seesAll: boolean,
  channelIds: number[],
  instanceId: string,
  offset: number,
  first: number,
  afterDistance: number,
  afterRank: number,
  afterNumber: number,
  afterName: string,
  withInstances: boolean,
  withFiles: boolean,
  withTags: boolean,
];

/** Whether whoever asks may see a message: as `server/message/visibility.ts` says it. */
const visible = '($5 OR message.channel_id = ANY ($6::int[]) OR message.sender_id = $7)';
const ofKind = '($3::clambake.memory_link_kind[] IS NULL OR link.kind = ANY ($3::clambake.memory_link_kind[]))';

/** The newest neighbours, numbered: one more than are followed, so that what is left out is known. */
const newest = (select: string, key: string): string =>
  `(SELECT key, row_number() OVER () FROM (SELECT ${key} AS key ${select} ORDER BY ${key.replace('-', '')} DESC LIMIT ${mostNeighbours + 1}) AS one)`;

// Memories are walked by their numbers, messages by theirs below zero. The condition on near.key before each branch spares looking
// for the links of a message, and the answers to a memory.
const neighbours = [
  newest(`FROM clambake.memory_link link WHERE near.key > 0 AND link.from_id = near.key AND ${ofKind}`, 'link.to_id'),
  newest(`FROM clambake.memory_link link WHERE near.key > 0 AND link.to_id = near.key AND ${ofKind}`, 'link.from_id'),
  newest(
    `FROM clambake.memory JOIN clambake.message ON message.id = memory.source_id
     WHERE near.key > 0 AND memory.id = near.key AND ${visible}`,
    '-message.id',
  ),
  newest(
    `FROM clambake.citation JOIN clambake.message ON message.id = citation.message_id
     WHERE near.key > 0 AND citation.memory_id = near.key AND ${visible}`,
    '-citation.message_id',
  ),
  newest('FROM clambake.citation WHERE near.key < 0 AND citation.message_id = -near.key', 'citation.memory_id'),
  newest('FROM clambake.memory WHERE near.key < 0 AND memory.source_id = -near.key', 'memory.id'),
  newest(
    `FROM clambake.message reply JOIN clambake.message ON message.id = reply.reply_to_id
     WHERE near.key < 0 AND reply.id = -near.key AND ${visible}`,
    '-message.id',
  ),
  newest(`FROM clambake.message WHERE near.key < 0 AND message.reply_to_id = -near.key AND ${visible}`, '-message.id'),
  newest(
    `FROM clambake.blocker JOIN clambake.message ON message.id = blocker.message_id
     WHERE near.key < 0 AND blocker.ended_by_id = -near.key AND ${visible}`,
    '-message.id',
  ),
  newest(
    `FROM clambake.blocker JOIN clambake.message ON message.id = blocker.ended_by_id
     WHERE near.key < 0 AND blocker.message_id = -near.key AND ${visible}`,
    '-message.id',
  ),
].join('\n UNION ALL ');

/** What a walk without a focus starts from: what anything leads to or from. */
const connected = `(SELECT FROM clambake.memory_link link WHERE link.from_id = memory.id AND ${ofKind} LIMIT 1)
  UNION ALL (SELECT FROM clambake.memory_link link WHERE link.to_id = memory.id AND ${ofKind} LIMIT 1)
  UNION ALL (SELECT FROM clambake.message WHERE message.id = memory.source_id AND ${visible} LIMIT 1)
  UNION ALL (SELECT FROM clambake.citation JOIN clambake.message ON message.id = citation.message_id
    WHERE citation.memory_id = memory.id AND ${visible} LIMIT 1)
  LIMIT 1`;

/**
 * The edges of a table between a node of this page and one of this or an earlier page; those to an earlier page from the node they
 * start at, all others once. IS TRUE keeps the set in one hash: as a join Postgres, which cannot know how many nodes there are, would
 * look through all of them for each edge.
 */
function edges(kind: string, table: string, from: string, to: string, condition = 'true'): string {
  const on = (column: string): string => `${column.replace('-', '')} = ${column.startsWith('-') ? '-' : ''}shown.key`;
  return `SELECT ${from} AS start, ${to} AS finish, ${kind} AS kind FROM shown JOIN ${table} ON ${on(from)}
   WHERE ${condition} AND (${to} IN (SELECT key FROM on_page WHERE key IS NOT NULL)) IS TRUE
   UNION ALL
   SELECT ${from}, ${to}, ${kind} FROM shown JOIN ${table} ON ${on(to)}
   WHERE ${condition} AND (${from} IN (SELECT key FROM before WHERE key IS NOT NULL)) IS TRUE`;
}

// Level by level: a row of `walk` holds the nodes of one distance and all before it, so that each is come to once, at its least
// distance, and the walk ends with the level that fills the page.
export const readGraph = statement<Row, Values>(
  'memory-graph',
  `WITH RECURSIVE seed (keys) AS (
     SELECT CASE
       WHEN $1::int > 0 THEN array(SELECT id FROM clambake.memory WHERE id = $1)
       WHEN $1::int < 0 THEN array(SELECT -message.id FROM clambake.message WHERE message.id = -$1 AND ${visible})
       ELSE array(
         SELECT memory.id FROM clambake.memory CROSS JOIN LATERAL (${connected}) AS connection
         WHERE $1::int IS NULL AND ($4::int IS NULL OR memory.project_id = $4)
         ORDER BY memory.id DESC LIMIT least($8::int + $9::int + 1, ${mostNodes}))
     END
   ), walk (distance, keys, seen, cut) AS (
     SELECT 0, keys, keys, false FROM seed
     UNION ALL
     SELECT distance + 1, next.keys, seen || next.keys, next.cut
     FROM walk CROSS JOIN LATERAL (
       WITH found AS MATERIALIZED (
         SELECT other.key, other.number FROM unnest(walk.keys) AS near (key) CROSS JOIN LATERAL (${neighbours}) AS other (key, number)
       ), fresh AS MATERIALIZED (
         SELECT key FROM (SELECT key FROM found WHERE number <= ${mostNeighbours} EXCEPT SELECT unnest(walk.seen)) AS other
         WHERE key < 0 OR $1::int IS NOT NULL OR $4::int IS NULL
           OR EXISTS (SELECT FROM clambake.memory WHERE memory.id = key AND memory.project_id = $4)
       )
       SELECT
         array(SELECT key FROM fresh ORDER BY key DESC LIMIT ${mostNodes} - cardinality(walk.seen)) AS keys,
         EXISTS (SELECT FROM found WHERE number > ${mostNeighbours})
           OR (SELECT count(*) FROM fresh) > ${mostNodes} - cardinality(walk.seen) AS cut
     ) AS next
     WHERE distance < $2 AND cardinality(walk.keys) > 0 AND cardinality(seen) <= $8::int + $9::int
   ), reached AS MATERIALIZED (
     SELECT unnest(keys) AS key, distance FROM walk
   ), touch AS MATERIALIZED (
     SELECT ordered.key, leaf.rank, leaf.name, ordered.distance + 1 AS distance
     FROM (SELECT key, distance FROM reached WHERE $14 OR $15 OR $16 ORDER BY distance, key DESC) AS ordered
     CROSS JOIN LATERAL (
       SELECT 2 AS rank, author_id AS name FROM clambake.memory WHERE $14 AND id = ordered.key AND author_id IS NOT NULL
       UNION ALL
       SELECT 2, sender_id FROM clambake.message WHERE $14 AND id = -ordered.key AND sender_id IS NOT NULL
       UNION ALL
       SELECT 3, unnest(files) FROM clambake.memory WHERE $15 AND id = ordered.key
       UNION ALL
       SELECT DISTINCT 4, lower(tag) FROM clambake.memory, unnest(tags) AS tag WHERE $16 AND id = ordered.key
     ) AS leaf
     LIMIT ${mostLeaves}
   ), placed AS MATERIALIZED (
     SELECT *, row_number() OVER (ORDER BY distance, rank, number DESC, name COLLATE "C") AS place
     FROM (
       SELECT key, distance, CASE WHEN key > 0 THEN 0 ELSE 1 END AS rank, abs(key) AS number, '' AS name FROM reached
       UNION ALL
       SELECT NULL, min(distance), rank, 0, name FROM touch GROUP BY rank, name
     ) AS thing
   ), behind AS MATERIALIZED (
     SELECT place FROM placed WHERE (distance, rank, -number, name COLLATE "C") > ($10::int, $11::int, -$12::int, $13::text COLLATE "C")
     ORDER BY place LIMIT $9::int + 1
   ), span AS MATERIALIZED (
     SELECT min(place) AS first, min(place) + least(count(*), $9::int) - 1 AS last FROM behind
   ), on_page AS MATERIALIZED (
     SELECT placed.* FROM placed, span WHERE place <= last
   ), shown AS MATERIALIZED (
     SELECT on_page.* FROM on_page, span WHERE place >= first
   ), before AS MATERIALIZED (
     SELECT on_page.* FROM on_page, span WHERE place < first
   ), edge AS MATERIALIZED (
     (${edges('link.kind::text', 'clambake.memory_link link', 'link.from_id', 'link.to_id', ofKind)}
      UNION ALL
      ${edges("'CAME_FROM'", 'clambake.memory', 'memory.id', '-memory.source_id')}
      UNION ALL
      ${edges("'CITES'", 'clambake.citation', '-citation.message_id', 'citation.memory_id')}
      UNION ALL
      ${edges("'REPLIES_TO'", 'clambake.message', '-message.id', '-message.reply_to_id')}
      UNION ALL
      ${edges("'ENDS'", 'clambake.blocker', '-blocker.ended_by_id', '-blocker.message_id')})
     LIMIT ${mostEdges}
   ), leaf_edge AS MATERIALIZED (
     SELECT key, rank, name FROM touch
     WHERE ((rank, name) IN (SELECT rank, name FROM on_page WHERE key IS NULL)) IS TRUE
       AND (key IN (SELECT key FROM on_page WHERE key IS NOT NULL)) IS TRUE
       AND (key IN (SELECT key FROM shown WHERE key IS NOT NULL)
         OR (rank, name) IN (SELECT rank, name FROM shown WHERE key IS NULL))
   ), ended AS (
     SELECT distance, keys, seen FROM walk ORDER BY distance DESC LIMIT 1
   )
   SELECT
     (SELECT coalesce(json_agg(json_build_object('distance', distance, 'rank', rank, 'number', number, 'name', name) ORDER BY place), '[]')
      FROM shown) AS nodes,
     (SELECT coalesce(json_agg(json_build_array(start, finish, kind)), '[]') FROM edge) AS edges,
     (SELECT coalesce(json_agg(json_build_array(key, rank, name)), '[]') FROM leaf_edge) AS "leafEdges",
     (SELECT count(*) FROM behind) > $9::int
       OR (SELECT cardinality(keys) > 0 AND cardinality(seen) > $8::int + $9::int AND cardinality(seen) < ${mostNodes}
           AND (distance < $2 OR $1::int IS NULL AND distance = 0) FROM ended) AS more,
     (SELECT bool_or(cut) FROM walk) OR (SELECT cardinality(seen) >= ${mostNodes} FROM ended)
       OR (SELECT count(*) FROM touch) >= ${mostLeaves} OR (SELECT count(*) FROM edge) >= ${mostEdges} AS cut`,
);
