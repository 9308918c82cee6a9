/**
 * Codes that say the database is out of reach, not that the statement is wrong: of Node, of Postgres (beside class 08), of Prisma, and
 * the kinds under which Prisma's adapter hides what pg reported.
 */
const awayCodes = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'ENOENT',
    'ENOTFOUND',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EAI_AGAIN',
  ],
  // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_session_timeout
  ...['57P01', '57P02', '57P03', '57P04', '57P05'],
  // too_many_connections; query_canceled, by the limit on a statement; read_only_sql_transaction, on a server that became a standby;
  // idle_in_transaction_session_timeout
  ...['53300', '57014', '25006', '25P03'],
  // disk_full, out_of_memory, configuration_limit_exceeded, io_error: it lasts longer, and is no fault of the statement either
  ...['53100', '53200', '53400', '58030'],
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037'],
  ...['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections'],
]);

/** pg, its pool and Prisma's transactions report these without a code of their own. */
const awayMessages =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection error|was closed)|Cannot use a pool after calling end|Transaction API error: Unable to start a transaction in the given time)/;

/** Whether this error, or one that it wraps, says that the database is out of reach for the moment. */
export function isDatabaseAway(error: unknown): boolean {
  return says(error, (code) => awayCodes.has(code) || /^08[0-9A-Z]{3}$/.test(code), awayMessages);
}

/** Whether this error, or one that it wraps, says that the disk of the database is full. */
export const isDiskFull = (error: unknown): boolean => says(error, (code) => code === '53100');

/** Whether this error, or one that it wraps, has such a code or message. */
function says(error: unknown, isSuch: (code: string) => boolean, such?: RegExp, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const read = (name: string): unknown => (error as Record<string, unknown>)[name];
  // Prisma keeps what pg reported as plain data: P2039 and P2010 have it in meta.driverAdapterError.cause.originalCode.
  const codes = ['code', 'originalCode', 'kind'].map(read);
  if (codes.some((code) => typeof code === 'string' && isSuch(code))) return true;
  const message = read('message');
  if (typeof message === 'string' && such?.test(message)) return true;
  const wrapped = ['cause', 'originalError', 'meta', 'driverAdapterError'].map(read);
  return wrapped.some((inner) => says(inner, isSuch, such, depth + 1));
}
