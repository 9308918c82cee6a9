import { audiencesOf, type Sending } from './backlog/audiences.ts';
import { inboxes, type Reading } from './backlog/inbox.ts';
import type { Bench, Result } from './bench.ts';
import { brokenOf, figuresOf } from './finding.ts';
import { type ServeMany, withServers } from './own-server.ts';
import { runParts } from './part.ts';

/** How much of each part is done. */
export interface BacklogSizes {
  reading: Reading;
  sending: Sending;
}

/** What should cost the same however much there is: old messages, live instances. */
export const backlog: Bench = {
  name: 'backlog',
  about: 'an inbox beside 1,000,000 expired messages, or --messages N, and sending to 10, 100 and 1,000; 4 minutes',
  run: ({ messages, only }) =>
    measureBacklog(
      { reading: { messages, rounds: 400 }, sending: { audiences: [10, 100, 1000], rounds: 300 } },
      withServers,
      only,
    ),
};

/**
 * The benchmark at any size.
 * @param serve gives whatever is compared a server each
 */
export async function measureBacklog(
  { reading, sending }: BacklogSizes,
  serve: ServeMany,
  only?: string,
): Promise<Result> {
  const { findings, data } = await runParts(
    {
      inbox: () => serve(2, (servers) => inboxes(servers, reading)),
      audience: () => serve(sending.audiences.length, (servers) => audiencesOf(servers, sending)),
    },
    only,
  );
  return {
    key: `backlog ${reading.messages}`,
    figures: [
      figuresOf('Old messages and many instances', findings, [
        'What is compared runs beside each other, on a server and a Postgres of its own each, and is asked by turns, one request at a time. Old messages have a receipt each; a third is on the channel of the asker’s project, the others on that of all. The sender asks what `clambake send` asks.',
      ]),
    ],
    data,
    broken: brokenOf(findings),
  };
}
