import type { Queryable } from '../database/statement.ts';
import { statement } from '../database/statement.ts';
import { badInput } from '../errors.ts';
import { checkText, excerpt } from '../input.ts';
import { instanceIdPattern } from '../instance/name.ts';

export interface ProjectRow {
  id: number;
  name: string;
}

const findByKey = statement<ProjectRow, [key: string]>(
  'project-find',
  'SELECT id, name FROM clambake.project WHERE key = $1',
);

const insertProject = statement<ProjectRow, [name: string, key: string]>(
  'project-insert',
  'INSERT INTO clambake.project (name, key) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING id, name',
);

const insertChannel = statement<object, [projectId: number]>(
  'project-channel',
  `INSERT INTO clambake.channel (kind, project_id, epoch) VALUES ('PROJECT', $1, (random() * 2147483645)::int + 1)
   ON CONFLICT (project_id) DO NOTHING`,
);

/** The name folded for matching: Unicode NFC, lower case. */
export const projectKey = (name: string): string => name.trim().normalize('NFC').toLowerCase();

/**
 * Checks the name of a project. It is an address too, so it may not look like another kind of address.
 * @throws ClambakeError BAD_INPUT
 */
export function checkProjectName(argument: string, name: string): string {
  const checked = checkText(argument, 'project', name).normalize('NFC');
  // Control and format characters (bidirectional, zero-width) would make two names look like one.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(checked)) {
    throw badInput(argument, `${argument} holds an invisible character: a project's name is what one sees.`);
  }
  if (checked.startsWith('@') || checked.toLowerCase() === 'human' || instanceIdPattern.test(checked.toLowerCase())) {
    throw badInput(
      argument,
      `"${excerpt(checked)}" cannot name a project: names beginning with @, "human" and instance ids mean something else as an address.`,
    );
  }
  return checked;
}

/** Finds a project by its name, without regard to case. */
export async function findProject(queryable: Queryable, name: string): Promise<ProjectRow | undefined> {
  const [project] = await findByKey(queryable, projectKey(name));
  return project;
}

/**
 * Finds a project by its name, and makes it, with its channel, where it is not known yet.
 * @throws ClambakeError BAD_INPUT
 */
export async function ensureProject(queryable: Queryable, name: string): Promise<ProjectRow> {
  const known = await findProject(queryable, name);
  if (known) return known;
  const checked = checkProjectName('project', name);
  const [made] = await insertProject(queryable, checked, projectKey(checked));
  const project = made ?? (await findProject(queryable, name));
  if (!project) throw new Error(`The project "${checked}" was made and is gone.`);
  await insertChannel(queryable, project.id);
  return project;
}
