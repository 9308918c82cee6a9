import type pg from 'pg';
import { projectKey } from '../../../server/project/service.ts';
import { between, pick, seeded } from '../random.ts';
import { type GeneratedMemory, generateMemory, instanceCount, projectCount, projectName } from './memory.ts';
import type { Stopwatch } from './stopwatch.ts';

/**
 * Fills a migrated, empty database with memories and what belongs to them: 50 projects of skewed sizes, links, versions,
 * messages that cite memories. As `pg_restore` does it: without triggers and the indexes of memories, which are made at the end.
 * @param pool of a superuser
 */
export async function fill(pool: pg.Pool, memories: number, watch: Stopwatch): Promise<void> {
  const dropped = await dropIndexes(pool);
  await addPeople(pool);
  await watch.time('insert memories, their search text included', () => addMemories(pool, memories));
  await watch.time('insert versions', () => addRevisions(pool, memories));
  await watch.time('insert links', () => addLinks(pool, memories));
  await watch.time('insert messages and citations', () => addMessages(pool));
  await watch.time('list the words of memories', () => addWords(pool));
  for (const { name, definition } of dropped) await watch.time(`index ${name}`, () => pool.query(definition));
  await watch.time('vacuum and analyze', () => pool.query('vacuum (analyze)'));
  await pool.query('checkpoint');
}

