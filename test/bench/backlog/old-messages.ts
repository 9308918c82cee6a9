import pg from 'pg';

/** How many are inserted at a time. */
const batch = 100_000;

/**
 * Generates expired messages, each with a receipt, all from and to instances that have left: two of three on the channel of all,
 * one on that of a project, every tenth an unanswered request. Without triggers, as `pg_restore` does it.
 * The server that runs on this database has to be started anew: it knows of other last numbers of the channels.
 * @param url of a superuser
 * @param project by its name, which has to exist
 */
export async function addOldMessages(url: string, project: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query('set synchronous_commit = off');
    await client.query(
      `insert into clambake.instance (id, project_id, directory, started_at, last_seen_at, ended_at, status)
       select left_one, project.id, '/work', now() - interval '1 year', now() - interval '1 day', now() - interval '1 day', 'SHUTTING_DOWN'
       from clambake.project, unnest(array['early-heron-0001', 'early-heron-0002']) as left_one where name = $1`,
      [project],
    );
    for (let first = 1; first <= count; first += batch) {
      await client.query(insertBatch, [project, first, Math.min(first + batch - 1, count), count]);
    }
    await client.query(`
      update clambake.channel set last_seq = sent.last
      from (select channel_id, max(seq) as last from clambake.message group by 1) as sent where sent.channel_id = channel.id`);
    await client.query(`select setval('clambake.message_id_seq', (select max(id) from clambake.message))`);
    await client.query('vacuum (analyze)');
  } finally {
    await client.end();
  }
}

/** The oldest expired a year ago, the youngest within the hour. */
const insertBatch = `
  with old as (
    insert into clambake.message (id, channel_id, seq, sender_id, type, subject, body, thread_id, created_at, expires_at)
    select number, channel.id, case when kind = 'ALL' then number - number / 3 else number / 3 end, 'early-heron-0001',
      (case when number % 10 = 0 then 'REQUEST' else 'INFO' end)::clambake.message_type, 'Migration ' || number || ' is in',
      repeat('The pool of connections is larger now: 20 instead of 10. ', 4), number,
      now() - age - interval '1 day', now() - age
    from (select number, interval '10 minutes' + interval '1 year' * (1 - number / $4::float8) as age
      from generate_series($2::int, $3::int) as number) as generated
    join clambake.channel on case when number % 3 = 0
      then project_id = (select id from clambake.project where name = $1) else kind = 'ALL' end
    returning id, created_at
  )
  insert into clambake.receipt (message_id, instance_id, delivered_at, read_at)
  select id, 'early-heron-0002', created_at, created_at from old`;
