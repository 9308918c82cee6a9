import type { MemoryStatus, MemoryType } from '../database/generated/enums.ts';

/**
 * Queries over the column `search` of memories and their versions, as the text of a Postgres `tsquery`: words as they stand in the
 * index, and the marks that the migration `memory_found_and_linked` puts beside them, so that one index answers a search and its
 * filters together.
 */

/** A word or a mark as it stands in the index. */
export const term = (lexeme: string): string => `'${lexeme.replace(/['\\]/g, '$&$&')}'`;

/** The marks themselves. */
export const marks = {
  /** The memories of a project; null stands for the global ones. */
  project: (id: number | null): string => `p:${id ?? ''}`,
  type: (type: MemoryType): string => `k:${type.toLowerCase()}`,
  status: (status: MemoryStatus): string => `s:${status.toLowerCase()}`,
  /** @param tag in the small letters of Postgres (`foldTags`): JavaScript has others */
  tag: (tag: string): string => `g:${tag}`,
  /** What an instance, or `human`, first wrote. */
  author: (id: string): string => `a:${id}`,
  /** A word of the title. */
  title: (lexeme: string): string => `t:${lexeme}`,
} as const;

/** Any of some queries, of which there is at least one. */
export const anyOf = (queries: readonly string[]): string => joined(queries, ' | ');

/** All of some queries, of which there is at least one. */
export const allOf = (queries: readonly string[]): string => joined(queries, ' & ');

const joined = (queries: readonly string[], operator: string): string =>
  queries.length === 1 ? (queries[0] ?? '') : `(${queries.join(operator)})`;
