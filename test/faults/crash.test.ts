import { endedBackends, restartedPostgres } from './fault/broken-database.ts';
import { fullDisk } from './fault/full-disk.ts';
import { killedReplica, killedServer } from './fault/killed-server.ts';
import { lostWakeUp } from './fault/lost-wake-up.ts';
import { survives } from './short-form.ts';

survives('when something dies', [killedServer, lostWakeUp, killedReplica, endedBackends, restartedPostgres, fullDisk]);
