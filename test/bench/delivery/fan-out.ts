import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../faults/outcome.ts';
import { memoryOf } from '../memory.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';
import { processorTime } from '../processor.ts';
import { registerMembers } from '../requests/members.ts';
import { send } from '../sending.ts';
import { Audience } from './audience.ts';
import { bareDelivery } from './bare-sockets.ts';

/** To how many a message goes. */
export interface Crowd {
  /** Subscribers whom messages go to one at a time, and how many messages. */
  some: number;
  messages: number;
  /** Subscribers that there are in the end. */
  many: number;
}

/** Milliseconds after the last delivery for which the server still works on it: it stores who has it. */
const aftermath = 500;

/** Messages before those that are measured: by then the server has compiled what it runs. */
const warming = 5;

/** Messages to the whole crowd. */
const toMany = 3;

/** Sends to everybody, one message at a time, first while some follow their inboxes, then while many do. */
export async function fanOut(server: OwnServer, { some, messages, many }: Crowd): Promise<Part> {
  const { endpoint, token, process } = server;
  const audience = new Audience();
  let bytes = 0;
  try {
    const [sender] = await registerMembers(endpoint, token, 'crowd', 1, { kind: 'sender' });
    if (!sender) throw new Error('Nobody is there to send.');
    const grow = async (kind: string, count: number): Promise<void> =>
      audience.add(
        endpoint,
        await registerMembers(endpoint, token, 'crowd', count, { kind, limit: 16 }),
        ({ frame }) => {
          bytes = frame.length;
        },
      );
    await grow('some', some);
    await deliver(server, audience, sender, warming);
    const before = processorTime(process.pid);
    const first = await deliver(server, audience, sender, messages);
    const after = processorTime(process.pid);
    const cost = (((after ?? Number.NaN) - (before ?? Number.NaN)) * 1000) / (some * messages);
    const floor = await bareDelivery({ subscribers: some, messages, bytes, warming, aftermath });
    await grow('many', many - some);
    const second = await deliver(server, audience, sender, toMany);
    const errors = [...first.errors, ...second.errors, ...audience.errors];
    return {
      findings: [
        {
          name: `${some} subscribers: server CPU a delivery`,
          value: cost,
          unit: 'us',
          promise: { atMost: 20 },
        },
        { name: `${some} subscribers: CPU a delivery of a bare server of WebSockets`, value: floor, unit: 'us' },
        {
          name: `${some} subscribers: until the last has it, slowest`,
          value: Math.max(...first.times),
          unit: 'ms',
          promise: { atMost: 250 },
        },
        { name: `${some} subscribers: until the last has it, p50`, value: percentile(first.times, 0.5), unit: 'ms' },
        {
          name: `${many} subscribers: server memory, highest`,
          value: second.memory,
          unit: 'MB',
          promise: { below: 600 },
        },
        { name: `${many} subscribers: until the last has it, slowest`, value: Math.max(...second.times), unit: 'ms' },
        { name: `${many} subscribers: missed`, value: first.missed + second.missed, unit: '', promise: { atMost: 0 } },
        { name: `${many} subscribers: given twice`, value: audience.duplicates, unit: '', promise: { atMost: 0 } },
        { name: `${many} subscribers: errors`, value: errors.length, unit: '', promise: { atMost: 0 } },
      ],
      data: { some, messages, many, bytes, first, second, errors: errors.slice(0, 10) },
    };
  } finally {
    await audience.close();
  }
}

interface Delivered {
  /** Milliseconds from the sending of each until the last had it. */
  times: number[];
  /** The most memory of the server, looked at every 50 ms, in MB. */
  memory: number;
  missed: number;
  errors: string[];
}

async function deliver(
  { endpoint, process }: OwnServer,
  audience: Audience,
  sender: { token: string },
  count: number,
): Promise<Delivered> {
  const found: Delivered = { times: [], memory: memoryOf(process.pid), missed: 0, errors: [] };
  const clock = setInterval(() => {
    found.memory = Math.max(found.memory, memoryOf(process.pid));
  }, 50);
  try {
    for (let number = 0; number < count; number += 1) {
      const sent = performance.now();
      try {
        const id = await send(endpoint, sender, '@all');
        found.times.push((await audience.everybodyHas(id)) - sent);
        found.missed += audience.size - audience.having(id);
      } catch (error) {
        found.errors.push(String(error));
      }
      await sleep(aftermath);
    }
  } finally {
    clearInterval(clock);
  }
  return found;
}
