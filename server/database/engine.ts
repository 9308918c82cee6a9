import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

/** The Postgres schema that holds every table of Clambake. */
export const databaseSchema = 'clambake';

/** Prisma's engine for migrations, open on one database. */
export interface Engine {
  engine: SchemaEngine;
  /** Frees the engine and its connections. */
  close(): Promise<void>;
}

/**
 * Opens Prisma's own migration engine, in its WebAssembly build, on a database: nothing is downloaded.
 * @param url the database; its user must be allowed to create databases where the engine needs a scratch one (`diff`)
 * @param schema the text of schema.prisma
 * @param tables the schema of what the engine writes without naming one, above all `_prisma_migrations`; it exists. Where it
 *   is left out the scripts of `diff` name the schema of everything, as migrations must.
 */
export async function openEngine(url: string, schema: string, tables?: string): Promise<Engine> {
  const { SchemaEngine } = await loadEngine();
  const pools: pg.Pool[] = [];
  const connect = async (database?: string): Promise<SqlDriverAdapter> => {
    // One connection: the engine takes its advisory lock in one call and relies on it in the next.
    const pool = new pg.Pool({
      connectionString: database === undefined ? url : withDatabase(url, database),
      max: 1,
      connectionTimeoutMillis: 5_000,
      application_name: 'clambake migrate',
      ...(tables === undefined ? {} : { options: `-c search_path=${tables}` }),
    });
    // The query that a broken connection interrupts rejects; without listeners the 'error' would end the process as well.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    pools.push(pool);
    const adapter = await new PrismaPg(pool, tables === undefined ? {} : { schema: tables }).connect();
    allowChars(pool, adapter);
    // The adapter cuts a script at every semicolon, also inside the body of a function. Prisma's native engine sends
    // it whole, so does this.
    adapter.executeScript = async (sql) => {
      await adapter.executeRaw({ sql, args: [], argTypes: [] });
    };
    return adapter;
  };
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(),
    connectToShadowDb: async () => {
      const database = `clambake_shadow_${globalThis.crypto.randomUUID()}`;
      const main = await connect();
      await main.executeScript(`create database "${database}"`);
      const adapter = await connect(database);
      const pool = pools.at(-1);
      adapter.dispose = async () => {
        await pool?.end();
        await main.executeScript(`drop database "${database}"`);
      };
      return adapter;
    },
  };
  const engine = await SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  return {
    engine,
    async close() {
      engine.free();
      await Promise.all(pools.map((pool) => pool.ended || pool.end()));
    },
  };
}

/**
 * Lets the adapter read the catalogue's type `"char"`, which it refuses. Postgres 18 lists NOT NULL among the constraints,
 * so that the engine meets the type on every table.
 */
function allowChars(pool: pg.Pool, adapter: SqlDriverAdapter): void {
  const charColumns = new WeakMap<unknown[][], number[]>();
  const send: (config: pg.QueryArrayConfig) => Promise<pg.QueryArrayResult> = pool.query.bind(pool);
  const query = async (config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult> => {
    const result = await send(config);
    const columns: number[] = [];
    for (const [index, field] of (result.fields ?? []).entries()) {
      if (field.dataTypeID !== pg.types.builtins.CHAR) continue;
      field.dataTypeID = pg.types.builtins.TEXT;
      columns.push(index);
    }
    if (columns.length > 0) charColumns.set(result.rows, columns);
    return result;
  };
  Object.assign(pool, { query });
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (asked) => {
    const result = await queryRaw(asked);
    for (const index of charColumns.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

let loaded: Promise<typeof import('@prisma/schema-engine-wasm')> | undefined;

/** Node cannot import WebAssembly as a module: the package's glue is wired to the instance by hand, once. */
function loadEngine(): Promise<typeof import('@prisma/schema-engine-wasm')> {
  loaded ??= (async () => {
    // Called when the engine panics; without it the panic would be a TypeError that says nothing.
    const set_message = (message: string): never => {
      throw new Error(`Prisma's migration engine failed: ${message}`);
    };
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message } });
    const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const bytes = await readFile(entry.replace(/\.js$/, '.wasm'));
    const imports: Record<string, WebAssembly.ImportValue> = { ...glue };
    for (const name of Object.keys(imports).filter((name) => name.startsWith('__wbg_setTimeout_'))) {
      // The engine gives a lock 10 s and never clears the timer: a server that stops would live on for the rest of them.
      imports[name] = (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds).unref();
    }
    const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports });
    glue.__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
    return glue;
  })();
  return loaded;
}
