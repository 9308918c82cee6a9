import { setTimeout as sleep } from 'node:timers/promises';
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

/** Has people follow their inboxes while nothing is sent; the figure is the most memory that the server takes after they came. */
export async function idle({ endpoint, token, process }: OwnServer, { subscribers, seconds }: Idle): Promise<Part> {
  const audience = new Audience();
  try {
    const members = await registerMembers(endpoint, token, 'idle', subscribers, { kind: 'idle', limit: 16 });
    await audience.add(endpoint, members);
    const memory: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      await sleep(1000);
      memory.push(memoryOf(process.pid));
    }
    const what = `${subscribers} idle subscribers`;
    return {
      findings: [
        { name: `${what}: memory`, value: Math.max(...memory), unit: 'MB', promise: { below: 150 } },
        { name: `${what}: errors`, value: audience.errors.length, unit: '', promise: { atMost: 0 } },
      ],
      data: { subscribers, memory, errors: audience.errors.slice(0, 10) },
    };
  } finally {
    await audience.close();
  }
}
