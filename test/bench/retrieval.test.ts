import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { hangUp } from '../faults/client.ts';
import { startTestServer } from '../support/server.ts';
import { kinds, makeCollection } from './collection/collection.ts';
import { behind, judgeAll } from './retrieval.ts';

// The short form of `npm run bench -- retrieval`: fewer memories, fewer questions, and another seed.
const size = { memories: 1200, questions: 300, seed: 2 };

afterAll(hangUp);

describe('the generated collection', () => {
  const { memories, questions } = makeCollection(size);

  it('is the same for the same numbers, and another for others', () => {
    expect(makeCollection(size)).toEqual({ memories, questions });
    expect(makeCollection({ ...size, seed: 3 }).questions).not.toEqual(questions);
  });

  it('has as many memories and questions as were asked for, of every kind', () => {
    expect(memories.length).toBe(size.memories);
    expect(questions.length).toBeGreaterThanOrEqual(size.questions - kinds.length);
    expect(new Set(questions.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it('answers every question with one memory, and no two with the same', () => {
    expect(new Set(questions.map(({ answer }) => answer)).size).toBe(questions.length);
    const whole = memories.map(({ title, content, files }) => [title, content, ...files].join(' '));
    for (const { kind, text, answer } of questions.filter(({ kind }) => kind === 'phrase')) {
      const holds = whole.flatMap((each, place) => (each.includes(text.replaceAll('"', '')) ? [place] : []));
      expect(holds, kind).toEqual([answer]);
    }
  });
});

describe('recall', () => {
  it('finds more of the answers than ts_rank, and as many as MiniSearch as it comes', {
    timeout: 240_000,
  }, async () => {
    const server = await startTestServer();
    const pool = new pg.Pool({ connectionString: server.database.url, max: 2 });
    try {
      const port = Number(new URL(server.url).port);
      const asking = { endpoint: { port, authority: `127.0.0.1:${port}` }, token: server.config.token ?? '' };
      const judged = await judgeAll(makeCollection(size), asking, pool);
      expect(behind(judged)).toEqual([]);
    } finally {
      await pool.end();
      await server.close();
    }
  });
});
