import type { Bench, Result } from './bench.ts';
import { brokenOf, figuresOf } from './finding.ts';
import { type Serve, withServer } from './own-server.ts';
import { runParts } from './part.ts';
import { type Busy, busy } from './resident/busy.ts';
import { type Idle, idle } from './resident/idle.ts';

/** How much of each part is done. */
export interface ResidentSizes {
  idle: Idle;
  busy: Busy;
}

/** The memory that a server takes, and whether it takes more the longer it runs. */
export const resident: Bench = {
  name: 'resident',
  about: 'memory with 100 idle subscribers, and its growth in 10 minutes of sending and reading, or --minutes N',
  run: ({ minutes, only }) =>
    measureResident({ idle: { subscribers: 100, seconds: 10 }, busy: { instances: 8, minutes } }, withServer, only),
};

/**
 * The benchmark at any size.
 * @param serve gives each part its server
 */
export async function measureResident(sizes: ResidentSizes, serve: Serve, only?: string): Promise<Result> {
  const { findings, data } = await runParts(
    {
      idle: () => serve((server) => idle(server, sizes.idle)),
      busy: () => serve((server) => busy(server, sizes.busy)),
    },
    only,
  );
  return {
    key: 'resident',
    figures: [
      figuresOf('Memory of the server', findings, [
        'Resident memory of the server’s process, its Postgres not counted; a MB is a million bytes. Growth is the slope of a line through a figure a second over the last two thirds of the time.',
      ]),
    ],
    data,
    broken: brokenOf(findings),
  };
}