/** Drops the indexes of memories and their versions but for the primary keys, and gives what makes them again. */
async function dropIndexes(pool: pg.Pool): Promise<{ name: string; definition: string }[]> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where schemaname = 'clambake' and tablename in ('memory', 'memory_revision', 'memory_word') and indexname not like '%\\_pkey'
     order by 1`,
  );
  for (const { name } of rows) await pool.query(`drop index clambake.${name}`);
  return rows;
}

async function addPeople(pool: pg.Pool): Promise<void> {
  const names = Array.from({ length: projectCount }, (_, n) => projectName(n + 1));
  await pool.query(
    `insert into clambake.project (id, name, key) select number, name, key
     from unnest($1::text[], $2::text[]) with ordinality as given (name, key, number)`,
    [names, names.map(projectKey)],
  );
  await pool.query(
    `insert into clambake.channel (kind, project_id, epoch) select 'PROJECT', id, 1000 + id from clambake.project`,
  );
  await pool.query(`select setval('clambake.project_id_seq', $1)`, [projectCount]);
  await pool.query(
    `insert into clambake.instance (id, project_id, directory, started_at, last_seen_at, ended_at, status)
     select 'brisk-otter-' || lpad(to_hex(number), 4, '0'), 1 + number % $2, '/work', now() - interval '1 day',
       now() - interval '1 day', now() - interval '1 day', 'SHUTTING_DOWN'
     from generate_series(1, $1::int) as number`,
    [instanceCount, projectCount],
  );
}

const insertBatch = `
  insert into clambake.memory (id, project_id, type, status, title, content, tags, files, author_id, version, created_at, updated_at, source_id)
  select id, project, type::clambake.memory_type, status::clambake.memory_status, title, content, string_to_array(tags, E'\\n'),
    string_to_array(files, E'\\n'), 'brisk-otter-' || lpad(to_hex(author), 4, '0'), version,
    now() - created * interval '1 day', now() - updated * interval '1 day', case when id % 20 = 6 then id / 5 end
  from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::int[],
    $11::float8[], $12::float8[]) as given (id, project, type, status, title, content, tags, files, author, version, created, updated)`;

async function addMemories(pool: pg.Pool, memories: number): Promise<void> {
  const size = 2000;
  let next = 1;
  const told = Math.ceil(memories / 10);
  await bothCores(pool, async (client) => {
    if (next > memories) return false;
    const first = next;
    next += size;
    const batch: GeneratedMemory[] = [];
    for (let id = first; id < Math.min(first + size, memories + 1); id += 1) batch.push(generateMemory(id, memories));
    const column = <Key extends keyof GeneratedMemory>(key: Key): GeneratedMemory[Key][] =>
      batch.map((each) => each[key]);
    const lines = (key: 'tags' | 'files'): string[] => batch.map((each) => each[key].join('\n'));
    await client.query({
      name: 'bench-insert',
      text: insertBatch,
      values: [
        ...[column('id'), column('project'), column('type'), column('status'), column('title'), column('content')],
        ...[lines('tags'), lines('files'), column('author'), column('version'), column('created'), column('updated')],
      ],
    });
    if (Math.floor(first / told) !== Math.floor((first + size) / told)) console.log(`    ${next - 1} memories`);
    return true;
  });
  await pool.query(`select setval('clambake.memory_id_seq', $1)`, [memories]);
}

/** Has two connections do steps until there is none left. Triggers rest: what they would do is done at the end. */
async function bothCores(pool: pg.Pool, step: (client: pg.PoolClient) => Promise<boolean>): Promise<void> {
  const work = async (): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('set session_replication_role = replica');
      while (await step(client));
    } finally {
      client.release(true);
    }
  };
  await Promise.all([work(), work()]);
}

/** As `remember` and `updateMemory` leave them: every version has a row, and those that were replaced can be searched. */
async function addRevisions(pool: pg.Pool, memories: number): Promise<void> {
  const size = 10_000;
  let next = 1;
  await bothCores(pool, async (client) => {
    if (next > memories) return false;
    const first = next;
    next += size;
    await client.query({
      name: 'bench-revisions',
      text: `
        with written as (
          select memory.*, number, created_at + (updated_at - created_at) * (number - 1) / greatest(version - 1, 1) as at,
            created_at + (updated_at - created_at) * number / greatest(version - 1, 1) as replaced,
            case when number < version then left(content, length(content) * 2 / 3) else content end as text,
            case when number < version then 'ACTIVE' else status end as held
          from clambake.memory cross join generate_series(1, version) as number where id >= $1 and id < $2
        )
        insert into clambake.memory_revision
          (memory_id, version, title, content, status, tags, files, author_id, created_at, replaced_at, search)
        select id, number, title, text, held, tags, files, author_id, at, case when number < version then replaced end,
          case when number < version
            then clambake.memory_search(project_id, type, held, title, text, tags, files, author_id) end
        from written`,
      values: [first, first + size],
    });
    return true;
  });
}

/** Three links each on average, to what is linked much already: a few memories become hubs. */
async function addLinks(pool: pg.Pool, memories: number): Promise<void> {
  const random = seeded(3);
  /** Of each project the memories that links begin or end at, once for each link. */
  const ends: number[][] = Array.from({ length: projectCount + 1 }, () => []);
  const kinds = [
    'RELATES_TO',
    'RELATES_TO',
    'RELATES_TO',
    'DEPENDS_ON',
    'DEPENDS_ON',
    'FIXES',
    'SUPERSEDES',
    'CONTRADICTS',
  ];
  const { rows } = await pool.query<{ projects: (number | null)[] }>(
    'select array_agg(project_id order by id) as projects from clambake.memory',
  );
  const projects = rows[0]?.projects ?? [];
  let [from, to, kind]: [number[], number[], string[]] = [[], [], []];
  const flush = async (): Promise<void> => {
    await pool.query(
      `insert into clambake.memory_link (from_id, to_id, kind)
       select * from unnest($1::int[], $2::int[], $3::clambake.memory_link_kind[]) on conflict do nothing`,
      [from, to, kind],
    );
    [from, to, kind] = [[], [], []];
  };
  for (let id = 1; id <= memories; id += 1) {
    const own = ends[projects[id - 1] ?? 0] ?? [];
    for (let n = between(random, 0, 6); n > 0 && own.length > 0; n -= 1) {
      // Some look into what is global.
      const place = random() < 0.05 && ends[0]?.length ? ends[0] : own;
      const target = pick(random, place);
      if (target === id) continue;
      from.push(id);
      to.push(target);
      kind.push(pick(random, kinds));
      place.push(target);
    }
    own.push(id);
    if (from.length >= 20_000) await flush();
  }
  await flush();
}

/** One message for every fifth memory, on the channel of its project; it cites that memory and one that many speak of. */
async function addMessages(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(`
      insert into clambake.message (id, channel_id, seq, sender_id, type, subject, body, thread_id, created_at, expires_at)
      select memory.id / 5, channel.id, row_number() over (partition by channel.id order by memory.id), author_id, 'INFO',
        left('About #' || memory.id || ': ' || title, 200), 'See #' || memory.id || ' and #' || 1 + memory.id % 97 || '.',
        memory.id / 5, memory.created_at, now() + interval '1 year'
      from clambake.memory join clambake.channel
        on channel.project_id = memory.project_id or memory.project_id is null and channel.kind = 'ALL'
      where memory.id % 5 = 0`);
    await client.query(`
      insert into clambake.citation (message_id, memory_id)
      select id, id * 5 from clambake.message union select id, 1 + id * 5 % 97 from clambake.message`);
    await client.query(`
      update clambake.channel set last_seq = sent.last
      from (select channel_id, max(seq) as last from clambake.message group by 1) as sent where sent.channel_id = channel.id`);
    await client.query(`select setval('clambake.message_id_seq', (select max(id) from clambake.message))`);
  } finally {
    client.release(true);
  }
}

/** What the trigger of the migration does for each statement. */
async function addWords(pool: pg.Pool): Promise<void> {
  await pool.query(`
    insert into clambake.memory_word (word)
    select distinct word from clambake.memory, unnest(tsvector_to_array(search)) as word
    where length(word) between 3 and 40 and word !~ '^[0-9]+$' and position(':' in word) = 0
    on conflict do nothing`);
}

/** A place among memories, for questions: spread over all, the same in every run. */
export function places(memories: number, count: number, seed: number): number[] {
  const random = seeded(4, seed);
  return Array.from({ length: count }, () => between(random, 1, memories));
}
