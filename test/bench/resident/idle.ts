import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../../faults/client.ts';
import { Audience } from '../delivery/audience.ts';
import { memoryOf } from '../memory.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';
import { registerMembers } from '../requests/members.ts';

/** Who follows, and for how long nothing happens. */
export interface Idle {
  subscribers: number;
  seconds: number;
}

interface Watched {
  /** MB, second by second. */
  memory: number[];
  errors: string[];
}

/**
 * Has people follow their inboxes while nothing is sent; the figure is the most memory that the server takes after they came. First on
 * the server that has made its database and registered them all, then on one that was started again, to which they come back.
 */
export async function idle(server: OwnServer, { subscribers, seconds }: Idle): Promise<Part> {
  const { endpoint, token, process } = server;
  const members = await registerMembers(endpoint, token, 'idle', subscribers, { kind: 'idle', limit: 16 });
  const first = await watch(server, members, seconds);
  await process.stop();
  await process.start();
  const later = await watch(server, members, seconds);
  const what = `${subscribers} idle subscribers`;
  const most = ({ memory }: Watched): number => Math.max(...memory);
  return {
    findings: [
      { name: `${what}: memory`, value: most(later), unit: 'MB', promise: { below: 150 } },
      { name: `${what}: memory, after the first start and registering`, value: most(first), unit: 'MB' },
      {
        name: `${what}: errors`,
        value: first.errors.length + later.errors.length,
        unit: '',
        promise: { atMost: 0 },
      },
    ],
    data: { subscribers, first, later },
  };
}

async function watch({ endpoint, process }: OwnServer, members: readonly Member[], seconds: number): Promise<Watched> {
  const audience = new Audience();
  try {
    await audience.add(endpoint, members);
    const memory: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      await sleep(1000);
      memory.push(memoryOf(process.pid));
    }
    return { memory, errors: audience.errors.slice(0, 10) };
  } finally {
    await audience.close();
  }
}
