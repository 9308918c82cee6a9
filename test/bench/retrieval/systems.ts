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

/** MiniSearch (BM25): as it comes, and as it is set up by somebody who knows it, better and better. */
export function miniSearchSystems(memories: readonly Memory[]): System[] {
  const documents = memories.map((memory, place) => ({
    ...{ id: place + 1, title: memory.title, content: memory.content, text: wholeText(memory) },
    ...{ tags: memory.tags.join(' '), files: memory.files.join(' ') },
  }));
  const fields = ['title', 'content', 'tags', 'files'];
  const stop = new Set(stopWords);
  const processTerm = (term: string): string | null =>
    stop.has(term.toLowerCase()) ? null : stemmer(term.toLowerCase());
  const whole = { fields: ['text'], processTerm, searchOptions: { fuzzy: 0.2 } };
  // Its own way to cut a text, and where camelCase has its humps.
  const tokenize = (text: string): string[] => text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[\n\r\p{Z}\p{P}]+/u);
  const set: [name: string, options: Options][] = [
    ['MiniSearch as it comes', { fields }],
    ['MiniSearch, stems, title doubled', { fields, processTerm, searchOptions: { boost: { title: 2 } } }],
    ['MiniSearch, stems, all in one field', { fields: ['text'], processTerm }],
    ['the same and fuzzy', whole],
    ['the same and names cut at humps', { ...whole, tokenize }],
  ];
  return set.map(([name, options]) => {
    const index = new MiniSearch(options);
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
