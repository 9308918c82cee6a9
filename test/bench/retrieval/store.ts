import type pg from 'pg';
import { ensureProject } from '../../../server/project/service.ts';
import type { Memory } from '../collection/facts.ts';

/** A memory as it is told to whoever looks for it. */
export const textOf = ({ title, content }: Memory): string => `${title}\n${content}`;

/** All of a memory that can be searched, for those who know one text only. */
export const wholeText = ({ title, content, tags, files }: Memory): string =>
  [title, content, ...tags, ...files].join(' ');

/**
 * Stores a collection in an empty database, as the memories of one project; the id of each is its place and one. What Postgres
 * knows of the words is brought up to date, as it does by itself within a minute.
 */
export async function storeCollection(pool: pg.Pool, memories: readonly Memory[]): Promise<void> {
  const project = await ensureProject(pool, 'collection');
  const column = (value: (memory: Memory) => string): string[] => memories.map(value);
  await pool.query(
    `with stored as (
       insert into clambake.memory (id, project_id, type, title, content, tags, files)
       select id, $1, 'GOTCHA', title, content, string_to_array(tags, E'\\n'), string_to_array(files, E'\\n')
       from unnest($2::text[], $3::text[], $4::text[], $5::text[]) with ordinality as given (title, content, tags, files, id)
       returning *
     )
     insert into clambake.memory_revision (memory_id, version, title, content, status, tags, files)
     select id, version, title, content, status, tags, files from stored`,
    [
      project.id,
      column(({ title }) => title),
      column(({ content }) => content),
      column(({ tags }) => tags.join('\n')),
      column(({ files }) => files.join('\n')),
    ],
  );
  await pool.query('analyze clambake.memory');
}
