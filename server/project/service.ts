import { human, instanceIdPattern } from '../address.ts';
import type { Queryable } from '../database/statement.ts';
import { statement } from '../database/statement.ts';
import { badInput, ClambakeError } from '../errors.ts';
import { checkFilter, checkText, excerpt } from '../input.ts';
import { didYouMean, nearest } from '../nearest.ts';

export interface ProjectRow {
  id: number;
  name: string;
}

const findByKey = statement<ProjectRow, [key: string]>(
  'project-find',
  'SELECT id, name FROM clambake.project WHERE key = $1',
);

// Both or neither: a project without a channel could never be written to.
const insertProject = statement<ProjectRow, [name: string, key: string]>(
  'project-insert',
  `WITH made AS (
     INSERT INTO clambake.project (name, key) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING id, name
   ), addressed AS (
     INSERT INTO clambake.channel (kind, project_id, epoch) SELECT 'PROJECT', id, (random() * 2147483645)::int + 1 FROM made
   )
   SELECT id, name FROM made`,
);

const listNames = statement<{ name: string }, []>(
  'project-names',
  'SELECT name FROM clambake.project ORDER BY id DESC LIMIT 500',
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
  // A file of it is called project:path.
  if (checked.includes(':')) throw badInput(argument, `${argument} holds a colon: choose another character.`);
  if (checked.startsWith('@') || checked.toLowerCase() === human || instanceIdPattern.test(checked.toLowerCase())) {
    throw badInput(
      argument,
      `"${excerpt(checked)}" cannot name a project: names beginning with @, "human" and instance ids mean something else as an address.`,
    );
  }
  return checked;
}

/** Finds a project by its name, without regard to case. */
async function findProject(queryable: Queryable, name: string): Promise<ProjectRow | undefined> {
  const [project] = await findByKey(queryable, projectKey(name));
  return project;
}

/**
 * Finds the project that something is looked up by.
 * @param name undefined and null where nothing is said of a project
 * @throws ClambakeError NOT_FOUND with the nearest names as `suggestions`, BAD_INPUT
 */
export async function requireProject(
  queryable: Queryable,
  name: string | null | undefined,
): Promise<ProjectRow | undefined> {
  const checked = checkFilter('project', name);
  if (checked === undefined) return undefined;
  const project = await findProject(queryable, checked);
  if (project) return project;
  const suggestions = nearest(
    checked,
    (await listNames(queryable)).map((row) => row.name),
    projectKey,
  );
  throw new ClambakeError(
    'NOT_FOUND',
    `No project is called "${excerpt(checked)}". ${didYouMean(suggestions)}\`clambake projects\` lists them.`,
    { suggestions },
  );
}

/**
 * Finds a project by its name, and makes it, with its channel, where it is not known yet.
 * @throws ClambakeError BAD_INPUT
 */
export async function ensureProject(queryable: Queryable, name: string): Promise<ProjectRow> {
  const checked = checkProjectName('project', name);
  const known = await findProject(queryable, checked);
  if (known) return known;
  const [made] = await insertProject(queryable, checked, projectKey(checked));
  const project = made ?? (await findProject(queryable, checked));
  if (!project) throw new Error(`The project "${checked}" was made and is gone.`);
  return project;
}
