import { isDeepStrictEqual } from 'node:util';
import { isRepeated, keyConflict, scopedKey } from '../client-key.ts';
import { authorId, type Context, signature } from '../context.ts';
import type { LogAction } from '../database/generated/enums.ts';
import { type Queryable, transaction } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { checkList, checkText } from '../input.ts';
import { ensureProject } from '../project/service.ts';
import { logAllowed, refuseSecrets } from '../secret/refuse.ts';
import { appendLog, type NewLogEntry } from './append.ts';

export interface Logged {
  action: LogAction;
  summary: string;
  files?: string[] | null | undefined;
  project?: string | null | undefined;
  clientKey?: string | null | undefined;
  /** Whether what looks like a secret may be logged. */
  allowSecret?: boolean;
}

/**
 * Logs an action of whoever asks (protocol: log significant actions).
 * @returns the id of the entry; of the first one where the `clientKey` was used before
 * @throws ClambakeError BAD_INPUT, CONFLICT, SECRET_REFUSED, FORBIDDEN (a secret where others share)
 */
export async function logAction(context: Context, logged: Logged): Promise<number> {
  const { viewer, database } = context;
  const { pool } = database;
  const summary = checkText('summary', 'summary', logged.summary, true);
  const files = checkList('files', 'file', logged.files ?? []);
  const { project: projectName, allowSecret = false } = logged;
  const allowed = refuseSecrets(context, { summary, files, project: projectName }, allowSecret);
  const clientKey = scopedKey(context, logged.clientKey);
  const own = viewer.kind === 'instance' ? { id: viewer.projectId, name: viewer.projectName } : null;
  const project = typeof logged.project === 'string' ? await ensureProject(pool, logged.project) : own;
  const entry = {
    instanceId: authorId(context),
    projectId: project?.id ?? null,
    action: logged.action,
    summary,
    files,
    clientKey,
  };
  try {
    const append = async (queryable: Queryable): Promise<number> => {
      const id = await appendLog(queryable, entry);
      await logAllowed(queryable, context, `log entry #${id}`, allowed);
      return id;
    };
    // One statement is a transaction by itself.
    const id = await (allowed.length === 0 ? append(pool) : transaction(pool, append));
    context.news.happened({
      kind: 'LOGGED',
      from: signature(context),
      project: project?.name ?? null,
      summary,
      logEntryId: id,
    });
    return id;
  } catch (error) {
    if (clientKey === null || !isRepeated(error, 'log_entry_client_key_key')) throw error;
    return findEarlier(context, clientKey, entry);
  }
}

async function findEarlier({ database }: Context, clientKey: string, entry: NewLogEntry): Promise<number> {
  const earlier = await database.prisma.logEntry.findUnique({ where: { clientKey } });
  if (!earlier)
    throw badInput('clientKey', 'The entry logged with this clientKey has been cleaned up: take a new key.');
  const { action, summary, projectId, files = [] } = entry;
  const same =
    earlier.action === action &&
    earlier.summary === summary &&
    earlier.projectId === projectId &&
    isDeepStrictEqual(earlier.files, files);
  if (!same) throw keyConflict('log entry', earlier.id);
  return earlier.id;
}
