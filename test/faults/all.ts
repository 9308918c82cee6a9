import { endedBackends, restartedPostgres } from './fault/broken-database.ts';
import { comingAndGoing, openTransaction } from './fault/coming-and-going.ts';
import { crowd } from './fault/crowd.ts';
import { fullDisk } from './fault/full-disk.ts';
import { killedReplica, killedServer } from './fault/killed-server.ts';
import { lostWakeUp } from './fault/lost-wake-up.ts';
import { race } from './fault/race.ts';
import { repeatedKey } from './fault/repeated-key.ts';
import { schedule } from './fault/schedule.ts';
import { silentListener, spoiledNetwork } from './fault/spoiled-network.ts';
import { unreadStreams } from './fault/unread-streams.ts';
import type { Fault } from './outcome.ts';

/** Every fault, in the order of the table. */
export const faults: Fault[] = [
  killedServer,
  lostWakeUp,
  killedReplica,
  endedBackends,
  restartedPostgres,
  silentListener,
  spoiledNetwork,
  unreadStreams,
  repeatedKey,
  race,
  comingAndGoing,
  openTransaction,
  fullDisk,
  crowd,
  schedule,
];
