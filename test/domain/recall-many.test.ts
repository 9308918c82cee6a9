import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
let client: pg.Client;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('many');
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.close();
});

const titles = async (variables: Record<string, unknown>): Promise<string[]> => {
  const { recall } = await server.operator.do<{ recall: { nodes: { title: string }[]; totalCount: number } }>(
    'query ($search: String, $project: String) { recall(search: $search, project: $project) { totalCount nodes { title } } }',
    variables,
  );
  expect(recall.totalCount).toBeGreaterThanOrEqual(recall.nodes.length);
  return recall.nodes.map(({ title }) => title);
};

describe('behind 20,000 later memories', () => {
  beforeAll(async () => {
    await ann.remember('GOTCHA', 'The quiet one', { content: 'Nothing else is like it.' });
    await ann.remember('GOTCHA', 'Made of common words', { content: 'The noise and the hum.' });
    await client.query(
      `insert into clambake.memory (project_id, type, title, content, tags, files, updated_at)
       select case when n % 2 = 0 then project.id end, 'GOTCHA', case when n % 2 = 0 then 'Noise' else 'Hum' end, 'n', '{}', '{}',
         now() + interval '1 second'
       from clambake.project, generate_series(1, 20000) as n where project.name = 'many'`,
    );
    await client.query('analyze clambake.memory');
  });

  it.each([
    ['what lacks the word that all of them have', { search: '-noise -hum' }, ['The quiet one']],
    ['within a project too', { search: '-noise', project: 'many' }, ['The quiet one']],
    ['a phrase', { search: '"nothing else"' }, ['The quiet one']],
  ])('is found %s', async (_, variables, found) => {
    expect(await titles(variables)).toEqual(found);
  });

  it('is found what has several of their words, each of which is common', async () => {
    expect((await titles({ search: 'noise hum' }))[0]).toBe('Made of common words');
  });
});
