import { MemoryStatus, type MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { anyOf, marks, term } from './tsquery.ts';

/** Which memories are looked at; null leaves a condition out. */
export interface RecallFilter {
  /** Memories of these projects; an empty list means none, null those of every project. */
  projectIds: number[] | null;
  /** Whether global memories are looked at too. */
  global: boolean;
  types: MemoryType[] | null;
  statuses: MemoryStatus[] | null;
  /** Memories with any of these tags, as `foldTags` gives them. */
  tags: string[] | null;
  /** What these first wrote: ids of instances, or `human`. */
  authors: string[] | null;
  /** A path that they speak of, or a part of one. */
  file: string | null;
  /** What was known then; what is known now where it is null. */
  asOf: Date | null;
}

/** The marks a memory must bear: one of each group. Beside them `queriesOf` leaves global ones out, where every project is looked at. */
export function groupsOf({ projectIds, global, types, statuses, tags, authors }: RecallFilter): string[][] {
  const scopes = [...(projectIds ?? []).map(marks.project), ...(global ? [marks.project(null)] : [])];
  return [
    // No mark says that a memory is of some project.
    ...(projectIds === null ? [] : [scopes]),
    ...(types === null ? [] : [types.map(marks.type)]),
    ...(statuses === null ? [] : [statuses.map(marks.status)]),
    ...(tags === null ? [] : [tags.map(marks.tag)]),
    ...(authors === null ? [] : [authors.map(marks.author)]),
  ];
}

/** A filter as queries, all of which have to match. A list of nothing matches nothing. */
export function queriesOf(filter: RecallFilter): string[] {
  const groups = groupsOf(filter).map((group) => (group.length === 0 ? nothing : anyOf(group.map(term))));
  return filter.projectIds === null && !filter.global ? [...groups, `!${term(marks.project(null))}`] : groups;
}

/** A query that no memory matches: no project has that mark. */
export const nothing = term('p:none');

/** A query that every memory matches: each has a status. */
export const every = anyOf(Object.values(MemoryStatus).map((status) => term(marks.status(status))));

const fold = statement<{ tag: string }, [tags: string[]]>(
  'recall-fold-tags',
  'SELECT lower(tag) AS tag FROM unnest($1::text[]) AS given (tag)',
);

/**
 * Tags without regard to case: by the rule, and in the locale, by which the index has them (the migration's `memory_search`).
 * @throws what pg throws
 */
export const foldTags = async (queryable: Queryable, tags: string[]): Promise<string[]> =>
  (await fold(queryable, tags)).map(({ tag }) => tag);
