import { randomUUID } from 'node:crypto';
import { post } from '../client.ts';
import { withCluster } from '../cluster.ts';
import { type Fault, percentile } from '../outcome.ts';
import { query } from '../own-postgres.ts';

const sendMessage = `mutation ($clientKey: String!, $subject: String!) {
  sendMessage(to: "@all", subject: $subject, clientKey: $clientKey) {
    addressedTo message { id from to subject body type createdAt expiresAt threadId }
  }
}`;

/** Requests with one key at the same moment. */
const atOnce = 50;

/** The same request many times at once, over two servers: one message, and everybody is told of that one. */
export const repeatedKey: Fault = {
  title: `the same client key ${atOnce} times at once`,
  run: (scale) =>
    withCluster({ replicas: 2 }, async (cluster) => {
      const member = await cluster.register('keys');
      const runs = scale === 'long' ? 50 : 2;
      const violations: string[] = [];
      const times: number[] = [];
      for (let n = 0; n < runs; n += 1) {
        const variables = { clientKey: randomUUID(), subject: `round ${n}` };
        const answers = await Promise.all(
          Array.from({ length: atOnce }, async (_, i) => {
            const begun = performance.now();
            const answer = await post<object>(
              cluster.endpoint(i % 2),
              member.token,
              { query: sendMessage, variables },
              60_000,
            );
            times.push(performance.now() - begun);
            return JSON.stringify(answer);
          }),
        );
        const different = [...new Set(answers)];
        if (different.length > 1 || !different[0]?.includes('"status":200')) {
          violations.push(`${different.length} different answers: ${different.slice(0, 3).join(' ')}`);
        }
      }
      const rows = await query<{ subject: string }>(
        cluster.databaseUrl,
        'select subject from clambake.message where sender_id = $1',
        [member.id],
      );
      const subjects = new Set(rows.map(({ subject }) => subject));
      return [
        {
          ...{ fault: repeatedKey.title, runs, messages: rows.length, missed: runs - subjects.size },
          ...{
            duplicated: rows.length - subjects.size,
            latencies: [],
            violations: [...violations, ...cluster.deaths()],
          },
          notes: [`99 of 100 answers within ${percentile(times, 0.99).toFixed()} ms`],
        },
      ];
    }),
};
