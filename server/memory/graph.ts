import type { Context } from '../context.ts';
import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';

export interface GraphRequest {
  projectId: number | null;
  /** The memory to start from; where it is null, every linked memory of the project, or of all. */
  focus: number | null;
  /** How many links away from the focus, 0 to 5. */
  depth: number;
  kinds: MemoryLinkKind[] | null;
  /** At most so many memories. */
  first: number;
}

export interface Graph {
  nodeIds: number[];
  edges: { fromId: number; toId: number; kind: MemoryLinkKind }[];
  /** Whether there are more memories than were asked for. */
  truncated: boolean;
}

// Breadth first, each memory once at its least depth: UNION drops a memory met again at the same depth, min() the others.
const readNodes = statement<
  { id: number },
  [focus: number | null, depth: number, MemoryLinkKind[] | null, projectId: number | null, limit: number]
>(
  'memory-graph-nodes',
  `WITH RECURSIVE link AS NOT MATERIALIZED (
     SELECT from_id, to_id FROM clambake.memory_link
     WHERE $3::clambake.memory_link_kind[] IS NULL OR kind = ANY ($3::clambake.memory_link_kind[])
   ), reached (id, depth) AS (
     SELECT id, 0 FROM clambake.memory WHERE id = $1
     UNION
     SELECT other.id, reached.depth + 1 FROM reached
     CROSS JOIN LATERAL (
       SELECT to_id AS id FROM link WHERE from_id = reached.id
       UNION ALL SELECT from_id FROM link WHERE to_id = reached.id
     ) AS other
     WHERE reached.depth < $2
   ), linked AS (
     SELECT from_id AS id FROM link WHERE $1::int IS NULL UNION SELECT to_id FROM link WHERE $1::int IS NULL
   ), found AS (
     SELECT id, min(depth) AS depth FROM reached GROUP BY id UNION ALL SELECT id, 0 FROM linked
   )
   SELECT found.id FROM found JOIN clambake.memory USING (id)
   WHERE $1::int IS NOT NULL OR $4::int IS NULL OR memory.project_id = $4
   ORDER BY found.depth, found.id DESC LIMIT $5`,
);

const readEdges = statement<Graph['edges'][number], [ids: number[], MemoryLinkKind[] | null]>(
  'memory-graph-edges',
  `SELECT from_id AS "fromId", to_id AS "toId", kind FROM clambake.memory_link
   WHERE from_id = ANY ($1::int[]) AND to_id = ANY ($1::int[])
     AND ($2::clambake.memory_link_kind[] IS NULL OR kind = ANY ($2::clambake.memory_link_kind[]))
   ORDER BY 1, 2, 3`,
);

/** The memories around one, or all linked ones of a project, with the links between them. */
export async function memoryGraph({ database: { pool } }: Context, request: GraphRequest): Promise<Graph> {
  const { projectId, focus, depth, kinds, first } = request;
  const rows = await readNodes(pool, focus, depth, kinds, projectId, first + 1);
  const nodeIds = rows.slice(0, first).map(({ id }) => id);
  return { nodeIds, edges: await readEdges(pool, nodeIds, kinds), truncated: rows.length > first };
}
