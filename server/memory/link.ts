import { authorId, type Context } from '../context.ts';
import type { MemoryLinkKind } from '../database/generated/enums.ts';
import { badInput, notFound } from '../errors.ts';

export interface Link {
  fromId: number;
  toId: number;
  kind: MemoryLinkKind;
}

/**
 * Says that one memory bears on another. A link that is there already stays as it is.
 * @throws ClambakeError BAD_INPUT (a memory with itself), NOT_FOUND
 */
export async function linkMemories(context: Context, link: Link): Promise<void> {
  const { prisma } = context.database;
  if (link.fromId === link.toId) throw badInput('to', `Memory #${link.fromId} cannot be linked with itself.`);
  const found = await prisma.memory.findMany({ where: { id: { in: [link.fromId, link.toId] } }, select: { id: true } });
  const missing = [link.fromId, link.toId].filter((id) => !found.some((memory) => memory.id === id));
  if (missing.length > 0)
    throw notFound(`There is no memory ${missing.map((id) => `#${id}`).join(', ')}, and nothing was linked.`);
  await prisma.memoryLink.createMany({ data: { ...link, authorId: authorId(context) }, skipDuplicates: true });
}

/**
 * Takes a link back.
 * @returns whether there was one
 */
export async function unlinkMemories({ database }: Context, link: Link): Promise<boolean> {
  const { count } = await database.prisma.memoryLink.deleteMany({ where: link });
  return count > 0;
}
