import type { Bench, Result } from './bench.ts';
import { closedLoop, type Senders } from './delivery/closed-loop.ts';
import { type Crowd, fanOut } from './delivery/fan-out.ts';
import { type Pace, paced } from './delivery/paced.ts';
import { brokenOf, figuresOf } from './finding.ts';
import { type Serve, withServer } from './own-server.ts';
import { runParts } from './part.ts';

/** How much of each part is done. */
export interface DeliverySizes {
  pace: Pace;
  crowd: Crowd;
  senders: Senders;
}

const full: DeliverySizes = {
  pace: { writers: 12, subscribers: 20, seconds: 10 },
  crowd: { some: 1000, messages: 10, many: 5000 },
  senders: { instances: 200, sends: 50 },
};

/** Messages on their way to those who follow their inboxes, who are in this process. */
export const delivery: Bench = {
  name: 'delivery',
  about: 'from the sender to 20, 1,000 and 5,000 subscribers, and 200 who send at once; 2 minutes',
  run: ({ only }) => measureDelivery(full, withServer, only),
};

/**
 * The benchmark at any size.
 * @param serve gives each part its server
 */
export async function measureDelivery(
  { pace, crowd, senders }: DeliverySizes,
  serve: Serve,
  only?: string,
): Promise<Result> {
  const { findings, data } = await runParts(
    {
      pace: () => serve((server) => paced(server, pace)),
      crowd: () => serve((server) => fanOut(server, crowd)),
      senders: () => serve((server) => closedLoop(server, senders)),
    },
    only,
  );
  return {
    key: 'delivery',
    figures: [
      figuresOf('Delivery', findings, [
        'Subscribers on WebSockets ask what `clambake watch` asks; they and the senders are in one process beside the server, on the same machine. createdAt lies before the commit, the sender’s answer behind it: the time from the commit is between the two. Writers rest 50 to 150 ms after each message. CPU a delivery is all that the server takes from the sending until half a second after the last has it, its Postgres not counted. Where a promise is missed, `test/bench/delivery/profile.md` says where the time goes.',
      ]),
    ],
    data,
    broken: brokenOf(findings),
  };
}
