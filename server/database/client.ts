import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { databaseSchema } from './engine.ts';
import { PrismaClient } from './generated/client.ts';

/** The database, open: one pool of connections, which prepared statements and Prisma share. */
export interface Database {
  pool: pg.Pool;
  prisma: PrismaClient;
  /** Asks the server for a sign of life; throws what pg throws. */
  ping(): Promise<void>;
  /** Waits for running queries, then closes every connection. */
  close(): Promise<void>;
}

/** How to open a database. */
export interface DatabaseOptions {
  /** Most connections at once; 20 where it is not given. */
  max?: number;
  /** Told about a connection that broke while nobody used it. The pool replaces it by itself. */
  onConnectionError?: (error: Error) => void;
}

/**
 * Milliseconds that Postgres gives an ordinary statement. Less than the pool waits for the answer: a statement that is only given up
 * here would go on there, and hold its locks.
 */
const longestStatement = 25_000;

/**
 * Opens a database whose migrations are applied. Connects when first used.
 *
 * An int8 arrives as a number: Clambake counts messages, far below 2^53. One beyond is an error, never a rounded number.
 * (Prisma has parsers of its own and gives a bigint.)
 * @param url where it is
 */
export function openDatabase(url: string, { max = 20, onConnectionError }: DatabaseOptions = {}): Database {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, parseInt8);
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: 5_000,
    // Opening another takes 15-40 ms: with the 10 s of pg each burst, and each connection that breaks, made somebody wait for one.
    idleTimeoutMillis: 300_000,
    // A connection whose other end is gone without a word: the pool closes it after this and takes another.
    query_timeout: 30_000,
    keepAlive: true,
    application_name: 'clambake',
    onConnect: (client) => limitStatements(client),
  });
  // A backend that is ended emits 'error' on the pool when idle, else on its client: without a listener either ends the process.
  const report = (error: Error): void => onConnectionError?.(error);
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { schema: databaseSchema, statementNameGenerator: statementNames() }),
  });
  return {
    pool,
    prisma,
    async ping() {
      await pool.query('select 1');
    },
    async close() {
      await prisma.$disconnect();
      if (!pool.ending) await pool.end();
    },
  };
}

/**
 * Has Postgres end what takes too long, unless the administrator has set a limit already. Not a parameter of the connection, which
 * PgBouncer would refuse; where a connection is shared by its transactions all of them are ours.
 */
async function limitStatements(client: pg.ClientBase): Promise<void> {
  const query: pg.QueryConfig & { query_timeout: number } = {
    text: `select set_config('statement_timeout', $1, false) where current_setting('statement_timeout') = '0'`,
    values: [`${longestStatement}ms`],
    query_timeout: 5_000,
  };
  await client.query(query);
}

/** @throws RangeError where the number is beyond what JavaScript counts exactly */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the integers that a number holds exactly.`);
  return value;
}

/**
 * Names Prisma's statements, so that Postgres keeps them prepared (20-40 % faster). Only the first 500 texts get one: lists
 * of every length make ever new texts, and a named statement stays in the memory of its connection.
 */
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= 500) return '';
    const name = `prisma_${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
