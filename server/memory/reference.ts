import { distance } from 'fastest-levenshtein';
import type { MemoryType } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { checkText, excerpt, parseId } from '../input.ts';
import { anyOf, marks, term } from '../recall/tsquery.ts';

interface Named {
  id: number;
  type: MemoryType;
  title: string;
  projectId: number | null;
}

const columns = 'id, type, title, project_id AS "projectId"';

const findById = statement<Named, [id: number]>('memory-by-id', `SELECT ${columns} FROM clambake.memory WHERE id = $1`);

const lexemesOf = statement<{ words: string[] }, [title: string]>(
  'memory-title-words',
  'SELECT tsvector_to_array(clambake.search_vector($1)) AS words',
);

const findByWords = statement<Named, [query: string, title: string]>(
  'memory-by-title-words',
  `SELECT ${columns} FROM clambake.memory WHERE search @@ $1::tsquery
   ORDER BY lower(title) = lower($2) DESC, updated_at DESC LIMIT 200`,
);

const findByTitle = statement<Named, [title: string]>(
  'memory-by-title',
  `SELECT ${columns} FROM clambake.memory WHERE lower(title) = lower($1) LIMIT 20`,
);

/** Most memories that an error names. */
const named = 5;

/**
 * Finds the memory that somebody means (protocol: link to the issue by title): by its number, or by its title without regard to case.
 * @param argument the argument it was given as, for the error
 * @param scope where a title is looked for first: a project, or null for what is global
 * @param type what is preferred where several have the title
 * @throws ClambakeError BAD_INPUT, NOT_FOUND; both name what was likely meant, also in `extensions.suggestions`
 */
export async function requireMemory(
  queryable: Queryable,
  argument: string,
  reference: string,
  scope?: { projectId: number | null },
  type?: MemoryType,
): Promise<number> {
  const given = reference.trim();
  if (/^#?\d{1,10}$/.test(given)) {
    const id = parseId(argument, 'memory', given);
    const [found] = await findById(queryable, id);
    if (found) return id;
    throw new ClambakeError('NOT_FOUND', `${argument}: there is no memory #${id}, and nothing was stored.`, {
      argument,
    });
  }
  const title = checkText(argument, 'title', given);
  const [row] = await lexemesOf(queryable, title);
  const words = row?.words ?? [];
  // Without words that are looked up, titles are compared one by one.
  const alike =
    words.length > 0
      ? await findByWords(queryable, anyOf(words.map((word) => term(marks.title(word)))), title)
      : await findByTitle(queryable, title);
  const equal = alike.filter((memory) => memory.title.toLowerCase() === title.toLowerCase());
  const narrowed = [
    equal,
    equal.filter(({ projectId }) => scope === undefined || projectId === scope.projectId),
  ].flatMap((list) => [list, list.filter((memory) => memory.type === type)]);
  const single = narrowed.findLast((list) => list.length === 1)?.[0];
  if (single) return single.id;
  const several = narrowed.findLast((list) => list.length > 1);
  const meant = (several ?? alike.toSorted((one, other) => distance(one.title, title) - distance(other.title, title)))
    .slice(0, named)
    .map((memory) => ({ id: String(memory.id), type: memory.type, title: memory.title }));
  const list = meant.map((memory) => `#${memory.id} (${memory.type.toLowerCase()}): ${memory.title}`).join('\n');
  throw several
    ? new ClambakeError(
        'BAD_INPUT',
        `${argument}: several memories are called "${excerpt(title)}". Name one by its number:\n${list}`,
        {
          argument,
          suggestions: meant,
        },
      )
    : new ClambakeError(
        'NOT_FOUND',
        `${argument}: no memory is called "${excerpt(title)}", and nothing was stored.${list === '' ? '' : ` The nearest:\n${list}`}`,
        { argument, suggestions: meant },
      );
}
