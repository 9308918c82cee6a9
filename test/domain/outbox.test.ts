import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let agents: Agent[];
let pool: pg.Pool;
beforeAll(async () => {
  server = await startTestServer();
  agents = await Promise.all(['one', 'one', 'two', 'three'].map((project) => server.register(project)));
  pool = new pg.Pool({ connectionString: server.database.url, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await server.close();
});

const document = `mutation ($to: String!, $subject: String!, $type: MessageType!, $replyTo: ID, $clientKey: String) {
  sendMessage(to: $to, subject: $subject, type: $type, replyTo: $replyTo, clientKey: $clientKey) {
    message { id subject to from replyToId threadId }
  }
}`;

interface Sent {
  sendMessage: { message: { id: string; subject: string; to: string; from: string; replyToId: string | null } };
}

const message = fc.record({
  by: fc.nat(3),
  to: fc.constantFrom('@all', 'ONE', 'two', 'three', 'an instance', 'nobody-there'),
  type: fc.constantFrom('INFO', 'REQUEST', 'DONE', 'BLOCKER', 'WARNING'),
  reply: fc.constantFrom('none', 'none', 'none', 'missing'),
  key: fc.option(fc.nat(5), { nil: undefined }),
});

/** The numbers of each channel's messages in the order of their ids, and how far the channel has counted. */
async function channels(): Promise<{ seqs: number[]; last: number }[]> {
  const { rows } = await pool.query<{ seqs: number[]; last: number }>(
    `select array_agg(message.seq::int order by message.id) as seqs, max(channel.last_seq)::int as last
     from clambake.message join clambake.channel on channel.id = message.channel_id group by channel.id`,
  );
  return rows;
}

describe('messages that are sent at once', () => {
  test('are stored each as its sender was told, and numbered without a gap in the order of their ids', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 20, maxLength: 60 }), async (messages) => {
        run += 1;
        const asked = messages.map(({ by, to, type, reply, key }) => ({
          agent: agents[by] as Agent,
          variables: {
            to: to === 'an instance' ? (agents[(by + 1) % 4] as Agent).id : to,
            type,
            // Under one key the same is sent: by each agent a message of its own.
            subject: key === undefined ? `run ${run}, by ${by} ${Math.random()}` : `run ${run}, key ${key}`,
            replyTo: reply === 'missing' ? '2000000000' : null,
            clientKey: key === undefined ? null : `${run}-${key}-${to}-${type}-${reply}`,
          },
        }));
        const answers = await Promise.all(asked.map(({ agent, variables }) => agent.ask<Sent>(document, variables)));
        const ids = new Map<string, string>();
        for (const [index, { agent, variables }] of asked.entries()) {
          const { data, errors } = answers[index] ?? { data: null, errors: [] };
          if (variables.replyTo !== null || variables.to === 'nobody-there') {
            expect(errors.map(({ extensions }) => extensions.code)).toEqual([
              variables.replyTo === null ? 'UNKNOWN_RECIPIENT' : 'NOT_FOUND',
            ]);
            continue;
          }
          expect(errors).toEqual([]);
          const stored = data?.sendMessage.message;
          expect(stored).toMatchObject({ subject: variables.subject, from: agent.id, replyToId: null });
          expect(stored?.to.toLowerCase()).toBe(variables.to.toLowerCase());
          const key = variables.clientKey === null ? `alone ${index}` : `${agent.id} ${variables.clientKey}`;
          expect(ids.get(key) ?? stored?.id).toBe(stored?.id);
          ids.set(key, stored?.id ?? '');
        }
        expect(new Set(ids.values()).size).toBe(ids.size);
        const { rows } = await pool.query<{ id: string }>(
          `select id::text from clambake.message where subject like $1 order by message.id`,
          [`run ${run},%`],
        );
        expect(rows.map(({ id }) => id)).toEqual([...ids.values()].sort((a, b) => Number(a) - Number(b)));
        for (const { seqs, last } of await channels()) {
          expect(seqs).toEqual(Array.from({ length: last }, (_, n) => n + 1));
        }
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
