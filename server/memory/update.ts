import { isDeepStrictEqual } from 'node:util';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import type { Context } from '../context.ts';
import type { MemoryStatus } from '../database/generated/enums.ts';
import { transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { publishRevised, revise, type State } from './revise.ts';

export interface MemoryChange {
  status?: MemoryStatus | null | undefined;
  title?: string | null | undefined;
  content?: string | null | undefined;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
}

/**
 * Changes a memory (protocol: updating memory); what is undefined stays. The version before is kept. A change that changes
 * nothing makes no version.
 * @throws ClambakeError BAD_INPUT, NOT_FOUND, CONFLICT (client key with other content)
 */
export async function updateMemory(
  context: Context,
  id: number,
  change: MemoryChange,
  clientKey: string | null | undefined,
): Promise<void> {
  const key = scopedKey(context, clientKey);
  const checked = check(change);
  if (Object.keys(checked).length === 0)
    throw badInput('status', 'Nothing to change is given: a status, title, content, tags or files.');
  try {
    const revised = await transaction(context.database.pool, (client) => revise(context, client, id, checked, key));
    if (revised) publishRevised(context, [revised]);
  } catch (error) {
    if (key === null || !isRepeated(error, 'memory_revision_client_key_key')) throw error;
    await requireSame(context, key, id, checked);
  }
}

function check({ status, title, content, tags, files }: MemoryChange): Partial<State> {
  return {
    ...(status && { status }),
    ...(typeof title === 'string' && { title: checkText('title', 'title', title) }),
    ...(typeof content === 'string' && { content: checkText('content', 'content', content, true) }),
    ...(tags && { tags: checkList('tags', 'tag', tags) }),
    ...(files && { files: checkList('files', 'file', files) }),
  };
}

async function requireSame(
  { database }: Context,
  clientKey: string,
  id: number,
  checked: Partial<State>,
): Promise<void> {
  const earlier = await database.prisma.memoryRevision.findUnique({ where: { clientKey } });
  const same =
    earlier?.memoryId === id &&
    Object.entries(checked).every(([name, value]) => isDeepStrictEqual(earlier[name as keyof State], value));
  if (!same) throw keyConflict('memory', earlier?.memoryId ?? id);
}
