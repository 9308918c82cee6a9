import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { inlineScripts } from '../../server/front/page.ts';
import { rawRequest, startServer } from './support.ts';

describe('GraphiQL', () => {
  test('is shown to a browser without a token, and loads nothing from anywhere', async () => {
    const server = await startServer();
    const response = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html,*/*' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const html = await response.text();
    const markup = inlineScripts(html).reduce((rest, script) => rest.replace(script, () => ''), html);
    const loaded = [
      ...markup.matchAll(/(?:src|href|action)\s*=\s*["']?([^"'\s>]+)|url\(\s*["']?([^"')]+)|@import\s+["']?([^"']+)/g),
    ];
    const addresses = loaded.map(([, attribute, url, imported]) => attribute ?? url ?? imported ?? '');
    expect(addresses.filter((address) => !/^(data:|#)/.test(address))).toEqual([]);
  });

  test('may run its own scripts, ask its own server, and nothing else', async () => {
    const server = await startServer();
    const response = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    const html = await response.text();
    const policy = Object.fromEntries(
      (response.headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
        const [name = '', ...values] = rule.split(' ');
        return [name, values];
      }),
    );
    expect(policy).toMatchObject({
      'default-src': ["'none'"],
      'connect-src': ["'self'"],
      'frame-ancestors': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
    });
    const hashes = inlineScripts(html).map(
      (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    );
    expect(hashes).toHaveLength(2);
    expect(policy['script-src']).toEqual(hashes);
    expect(JSON.stringify(policy)).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('is sent packed to who can unpack it', async () => {
    const server = await startServer();
    const response = await fetch(`${server.url}/graphql`, {
      headers: { accept: 'text/html', 'accept-encoding': 'gzip' },
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(Number(response.headers.get('content-length'))).toBeLessThan(3_500_000);
    expect(await response.text()).toContain('<title>Clambake</title>');
  });

  test('is where a browser at / is sent', async () => {
    const server = await startServer();
    const response = await server.fetch('/');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
  });

  test('is not shown under a foreign name', async () => {
    const server = await startServer();
    expect(await rawRequest(server, 'GET /graphql HTTP/1.1\nHost: evil.example\nAccept: text/html')).toMatch(
      /^HTTP\/1.1 421 /,
    );
  });
});
