import type { Bench, Result } from './bench.ts';
import { brokenOf, figuresOf } from './finding.ts';
import { type Serve, withServer } from './own-server.ts';
import { runParts } from './part.ts';
import { commandTimes } from './start/commands.ts';
import { type Starts, serverStarts } from './start/servers.ts';

/** How often each is started. */
export interface StartSizes {
  starts: Starts;
  /** Of every command. */
  rounds: number;
}

/** What people and agents wait for: the server's start, and each command's. */
export const start: Bench = {
  name: 'start',
  about: 'the server from nothing and on its data until it is healthy, and commands beside `node -e 0`; 1 minute',
  run: ({ only }) => measureStart({ starts: { first: 3, later: 7 }, rounds: 15 }, withServer, only),
};

/**
 * The benchmark at any size.
 * @param serve gives the commands their server
 */
export async function measureStart({ starts, rounds }: StartSizes, serve: Serve, only?: string): Promise<Result> {
  const { findings, data } = await runParts(
    { server: () => serverStarts(starts), commands: () => serve((server) => commandTimes(server, rounds)) },
    only,
  );
  return {
    key: 'start',
    figures: [
      figuresOf('Starting', findings, [
        'Medians of wall times. Commands and `node -e 0` are run by turns, the commands against a server that is up.',
      ]),
    ],
    data,
    broken: brokenOf(findings),
  };
}
