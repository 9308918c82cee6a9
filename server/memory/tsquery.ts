import type { MemoryStatus, MemoryType } from '../database/generated/enums.ts';

/**
 * Queries over `clambake.memory.search`, as the text of a Postgres `tsquery`: its words as they stand in the index, and the marks
 * that the migration `memory_found_and_linked` puts beside them, so that one index answers a search and its filters together.
 */

/** A word or a mark as it stands in the index. */
export const term = (lexeme: string): string => `'${lexeme.replace(/['\\]/g, '$&$&')}'`;

/** The memories of a project; null stands for the global ones. */
export const ofProject = (id: number | null): string => term(`p:${id ?? ''}`);

export const ofType = (type: MemoryType): string => term(`k:${type.toLowerCase()}`);

export const ofStatus = (status: MemoryStatus): string => term(`s:${status.toLowerCase()}`);

/** Tags are matched without regard to case. */
export const withTag = (tag: string): string => term(`g:${tag.toLowerCase()}`);

/** What an instance, or `human`, first wrote. */
export const byAuthor = (id: string): string => term(`a:${id}`);

/** A word of the title. */
export const inTitle = (lexeme: string): string => term(`t:${lexeme}`);

/** Any of some queries, of which there is at least one. */
export const anyOf = (queries: readonly string[]): string => joined(queries, ' | ');

/** All of some queries, of which there is at least one. */
export const allOf = (queries: readonly string[]): string => joined(queries, ' & ');

const joined = (queries: readonly string[], operator: string): string =>
  queries.length === 1 ? (queries[0] ?? '') : `(${queries.join(operator)})`;
