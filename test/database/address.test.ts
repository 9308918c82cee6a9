import { describe, expect, it } from 'vitest';
import { DatabaseError, describeAddress, readAddress } from '../../server/database/trouble.ts';

describe('a DATABASE_URL', () => {
  it.each([
    ['of a host', 'postgresql://me:geheim@db.example/work', 'postgresql://me@db.example:5432/work'],
    ['with an IPv6 address', 'postgresql://me:geheim@[::1]:5433/work', 'postgresql://me@[::1]:5433/work'],
    [
      'with parameters that Clambake does not know',
      'postgresql://me:geheim@h/work?pgbouncer=true&connection_limit=1&schema=public&foo=bar',
      'postgresql://me@h:5432/work',
    ],
    ['of several hosts', 'postgresql://me:geheim@h1,h2/work', 'postgresql://me@h1,h2:5432/work'],
    [
      'of a socket',
      'postgresql://me@/work?host=/var/run/postgresql',
      'postgresql://me@/work?host=/var/run/postgresql&port=5432',
    ],
    [
      'of a socket, its folder percent-encoded as host',
      'postgresql://me:geheim@%2Fvar%2Frun%2Fpostgresql/work',
      'postgresql://me@/work?host=/var/run/postgresql&port=5432',
    ],
    [
      'whose host and password are parameters',
      'postgresql://me@h/work?host=other&password=geheim',
      'postgresql://me@other:5432/work',
    ],
  ])('%s is described without its password', (_what, url, description) => {
    expect(describeAddress(readAddress(url))).toBe(description);
  });

  it('of a socket without a user is that of whoever runs the server, and its description can be read again', () => {
    const address = readAddress('postgresql:///work?host=/var/run/postgresql');
    expect(address).toMatchObject({ host: '/var/run/postgresql', port: 5432, database: 'work' });
    for (const user of ['', 'me']) {
      const description = describeAddress({ ...address, user });
      expect(readAddress(description)).toMatchObject({ host: '/var/run/postgresql', database: 'work' });
    }
    expect(describeAddress({ ...address, user: '' })).toBe('postgresql:///work?host=/var/run/postgresql&port=5432');
  });

  it.each([
    'postgresql://me:geheim@h:99999/work',
    'postgresql://me:geheim@h/work?port=abc',
    'postgresql://me:geheim@h1:1,h2:2/work',
    'postgresql://me:geheim@[::1/work',
    'postgresql://me:%zz-geheim@[fe80::1%25eth0]/work',
  ])('that cannot be used is refused without being repeated (%s)', (url) => {
    const read = (): unknown => readAddress(url);
    expect(read).toThrow(DatabaseError);
    expect(read).toThrow('DATABASE_URL cannot be read: write it like');
    expect(read).not.toThrow('geheim');
  });

  it('that names a certificate that is not there is refused with its path', () => {
    expect(() => readAddress('postgresql://me:geheim@h/work?sslmode=verify-full&sslrootcert=/no/such.pem')).toThrow(
      'DATABASE_URL names the file "/no/such.pem", which cannot be read (ENOENT)',
    );
  });
});
