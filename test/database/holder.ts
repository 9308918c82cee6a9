/**
 * Holds the embedded Postgres of the home given as argument, for the tests that kill it: says what it got in one line of
 * JSON, and stops when its standard input ends.
 */
import { pino } from 'pino';
import { connectDatabase } from '../../server/database/connect.ts';
import { DatabaseError } from '../../server/database/trouble.ts';

const [home = ''] = process.argv.slice(2);
try {
  const connected = await connectDatabase({ home, databaseUrl: undefined }, pino({ level: 'silent' }));
  console.log(JSON.stringify({ url: connected.url, description: connected.description }));
  process.stdin.resume().once('end', () => void connected.close().then(() => process.exit()));
} catch (error) {
  if (!(error instanceof DatabaseError)) throw error;
  console.log(JSON.stringify({ refused: error.message }));
}
