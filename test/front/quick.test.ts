import { describe, expect, test } from 'vitest';
import { startServer } from './support.ts';

/** Yoga's own way, which those take who say more of what they accept. */
const throughYoga = (accept: string): string => accept.replaceAll('json', 'json;q=1');

const bodies: [string, object][] = [
  ['an operation that goes well', { query: '{ me }' }],
  [
    'variables',
    { query: 'query ($text: String!) { echo(text: $text) }', variables: { text: 'Grüße "quoted" \u2028' } },
  ],
  ['one operation of several', { query: 'query A { me } query B { __typename }', operationName: 'B' }],
  ['an operation that it does not hold', { query: 'query A { me }', operationName: 'B' }],
  ['no name for one of several', { query: 'query A { me } query B { me }' }],
  ['a document that does not parse', { query: '{ me' }],
  ['a field that there is not', { query: '{ nothing }' }],
  ['a variable that is missing', { query: 'query ($text: String!) { echo(text: $text) }' }],
  ['a variable of another type', { query: 'query ($text: String!) { echo(text: $text) }', variables: { text: 7 } }],
  ['variables that are a list', { query: '{ me }', variables: [] }],
  ['variables that are a text', { query: '{ me }', variables: 'x' }],
  ['no document', {}],
  ['a document that is a number', { query: 7 }],
  ['a parameter that there is not', { query: '{ me }', id: 'x' }],
  ['a list of operations', [{ query: '{ me }' }]],
  ['a subscription', { query: 'subscription { quiet }' }],
];

describe.each([
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json',
])('a request that accepts %s', (accept) => {
  test.each(bodies)('is answered alike with %s, whichever way it goes', async (_what, body) => {
    const server = await startServer();
    const answers = [accept, throughYoga(accept)].map(async (header) => {
      const response = await server.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: header },
        body: JSON.stringify(body),
      });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        text: (await response.text()).replaceAll(';q=1', ''),
      };
    });
    const [quick, slow] = await Promise.all(answers);
    expect(quick).toEqual(slow);
  });

  test('runs once, also where a part of it fails', async () => {
    const server = await startServer();
    const { status, body } = await server.run('{ slow(ms: 1) bug }', {}, { accept });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: { slow: 'slept', bug: null },
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(server.seen.ran).toBe(1);
  });
});
