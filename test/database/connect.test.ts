import { createServer } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../server/database/connect.ts';
import { DatabaseError } from '../../server/database/trouble.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const log = pino({ level: 'silent' });

describe('a database given by DATABASE_URL', () => {
  let existing: TestDatabase;
  beforeAll(async () => {
    existing = await createTestDatabase({ migrated: false });
  });
  afterAll(() => existing.drop());

  /** The message of the refusal of a changed address. */
  async function refusal(change: (url: URL) => void): Promise<string> {
    const url = new URL(existing.url);
    change(url);
    const error = await connectDatabase({ home: '/nowhere', databaseUrl: url.href }, log).catch(
      (reason: unknown) => reason,
    );
    if (!(error instanceof DatabaseError)) throw error;
    if (url.password) expect(error.message).not.toContain(url.password);
    return error.message;
  }

  it('is migrated, used, and described without its password', async () => {
    const connected = await connectDatabase({ home: '/nowhere', databaseUrl: existing.url }, log);
    const { host, pathname, password } = new URL(existing.url);
    expect(connected.description).toBe(`postgresql://clambake@${host}${pathname}, schema clambake`);
    expect(connected.description).not.toContain(password);
    await connected.database.ping();
    await connected.close();
  });

  it('with a wrong password is refused with the user it is wrong for', async () => {
    expect(await refusal((url) => Object.assign(url, { password: 'wrong-horse' }))).toMatch(
      /refuses the password of "clambake": correct it in DATABASE_URL/,
    );
  });

  it('that does not exist is refused with the way to create it', async () => {
    expect(await refusal((url) => Object.assign(url, { pathname: '/missing_one' }))).toMatch(
      /There is no database "missing_one" on the server .*createdb missing_one/,
    );
  });

  it('on a port where nothing listens is refused with that address', async () => {
    expect(await refusal((url) => Object.assign(url, { port: '1' }))).toMatch(
      /^Nothing answers at postgresql:\/\/clambake@127\.0\.0\.1:1\/.*: start that Postgres, or correct host and port/,
    );
  });

  it('on a host that does not exist is refused with its name', async () => {
    expect(await refusal((url) => Object.assign(url, { hostname: 'no-such-host.invalid' }))).toContain(
      'There is no host "no-such-host.invalid"',
    );
  });

  it('that never answers is given up after 5 s', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? String(address.port) : '';
    expect(await refusal((url) => Object.assign(url, { port }))).toMatch(/does not answer within 5 s/);
    silent.close();
  });

  it('that cannot be read is refused without being repeated', async () => {
    const error = await connectDatabase({ home: '/nowhere', databaseUrl: 'postgresql://me:sec%ret@[/x' }, log).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DatabaseError);
    expect(String(error)).toContain('DATABASE_URL cannot be read');
    expect(String(error)).not.toContain('sec%ret');
  });
});
