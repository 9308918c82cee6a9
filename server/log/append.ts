import type { LogAction } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';

export interface NewLogEntry {
  instanceId: string | null;
  projectId: number | null;
  action: LogAction;
  summary: string;
  files?: string[];
  clientKey?: string | null;
}

const insertLogEntry = statement<
  { id: number },
  [string | null, number | null, LogAction, string, string[], string | null]
>(
  'log-append',
  `INSERT INTO clambake.log_entry (instance_id, project_id, action, summary, files, client_key)
   VALUES ($1, $2, $3::clambake.log_action, $4, $5, $6) RETURNING id`,
);

/**
 * Appends to the log inside the caller's transaction.
 * @returns the id of the entry
 */
export async function appendLog(queryable: Queryable, entry: NewLogEntry): Promise<number> {
  const { instanceId, projectId, action, summary, files = [], clientKey = null } = entry;
  const [stored] = await insertLogEntry(queryable, instanceId, projectId, action, summary, files, clientKey);
  if (!stored) throw new Error('The log entry was not stored.');
  return stored.id;
}
