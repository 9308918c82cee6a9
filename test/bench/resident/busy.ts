import type { Member } from '../../faults/client.ts';
import { ask, operationOf } from '../asking.ts';
import { memoryOf } from '../memory.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';
import { registerMembers } from '../requests/members.ts';
import { send } from '../sending.ts';
import { slopeOf } from './slope.ts';

/** Who keeps the server busy, and for how long. */
export interface Busy {
  instances: number;
  minutes: number;
}

/** Errors that are kept to be looked at. */
const kept = 10;

/**
 * Has instances send to one another and read their inboxes, each the next as soon as the last is answered, and looks once a second at
 * the server's memory. The growth is of the last two thirds: before, the server still fills what it keeps.
 */
export async function busy({ endpoint, token, process }: OwnServer, { instances, minutes }: Busy): Promise<Part> {
  const members = await registerMembers(endpoint, token, 'busy', instances, { kind: 'resident', limit: 16 });
  const { document } = operationOf('inbox');
  const begun = performance.now();
  const passed = (): number => (performance.now() - begun) / 60_000;
  const points: [number, number][] = [];
  const clock = setInterval(() => points.push([passed(), memoryOf(process.pid)]), 1000);
  const [errors, done] = [[] as string[], { sends: 0, inboxes: 0, failed: 0 }];
  const work = async (member: Member, neighbour: Member): Promise<void> => {
    while (passed() < minutes) {
      try {
        await send(endpoint, member, neighbour.id);
        done.sends += 1;
        await ask({ endpoint, token: member.token }, document, { first: 20 });
        done.inboxes += 1;
      } catch (error) {
        done.failed += 1;
        if (errors.length < kept) errors.push(String(error));
      }
    }
  };
  try {
    await Promise.all(members.map((member, number) => work(member, members[(number + 1) % instances] as Member)));
  } finally {
    clearInterval(clock);
  }
  const what = `${instances} instances send and read for ${minutes} min`;
  const growth = slopeOf(points.filter(([minute]) => minute > minutes / 3));
  return {
    findings: [
      { name: `${what}: growth of memory`, value: growth, unit: 'MB/min', promise: { below: 1 } },
      { name: `${what}: memory, highest`, value: Math.max(...points.map(([, memory]) => memory)), unit: 'MB' },
      { name: `${what}: messages`, value: done.sends / minutes / 60, unit: '/s' },
      { name: `${what}: failed`, value: done.failed, unit: '', promise: { atMost: 0 } },
    ],
    data: { instances, minutes, growth, points, done, errors },
  };
}
