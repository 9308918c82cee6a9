import { type Queryable, statement } from '../database/statement.ts';
import { ensureProject, projectKey } from '../project/service.ts';
import type { InstanceRecord, Problem } from './record.ts';

const findProjects = statement<{ id: number; key: string }, [keys: string[]]>(
  'import-projects',
  'SELECT id, key FROM clambake.project WHERE key = ANY ($1::text[])',
);

// When it left is known to nobody here: not before it came.
const insertInstances = statement<object, [instances: string]>(
  'import-instances',
  `INSERT INTO clambake.instance (id, project_id, directory, model, status, started_at, last_seen_at, ended_at)
   SELECT id, "projectId", directory, model, 'SHUTTING_DOWN', "startedAt", "startedAt", "startedAt"
   FROM json_to_recordset($1::json) AS given (id text, "projectId" int, directory text, model text, "startedAt" timestamptz)
   ORDER BY id COLLATE "C" ON CONFLICT (id) DO NOTHING`,
);

const findInstances = statement<{ id: string }, [ids: string[]]>(
  'import-authors',
  'SELECT id FROM clambake.instance WHERE id = ANY ($1::text[])',
);

/**
 * Finds projects by their names, and makes those that are not known.
 * @param names checked
 * @returns their ids, by {@link projectKey}
 */
export async function ensureProjects(client: Queryable, names: readonly string[]): Promise<Map<string, number>> {
  const byKey = new Map(names.map((name) => [projectKey(name), name]));
  const known = await findProjects(client, [...byKey.keys()]);
  const ids = new Map(known.map(({ key, id }) => [key, id]));
  // In one order for all, so that two imports never wait for each other both ways.
  for (const key of [...byKey.keys()].filter((key) => !ids.has(key)).sort()) {
    ids.set(key, (await ensureProject(client, byKey.get(key) ?? key)).id);
  }
  return ids;
}

/** Stores instances that are not known here, as ones that have left: they have no token and hear nothing. */
export async function bringInstances(
  client: Queryable,
  instances: readonly InstanceRecord[],
  projects: ReadonlyMap<string, number>,
): Promise<void> {
  if (instances.length === 0) return;
  const rows = instances.map((instance) => ({ ...instance, projectId: projects.get(projectKey(instance.project)) }));
  await insertInstances(client, JSON.stringify(rows));
}

/**
 * Parts records by whether all their authors are known.
 * @returns those whose authors are; the others are added to `problems`
 */
export async function withKnownAuthors<Record extends { line: number }>(
  client: Queryable,
  records: readonly Record[],
  authorsOf: (record: Record) => (string | null | undefined)[],
  problems: Problem[],
): Promise<Record[]> {
  const named = new Set(records.flatMap((record) => authorsOf(record).filter((id) => typeof id === 'string')));
  if (named.size === 0) return [...records];
  const known = new Set((await findInstances(client, [...named])).map(({ id }) => id));
  return records.filter((record) => {
    const unknown = authorsOf(record).find((id) => typeof id === 'string' && !known.has(id));
    if (typeof unknown !== 'string') return true;
    problems.push({
      line: record.line,
      message: `Its author ${unknown} is not known here, and does not come with it.`,
    });
    return false;
  });
}
