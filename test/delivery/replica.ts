import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ActivityEvent } from '../../server/delivery/activity.ts';
import type { Heard } from '../../server/delivery/listener.ts';
import { createLogger, type Logger } from '../../server/logger.ts';

/** Writes down what a listener is told. */
export class Notebook implements Heard {
  readonly channelIds: number[] = [];
  readonly revokedIds: string[] = [];
  readonly events: ActivityEvent[] = [];
  resumes = 0;

  message(channelIds: number[]): void {
    this.channelIds.push(...channelIds);
  }

  revoked(instanceId: string): void {
    this.revokedIds.push(instanceId);
  }

  activity(event: ActivityEvent): void {
    this.events.push(event);
  }

  resumed(): void {
    this.resumes += 1;
  }
}

/** A pool as a server has it: a backend that is ended does not end the process. */
export function openPool(url: string, max = 4): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** A logger whose lines can be looked at. */
export function memoryLogger(): { log: Logger; lines: { level: string; msg: string }[] } {
  const lines: { level: string; msg: string }[] = [];
  const log = createLogger('debug', { write: (line) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean, within = 10_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Not within ${within} ms: ${what}.`);
    await sleep(5);
  }
}
