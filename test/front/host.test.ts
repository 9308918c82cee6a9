import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { assertSafeBinding, isLoopback, OwnHosts } from '../../server/front/host.ts';

describe('the names of a server', () => {
  const hosts = (host: string, allowedHosts: string[] = [], port = 2526): OwnHosts =>
    new OwnHosts({ host, allowedHosts }, port);
  const outward = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  test('on loopback are those of loopback with its port', () => {
    const own = hosts('127.0.0.1');
    for (const name of ['127.0.0.1:2526', 'localhost:2526', 'Localhost:2526', '[::1]:2526', '[0:0::1]:2526']) {
      expect(own.isOwn(name), name).toBe(true);
    }
    const foreign = [
      'localhost',
      '127.0.0.1:80',
      'localhost:2526.evil',
      'evil@localhost:2526',
      'localhost.:2526',
      '[::1]',
      ' localhost:2526',
    ];
    for (const name of [
      ...foreign,
      undefined,
      '',
      '[:::]:2526',
      '2130706433:2526',
      'localhost:2526,evil',
      ...(outward ? [`${outward}:2526`] : []),
    ]) {
      expect(own.isOwn(name), String(name)).toBe(false);
    }
  });

  test('on every address are those of the machine, but not 0.0.0.0', () => {
    const own = hosts('0.0.0.0');
    expect(own.isOwn('127.0.0.1:2526')).toBe(true);
    if (outward) expect(own.isOwn(`${outward}:2526`)).toBe(true);
    for (const name of ['0.0.0.0:2526', '[::]:2526', 'evil.example:2526', '203.0.113.9:2526']) {
      expect(own.isOwn(name), name).toBe(false);
    }
  });

  test('without a port mean port 80', () => {
    expect(hosts('127.0.0.1', [], 80).isOwn('localhost')).toBe(true);
  });

  test('that are allowed hold with any port', () => {
    const own = hosts('127.0.0.1', ['clambake.example', 'fe80::1']);
    for (const name of ['clambake.example', 'CLAMBAKE.example:443', '[fe80::1]:9'])
      expect(own.isOwn(name), name).toBe(true);
    expect(own.isOwn('sub.clambake.example')).toBe(false);
    expect(own.isOwnOrigin('https://clambake.example')).toBe(true);
    expect(own.isOwnOrigin('https://clambake.example.evil')).toBe(false);
    expect(own.isOwnOrigin('null')).toBe(false);
    expect(own.isOwnOrigin('file://localhost:2526')).toBe(false);
  });
});

describe('a binding', () => {
  test('beyond loopback needs a chosen token', () => {
    for (const host of ['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]'])
      assertSafeBinding({ host, token: undefined });
    for (const host of ['0.0.0.0', '::', '10.0.0.5', 'myhost', '127.0.0.1.evil.example', '']) {
      expect(() => assertSafeBinding({ host, token: undefined }), host).toThrow(/CLAMBAKE_TOKEN/);
    }
    assertSafeBinding({ host: '0.0.0.0', token: 'a'.repeat(16) });
  });

  test('counts an IPv4 peer on an IPv6 socket as loopback', () => {
    expect(isLoopback('::ffff:127.0.0.1')).toBe(true);
    expect(isLoopback('::ffff:10.0.0.1')).toBe(false);
  });
});
