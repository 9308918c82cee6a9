import MiniSearch, { type Options } from 'minisearch';
import type pg from 'pg';
import { stemmer } from 'stemmer';
import { type Asking, ask } from '../asking.ts';
import type { Memory } from '../collection/facts.ts';
import { stopWords } from '../scale/words.ts';
import { wholeText } from './store.ts';

/** Something that answers questions. */
export interface System {
  name: string;
  /** The numbers of the memories it finds, from 1, the best first; of ten at most. */
  find(question: string): Promise<number[]>;
}

/** Clambake, over HTTP. */
export const clambake = (asking: Asking): System => ({
  name: 'Clambake',
  async find(search) {
    const { recall } = await ask<{ recall: { nodes: { id: string }[] } }>(
      asking,
      'query ($search: String!) { recall(search: $search, first: 10) { nodes { id } } }',
      { search },
    );
    return recall.nodes.map(({ id }) => Number(id));
  },
});

/** What Postgres has of itself, over all text of a memory, English. */
export async function postgresSystems(pool: pg.Pool, memories: readonly Memory[]): Promise<System[]> {
  await pool.query('create schema bench');
  await pool.query('create table bench.text (id int primary key, body text, words tsvector)');
  await pool.query(
    `insert into bench.text select id, body, to_tsvector('english', body)
     from unnest($1::text[]) with ordinality as given (body, id)`,
    [memories.map(wholeText)],
  );
  await pool.query('create index on bench.text using gin (words)');
  await pool.query('analyze bench.text');
  const found = async (name: string, text: string, value: unknown): Promise<number[]> => {
    const { rows } = await pool.query<{ id: number }>({ name, text, values: [value] });
    return rows.map(({ id }) => id);
  };
  const ranked = (query: string): string =>
    `select id from bench.text, ${query} as asked where words @@ asked order by ts_rank(words, asked) desc, id desc limit 10`;
  const anyWord = ranked(`cast(replace(cast(plainto_tsquery('english', $1) as text), '&', '|') as tsquery)`);
  const webSearch = ranked(`websearch_to_tsquery('english', $1)`);
  const like = 'select id from bench.text where body ilike any ($1::text[]) order by id desc limit 10';
  return [
    { name: 'ts_rank, any word', find: (question) => found('any', anyWord, question) },
    { name: 'ts_rank, websearch_to_tsquery', find: (question) => found('web', webSearch, question) },
    {
      name: 'ILIKE, any word, newest first',
      find: (question) =>
        found(
          'like',
          like,
          question
            .split(/[\s"]+/)
            .filter(Boolean)
            .map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`),
        ),
    },
  ];
}

/** MiniSearch (BM25): as it comes, and as somebody would set it up who knows it. */
export function miniSearchSystems(memories: readonly Memory[]): System[] {
  const documents = memories.map(({ title, content, tags, files }, place) => ({
    ...{ id: place + 1, title, content, tags: tags.join(' '), files: files.join(' ') },
  }));
  const fields = ['title', 'content', 'tags', 'files'];
  const stop = new Set(stopWords);
  const stemmed: Partial<Options> = {
    processTerm: (term) => (stop.has(term.toLowerCase()) ? null : stemmer(term.toLowerCase())),
  };
  const set: [name: string, options: Partial<Options>][] = [
    ['MiniSearch as it comes', {}],
    ['MiniSearch, stems, title doubled', { ...stemmed, searchOptions: { boost: { title: 2 } } }],
    ['MiniSearch, that and fuzzy 0.2', { ...stemmed, searchOptions: { boost: { title: 2 }, fuzzy: 0.2 } }],
  ];
  return set.map(([name, options]) => {
    const index = new MiniSearch({ fields, ...options });
    index.addAll(documents);
    return {
      name,
      find: async (question) =>
        index
          .search(question)
          .slice(0, 10)
          .map(({ id }) => Number(id)),
    };
  });
}
