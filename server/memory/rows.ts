import type { Context } from '../context.ts';
import { type Memory, Prisma, type Project } from '../database/generated/client.ts';
import { projectPart } from '../database/model-parts.ts';
import { fieldsOf, part } from '../database/part.ts';
import { isWithin } from '../selection.ts';

const memory = part<Memory>('memory', fieldsOf(Prisma.MemoryScalarFieldEnum));
const project = projectPart('project');

/** A row of a statement {@link withMemories}. */
export type MemoryColumns = Readonly<Record<string, unknown>>;

/**
 * Reads the memories that a query finds with the query: in its order, each with its project.
 * @param found a query that gives the id of each
 */
export const withMemories = (found: string): string =>
  `SELECT found.*, ${memory.columns}, ${project.columns}
   FROM (SELECT listed.*, row_number() OVER () AS place FROM (${found}) AS listed) AS found
   JOIN clambake.memory ON memory.id = found.id LEFT JOIN clambake.project ON project.id = memory.project_id ORDER BY found.place`;

/** The memory of a row, as Prisma would have given it. */
export function asMemory(row: MemoryColumns): Memory & { project: Project | null } {
  const read = memory.read(row);
  if (!read) throw new Error('A row has no memory.');
  return Object.assign(read, { project: project.read(row) });
}

/** What Prisma would be asked for such memories. */
const whole = { include: { project: true } };

/**
 * Loads of memories what else was asked of them, where that is more than they came with; what is gone meanwhile is left out.
 * @param selected what Prisma would be asked of each
 */
export async function complete<Read extends Memory>(
  { database }: Context,
  memories: Read[],
  selected: object,
): Promise<Memory[]> {
  if (isWithin({ ...selected }, whole)) return memories;
  const ids = memories.map(({ id }) => id);
  const rows = await database.prisma.memory.findMany({ ...selected, where: { id: { in: ids } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
