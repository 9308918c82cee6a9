import autocannon from 'autocannon';

/** What is asked over and over. */
export interface Load {
  port: number;
  path: string;
  /** The tokens of those who ask, a connection each in turn. */
  tokens: readonly string[];
  /** The body of every request. */
  body: string;
  connections: number;
  seconds: number;
}

/** What came of it. */
export interface Loaded {
  answered: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Answers that were none, or held errors. */
  failed: number;
}

/** Asks from every connection, the next as soon as the last is answered, by autocannon. */
export async function load({ port, path, tokens, body, connections, seconds }: Load): Promise<Loaded> {
  let opened = 0;
  const { requests, latency, errors, non2xx, timeouts, mismatches } = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
    connections,
    duration: seconds,
    setupClient(client) {
      const token = tokens[opened % tokens.length];
      opened += 1;
      client.setHeaders({
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
      });
    },
    verifyBody: (text) => !String(text).startsWith('{"errors"'),
  });
  return {
    answered: requests.total,
    perSecond: requests.total / seconds,
    p50: latency.p50,
    p99: latency.p99,
    failed: errors + non2xx + timeouts + mismatches,
  };
}
