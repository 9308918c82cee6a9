import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hangUp } from '../faults/client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { casesOf } from './scale/cases.ts';
import { generateMemory, questionFor } from './scale/memory.ts';
import { Stopwatch } from './scale/stopwatch.ts';
import { fill } from './scale/world.ts';

const memories = 400;

let server: TestServer;
let pool: pg.Pool;
let indexesBefore: string[];

async function column(sql: string): Promise<unknown[]> {
  const { rows } = await pool.query<{ value: unknown }>(sql);
  return rows.map(({ value }) => value);
}

const indexes = (): Promise<unknown[]> =>
  column(`select indexdef as value from pg_indexes where schemaname = 'clambake' order by 1`);

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  server = await startTestServer();
  pool = new pg.Pool({ connectionString: server.database.url, max: 4 });
  indexesBefore = (await indexes()) as string[];
  await fill(pool, memories, new Stopwatch());
  vi.restoreAllMocks();
});

afterAll(async () => {
  hangUp();
  await pool.end();
  await server.close();
});

describe('the generated database', () => {
  it('has the indexes that the migrations made', async () => {
    expect(await indexes()).toEqual(indexesBefore);
  });

  it('holds the memories that are made again by their numbers', async () => {
    expect(await column('select count(*)::int as value from clambake.memory')).toEqual([memories]);
    const { rows } = await pool.query(
      'select title, content, tags, files, version from clambake.memory where id = 123',
    );
    const { title, content, tags, files, version } = generateMemory(123, memories);
    expect(rows).toEqual([{ title, content, tags, files, version }]);
    expect(questionFor(generateMemory(123, memories))).toBe(questionFor(generateMemory(123, memories)));
  });

  it('has a row for every version, and knows when each was replaced', async () => {
    const wrong = await column(`
      select id as value from clambake.memory left join clambake.memory_revision as kept on memory_id = id
      group by id, memory.version
      having count(*) <> memory.version or max(kept.version) <> memory.version
        or count(replaced_at) <> memory.version - 1 or count(kept.search) <> memory.version - 1`);
    expect(wrong).toEqual([]);
  });

  it('lists every word that is in a memory', async () => {
    const missing = await column(`
      select distinct word as value from clambake.memory, unnest(tsvector_to_array(search)) as word
      where word ~ '^[a-z]{3,40}$' and not exists (select from clambake.memory_word as listed where listed.word = word)`);
    expect(missing).toEqual([]);
  });

  it('has links, cited memories and messages that fit what the server keeps', async () => {
    const [links] = await column('select count(*)::int as value from clambake.memory_link');
    expect(links).toBeGreaterThan(memories);
    expect(await column('select count(*)::int as value from clambake.message')).toEqual([memories / 5]);
    const gaps = await column(`
      select channel.id as value from clambake.channel left join clambake.message on channel_id = channel.id
      group by channel.id having count(message.id) <> last_seq or count(message.id) <> coalesce(max(seq), 0)`);
    expect(gaps).toEqual([]);
    const orphans = await column(`
      select message_id as value from clambake.citation where memory_id not in (select id from clambake.memory)
        or message_id not in (select id from clambake.message)
      union select source_id from clambake.memory where source_id not in (select id from clambake.message)`);
    expect(orphans).toEqual([]);
  });

  it('is answered in every case that is measured', { timeout: 120_000 }, async () => {
    const port = Number(new URL(server.url).port);
    const asking = { endpoint: { port, authority: `127.0.0.1:${port}` }, token: server.config.token ?? '' };
    const cases = casesOf(asking, memories);
    for (const { calls } of cases) for (const call of calls.slice(0, 5)) await call();
    for (const { name, found } of cases) if (found) expect(found, name).toMatchObject({ of: 5 });
    // A new memory gets the next number.
    expect(await column('select count(*)::int as value from clambake.memory')).toEqual([memories + 5]);
  });
});
