import { isRepeated, scopedKey } from '../client-key.ts';
import type { Context } from '../context.ts';
import type { MemoryStatus } from '../database/generated/enums.ts';
import { transaction } from '../database/statement.ts';
import { badInput, notFound } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { type FoundSecret, logAllowed, refuseSecrets } from '../secret/refuse.ts';
import { isWritten, requireSameChange } from './repetition.ts';
import { noSuchMemory, publishRevised, revise, type State } from './revise.ts';

export interface MemoryChange {
  status?: MemoryStatus | null | undefined;
  title?: string | null | undefined;
  content?: string | null | undefined;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
  /** The version that whoever asks has read: where there is another one by now, nothing is changed. */
  ifVersion?: number | null | undefined;
  /** Whether what looks like a secret may be stored. */
  allowSecret?: boolean;
}

/**
 * Changes a memory (protocol: updating memory); what is undefined stays. The version before is kept. A change that changes
 * nothing makes no version.
 * @throws ClambakeError BAD_INPUT, NOT_FOUND, CONFLICT (another version than `ifVersion`, or a client key with other content),
 *   SECRET_REFUSED, FORBIDDEN (a secret where others share)
 */
export async function updateMemory(
  context: Context,
  id: number,
  change: MemoryChange,
  clientKey: string | null | undefined,
): Promise<void> {
  const checked = check(change);
  if (Object.keys(checked).length === 0)
    throw badInput('status', 'Nothing to change is given: a status, title, content, tags or files.');
  const { title, content, tags, files } = checked;
  const allowed = refuseSecrets(context, { title, content, tags, files }, change.allowSecret ?? false);
  await apply(context, id, async () => checked, change.ifVersion ?? null, clientKey, allowed);
}

/**
 * Writes a new version that is as an earlier one was. Restoring what is there already changes nothing. What was stored once is not
 * looked through for secrets again.
 * @throws ClambakeError NOT_FOUND (the memory, or the version), CONFLICT as {@link updateMemory}
 */
export async function restoreMemory(
  context: Context,
  id: number,
  version: number,
  ifVersion: number | null,
  clientKey: string | null | undefined,
): Promise<void> {
  const earlier = async (): Promise<State> => {
    const where = { memoryId_version: { memoryId: id, version } };
    const select = { title: true, content: true, status: true, tags: true, files: true } as const;
    const revision = await context.database.prisma.memoryRevision.findUnique({ where, select });
    if (revision) return revision;
    const last = await context.database.prisma.memoryRevision.count({ where: { memoryId: id } });
    if (last === 0) throw noSuchMemory(id);
    throw notFound(
      `Memory #${id} has no version ${version}: it has 1 to ${last}. \`clambake history ${id}\` shows them.`,
    );
  };
  await apply(context, id, earlier, ifVersion, clientKey);
}

async function apply(
  context: Context,
  id: number,
  read: () => Promise<Partial<State>>,
  ifVersion: number | null,
  clientKey: string | null | undefined,
  allowed: FoundSecret[] = [],
): Promise<void> {
  const key = scopedKey(context, clientKey);
  const checked = await read();
  try {
    const revised = await transaction(context.database.pool, async (client) => {
      // Its own first try may have made the version: then this is no conflict, but a repetition.
      if (key !== null && ifVersion !== null && (await isWritten(client, key))) return 'repeated';
      const written = await revise(context, client, id, checked, key, ifVersion);
      if (written) await logAllowed(client, context, `memory #${id}`, allowed);
      return written;
    });
    if (revised === 'repeated') await requireSameChange(context, key ?? '', id, checked);
    else if (revised) publishRevised(context, [revised]);
  } catch (error) {
    if (key === null || !isRepeated(error, 'memory_revision_client_key_key')) throw error;
    await requireSameChange(context, key, id, checked);
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
