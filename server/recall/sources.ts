/**
 * Where memories are found, as SQL with the columns id, version, search, type, status and updated_at: what is known now, or what was
 * known at a time. Nobody asks both ways at once, so each statement that finds memories is prepared once for each.
 */
export const sources = {
  now: (where: string): string =>
    `SELECT id, version, search, type, status, updated_at FROM clambake.memory WHERE ${where}`,
  /** @param time the parameter that holds the time, such as `$9` */
  asOf: (where: string, time: string): string =>
    `SELECT id, version, search, type, status, updated_at FROM clambake.memory WHERE updated_at <= ${time}::timestamptz AND ${where}
     UNION ALL
     SELECT memory_id, version, search, type, status, created_at FROM (
       SELECT revision.memory_id, revision.version, revision.search, memory.type, revision.status, revision.created_at,
         revision.replaced_at
       FROM clambake.memory_revision AS revision JOIN clambake.memory ON memory.id = revision.memory_id
     ) AS earlier
     WHERE created_at <= ${time}::timestamptz AND replaced_at > ${time}::timestamptz AND ${where}`,
} as const;

/** That a memory has what is asked for, as SQL. @param query the parameter that holds a tsquery, null where everything has it */
export const matching = (query: string): string => `(${query}::tsquery IS NULL OR search @@ ${query}::tsquery)`;

/** That a memory has nothing of what is excluded, as SQL. @param query the parameter that holds a tsquery, null where nothing is */
export const without = (query: string): string => `(${query}::tsquery IS NULL OR NOT search @@ ${query}::tsquery)`;
