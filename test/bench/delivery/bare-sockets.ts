import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { forget, remember } from '../../faults/remains.ts';
import { atOnce } from '../at-once.ts';
import { processorTime } from '../processor.ts';

/** What is sent, and to how many. */
export interface Broadcast {
  subscribers: number;
  messages: number;
  /** Bytes of each: as many as a message of Clambake's is on the wire. */
  bytes: number;
  /** Messages before those that are measured, and milliseconds behind each. */
  warming: number;
  aftermath: number;
}

/**
 * The floor of a delivery: a bare server of WebSockets, in a process of its own, that sends the same text to everybody.
 * @returns microseconds of its processor time a delivery
 */
export async function bareDelivery({ subscribers, messages, bytes, warming, aftermath }: Broadcast): Promise<number> {
  const child = fork(join(import.meta.dirname, 'bare-sockets.js'), { stdio: 'inherit' });
  const { pid } = child;
  if (pid !== undefined) remember('process', pid);
  const sockets: WebSocket[] = [];
  let received = 0;
  try {
    const [port] = (await once(child, 'message')) as [number];
    await atOnce(subscribers, 16, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      sockets.push(socket);
      await once(socket, 'open');
      socket.on('message', () => {
        received += 1;
      });
    });
    const send = async (count: number): Promise<void> => {
      for (let number = 0; number < count; number += 1) {
        const wanted = received + subscribers;
        child.send('x'.repeat(bytes));
        while (received < wanted) await sleep(5);
        await sleep(aftermath);
      }
    };
    await send(warming);
    const before = processorTime(pid) ?? Number.NaN;
    await send(messages);
    return (((processorTime(pid) ?? Number.NaN) - before) * 1000) / (subscribers * messages);
  } finally {
    for (const socket of sockets) socket.terminate();
    child.kill();
    if (pid !== undefined) forget('process', pid);
  }
}
