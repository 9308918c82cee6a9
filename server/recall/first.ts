import { usualLimit } from '../connection.ts';
import { MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { withMemories } from '../memory/rows.ts';
import { globalTypes, projectTypes } from '../memory/scope-types.ts';
import { queriesOf, type RecallFilter } from './filter.ts';
import type { Found } from './rank.ts';
import { matching, sources } from './sources.ts';
import { allOf } from './tsquery.ts';

/**
 * What a new session should know first, where nothing is searched for: the latest changed, with a head start by type. A gotcha, a
 * convention, an architecture, infrastructure or a preference counts as if it had been changed 270 days later than it was, an open
 * issue 225, a decision, a pattern, a lesson, a tool or a credential 180, a fix or a feature 90, an update none. The migration
 * `memory_found_and_linked` has the figures (`memory_priority`): the order does not change as time goes by, so it is an index.
 */

/** Where a list goes on: behind a memory of this priority, in days, and number. */
export type Place = readonly [priority: number, id: number];

type ListValues = [
  types: MemoryType[],
  statuses: MemoryStatus[],
  priority: number | null,
  id: number | null,
  limit: number,
];

/** Which memories a list is of: the conditions that the values of a statement stand for. */
interface Shape {
  types: string;
  statuses: string;
  beyond: string;
  limit: string;
}

const general: Shape = {
  types: '$1::clambake.memory_type[]',
  statuses: '$2::clambake.memory_status[]',
  beyond: '($3::float8 IS NULL OR (priority, id) < ($3::float8, $4::int))',
  limit: '$5',
};

/**
 * What an instance is told that asks for nothing in particular has a statement of its own, of which Postgres keeps the plan: of
 * one whose conditions depend on its values it makes the plan anew each time, which takes longer than to run it.
 */
const usual: Shape = {
  types: `'{${Object.values(MemoryType).join(',')}}'::clambake.memory_type[]`,
  statuses: "'{ACTIVE}'::clambake.memory_status[]",
  beyond: 'true',
  limit: String(usualLimit),
};

/**
 * Each type in each status is a stretch of an index, already in order: of each the first few are read, and the first of all taken. The
 * index of a project, or of all, has all that this reads; versions are looked up of what was taken.
 * @param scope what tells the memories, as a condition with AND behind it
 * @param ofTypes the types that memories of this scope have
 * @param joined what the scope takes its values from
 */
const stretches = (
  { types, statuses, beyond, limit }: Shape,
  scope: string,
  ofTypes: readonly MemoryType[],
  joined = '',
): string => `
  SELECT stretch.id, stretch.priority AS score
  FROM unnest(${types}) AS of_type (type)
  CROSS JOIN unnest(${statuses}) AS of_status (status)
  ${joined}
  CROSS JOIN LATERAL (
    SELECT id, priority FROM clambake.memory
    WHERE ${scope} memory.type = of_type.type AND memory.status = of_status.status AND ${beyond}
    ORDER BY priority DESC, id DESC LIMIT ${limit}
  ) AS stretch
  WHERE of_type.type IN (${ofTypes.map((type) => `'${type}'`).join(', ')})
  ORDER BY 2 DESC, 1 DESC LIMIT ${limit}`;

const withVersions = (listed: string): string =>
  withMemories(`
  SELECT id, (SELECT version FROM clambake.memory WHERE memory.id = listed.id) AS version, score
  FROM (${listed}) AS listed ORDER BY score DESC, id DESC`);

/** Both lists together, each in its order. */
const either = (one: string, other: string, limit: string): string =>
  `SELECT * FROM ((${one}) UNION ALL (${other})) AS listed ORDER BY score DESC, id DESC LIMIT ${limit}`;

const listEvery = statement<Found, ListValues>(
  'recall-first',
  withVersions(stretches(general, '', Object.values(MemoryType))),
);

const listProjects = statement<Found, ListValues>(
  'recall-first-of-projects',
  withVersions(stretches(general, 'memory.project_id IS NOT NULL AND', projectTypes)),
);

// No project is a project of its own, which no other has the number of.
const listScopes = statement<Found, [...ListValues, projectIds: number[], global: boolean]>(
  'recall-first-of',
  withVersions(
    either(
      stretches(
        general,
        'memory.project_id = of_project.project_id AND',
        projectTypes,
        'CROSS JOIN unnest($6::int[]) AS of_project (project_id)',
      ),
      stretches(general, '$7::boolean AND memory.project_id IS NULL AND', globalTypes),
      general.limit,
    ),
  ),
);

const listUsual = statement<Found, [projectId: number]>(
  'recall-first-usual',
  withVersions(
    either(
      stretches(usual, 'memory.project_id = $1 AND', projectTypes),
      stretches(usual, 'memory.project_id IS NULL AND', globalTypes),
      usual.limit,
    ),
  ),
);

type FilteredValues = [query: string | null, priority: number | null, id: number | null, limit: number];

const filtered = (source: string): string =>
  withMemories(`
  SELECT id, version, priority AS score FROM (
    SELECT id, version, clambake.memory_priority(type, updated_at) AS priority FROM (${source}) AS found
  ) AS placed
  WHERE $2::float8 IS NULL OR (priority, id) < ($2::float8, $3::int)
  ORDER BY priority DESC, id DESC LIMIT $4`);

const listFiltered = statement<Found, FilteredValues>(
  'recall-first-filtered',
  filtered(sources.now('search @@ $1::tsquery')),
);
const listThen = statement<Found, [...FilteredValues, asOf: Date]>(
  'recall-first-as-of',
  filtered(sources.asOf(matching('$1'), '$5')),
);

/** A page of what passes a filter, what should be known first standing first. The score of each is its priority. */
export function listFirst(
  queryable: Queryable,
  filter: RecallFilter,
  after: Place | undefined,
  limit: number,
): Promise<Found[]> {
  const [priority, id] = after ?? [null, null];
  const { projectIds, global, types, statuses, tags, authors, asOf } = filter;
  if (asOf !== null || tags !== null || authors !== null) {
    const groups = queriesOf(filter);
    const query = groups.length === 0 ? null : allOf(groups);
    if (asOf) return listThen(queryable, query, priority, id, limit, asOf);
    return listFiltered(queryable, query, priority, id, limit);
  }
  const [projectId, ...others] = projectIds ?? [];
  const isUsual = types === null && statuses?.join() === 'ACTIVE' && !after && limit === usualLimit;
  if (isUsual && projectId !== undefined && others.length === 0 && global) return listUsual(queryable, projectId);
  const values: ListValues = [
    types ?? Object.values(MemoryType),
    statuses ?? Object.values(MemoryStatus),
    priority,
    id,
    limit,
  ];
  if (projectIds !== null) return listScopes(queryable, ...values, projectIds, global);
  return global ? listEvery(queryable, ...values) : listProjects(queryable, ...values);
}
