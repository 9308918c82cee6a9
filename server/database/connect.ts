import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from './client.ts';
import { type DatabaseLog, startEmbedded } from './embedded.ts';
import { databaseSchema } from './engine.ts';
import { migrate } from './migrate.ts';
import { databaseTrouble, describeAddress, readAddress, troubleCode } from './trouble.ts';

/** The database of a running server: reached, migrated, ready. */
export interface ConnectedDatabase {
  database: Database;
  /** The connection string, with the password: for further connections (LISTEN), never for people. */
  url: string;
  /** Which database it is, for people. */
  description: string;
  /** Closes every connection, then stops Postgres where it is the embedded one. */
  close(): Promise<void>;
}

/** How long a server given by DATABASE_URL may say that it is still starting, in milliseconds. */
const startingUp = 30_000;

/**
 * Connects to the database of the configuration: the embedded Postgres under `home`, started where it is not up, or the one
 * of `databaseUrl`. Applies what it lacks of the migrations.
 * @param signal gives it up
 * @throws DatabaseError with one message that says what is wrong and how to mend it, or the signal's reason; nothing is
 *   left running
 */
export async function connectDatabase(
  { home, databaseUrl }: Pick<Config, 'home' | 'databaseUrl'>,
  log: DatabaseLog,
  signal?: AbortSignal,
): Promise<ConnectedDatabase> {
  const onConnectionError = (err: Error): void => log.warn({ err }, 'A connection to the database broke.');
  if (databaseUrl !== undefined) {
    const address = readAddress(databaseUrl);
    await migrateWhenUp(databaseUrl, log, signal);
    const database = openDatabase(databaseUrl, { onConnectionError });
    return {
      database,
      url: databaseUrl,
      description: `${describeAddress(address)}, schema ${databaseSchema}`,
      close: () => database.close(),
    };
  }
  const embedded = await startEmbedded(home, log, { signal });
  try {
    signal?.throwIfAborted();
    await migrate(embedded.url, log);
    signal?.throwIfAborted();
    const database = openDatabase(embedded.url, { onConnectionError });
    return {
      database,
      url: embedded.url,
      description: `embedded PostgreSQL ${embedded.version} in ${embedded.folder}`,
      async close() {
        await database.close();
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    signal?.throwIfAborted();
    throw databaseTrouble(error, readAddress(embedded.url));
  }
}

/** Containers start side by side: a Postgres that says it is starting is given time. */
async function migrateWhenUp(url: string, log: DatabaseLog, signal?: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + startingUp; ; await sleep(250)) {
    signal?.throwIfAborted();
    try {
      await migrate(url, log);
      return;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (troubleCode(cause) !== '57P03' || Date.now() > deadline) throw error;
    }
  }
}
