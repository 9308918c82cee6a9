import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { startServer, token } from './support.ts';

test('the server passes the GraphQL-over-HTTP audit: no MUST and no SHOULD fails', async () => {
  const server = await startServer();
  const results = await auditServer({
    url: `${server.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` },
      }),
  });
  expect(results.length).toBeGreaterThan(50);
  const failed = results
    .filter(({ status }) => status !== 'ok')
    .map(({ name, ...rest }) => `${name}${'reason' in rest ? `: ${rest.reason}` : ''}`);
  expect(failed.filter((name) => /^(MUST|SHOULD)/.test(name))).toEqual([]);
});
