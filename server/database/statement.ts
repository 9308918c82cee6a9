import type pg from 'pg';

/** Where a statement can run: a pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>;

/**
 * A prepared statement: Postgres parses it once a connection. For hot paths; see "Where the time goes" for what it saves.
 * @param name unique in the program, up to 63 bytes: one name with two texts is an error on the wire
 * @param text SQL with $1, $2 …; every name in it qualified by its schema, as search_path is not to be relied on
 * @param longest milliseconds until nobody waits for it any more, where that is longer than the pool waits. Postgres' own limit is
 *   lifted by the transaction it runs in: `SET LOCAL statement_timeout`.
 * @returns runs it and gives its rows; throws what pg throws
 */
export function statement<Row extends pg.QueryResultRow, Params extends readonly unknown[] = []>(
  name: string,
  text: string,
  longest?: number,
): (queryable: Queryable, ...params: Params) => Promise<Row[]> {
  return async (queryable, ...params) => {
    const query: pg.QueryConfig & { query_timeout?: number } = { name, text, values: [...params] };
    if (longest !== undefined) query.query_timeout = longest;
    const { rows } = await queryable.query<Row>(query);
    return rows;
  };
}

/**
 * Runs a transaction on one connection: committed when `run` returns, rolled back when it throws.
 * A connection on which even the rollback fails is closed, never used again.
 * @returns what `run` returned
 * @throws what `run` or the commit threw
 */
export async function transaction<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await run(client);
    const { command } = await client.query('commit');
    // Postgres answers the commit of a failed transaction with a rollback, and no error.
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed.');
    return result;
  } catch (error) {
    await client.query('rollback').catch((reason: unknown) => {
      broken = reason instanceof Error ? reason : new Error(String(reason));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
