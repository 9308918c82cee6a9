import pg from 'pg';

/** The database cannot be used. The message says what is wrong, where, and how to mend it; it never holds a password. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
}

/** Where a database is, for people: no password. */
export interface DatabaseAddress {
  user: string;
  host: string;
  port: number;
  database: string;
}

/**
 * Reads where a connection string leads.
 * @throws DatabaseError where it is no connection string
 */
export function readAddress(url: string): DatabaseAddress {
  try {
    // pg takes nearly anything, and then looks for a host of that name. Without a host, as with a socket, it is no URL to Node.
    new URL(url.replace('@/', '@localhost/'));
    const { user = '', host, port, database = '' } = new pg.Client({ connectionString: url });
    if (!Number.isInteger(port)) throw new TypeError('no port');
    return { user, host, port, database };
  } catch (cause) {
    if (cause instanceof Error && 'path' in cause && 'code' in cause) {
      throw new DatabaseError(
        `DATABASE_URL names the file ${JSON.stringify(cause.path)}, which cannot be read (${cause.code}): correct sslrootcert, sslcert or sslkey.`,
      );
    }
    // The value may hold a password, and so may the parser's message: neither is repeated.
    throw new DatabaseError(
      'DATABASE_URL cannot be read: write it like postgresql://user:password@localhost:5432/name, with special characters of the password percent-encoded (@ as %40, / as %2F).',
      { cause: cause instanceof Error ? cause.name : undefined },
    );
  }
}

/** An address such as `postgresql://me@localhost:5432/work`, without the password. */
export function describeAddress({ user, host, port, database }: DatabaseAddress): string {
  const who = user === '' ? '' : `${user}@`;
  if (host.startsWith('/')) return `postgresql://${who}/${database}?host=${host}&port=${port}`;
  return `postgresql://${who}${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

/** The five-character code of an error of Postgres, or the code of an error of the system; '' where it has none. */
export function troubleCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Node wraps the refusals of a name with several addresses.
  if (error instanceof AggregateError) return troubleCode(error.errors[0]);
  return '';
}

/** Whether the same attempt may succeed in a moment: the server starts, stops, or ended this connection. */
export function isPassing(error: unknown): boolean {
  const code = troubleCode(error);
  if (['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE'].includes(code)) return true;
  return error instanceof Error && /^Connection terminated/.test(error.message);
}

/**
 * Turns what went wrong with a Postgres server into one message with a remedy.
 * @param error what pg or the system threw
 * @param address the database it happened with
 * @returns the error itself where it is one of ours already
 */
export function databaseTrouble(error: unknown, address: DatabaseAddress): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const where = describeAddress(address);
  const text = error instanceof Error ? error.message : String(error);
  const say = (message: string): DatabaseError => new DatabaseError(message, { cause: error });
  const code = troubleCode(error);
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return say(`Nothing answers at ${where}: start that Postgres, or correct host and port in DATABASE_URL.`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say(`There is no host "${address.host}" (${where}): correct it in DATABASE_URL, or check the network.`);
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return say(`${where} cannot be reached (${code}): check host, port and firewall.`);
    case '28P01':
      return say(`${where} refuses the password of "${address.user}": correct it in DATABASE_URL.`);
    case '28000':
      return say(`${where} does not let "${address.user}" in: ${text}. Check the user, pg_hba.conf and sslmode.`);
    case '3D000':
      return say(
        `There is no database "${address.database}" on the server (${where}): create it (createdb ${shown(address.database)}), or correct the name in DATABASE_URL.`,
      );
    case '42501':
      return say(
        `"${address.user}" may not do what Clambake needs in ${where}: ${text}. As an administrator of that database: ` +
          `create schema clambake authorization ${quoted(address.user)};`,
      );
    case '53100':
    case 'ENOSPC':
      return say(`The disk of ${where} is full: make room, then start again. Nothing that was stored is lost.`);
    case '53300':
      return say(`${where} has no connection left: end some, or raise max_connections.`);
    case '57P03':
      return say(`${where} is not ready: ${text}. Try again in a moment.`);
    case '25006':
      return say(`${where} is read-only (a standby?): point DATABASE_URL at the primary server.`);
    case '55P03':
      return say(`Another server has been migrating ${where} for minutes: wait for it, or end it.`);
  }
  if (/timeout expired|timeout exceeded/.test(text)) {
    return say(`${where} does not answer within 5 s: check host, port and firewall.`);
  }
  if (/password must be a string|no password/i.test(text)) {
    return say(`${where} asks for a password and DATABASE_URL has none: postgresql://user:password@…`);
  }
  if (/does not support SSL/.test(text)) return say(`${where} has no TLS: add ?sslmode=disable to DATABASE_URL.`);
  return say(`${where} cannot be used: ${text}`);
}

/** A name from outside, fit for a message. */
function shown(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
