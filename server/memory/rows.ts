import type { Context } from '../context.ts';
import { type Memory, Prisma, type Project } from '../database/generated/client.ts';
import { fieldsOf, part } from '../database/part.ts';
import { statement } from '../database/statement.ts';
import { isWithin } from '../selection.ts';

const memory = part<Memory>('memory', fieldsOf(Prisma.MemoryScalarFieldEnum));
const project = part<Project>('project', fieldsOf(Prisma.ProjectScalarFieldEnum));

const readRows = statement<Record<string, unknown>, [ids: number[]]>(
  'memory-rows',
  `SELECT ${memory.columns}, ${project.columns}
   FROM clambake.memory LEFT JOIN clambake.project ON project.id = memory.project_id WHERE memory.id = ANY ($1::int[])`,
);

/** What the statement gives, as Prisma would be asked for it. */
const whole = { include: { project: true } };

/**
 * Reads memories by their numbers, in this order; what is gone is left out.
 * @param selected what Prisma would be asked of each: a prepared statement gives the usual, Prisma the rest
 */
export async function readMemories({ database }: Context, ids: number[], selected: object): Promise<Memory[]> {
  const rows = isWithin({ ...selected }, whole)
    ? (await readRows(database.pool, ids)).flatMap((row) => {
        const read = memory.read(row);
        return read ? [{ ...read, project: project.read(row) }] : [];
      })
    : await database.prisma.memory.findMany({ ...selected, where: { id: { in: ids } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
