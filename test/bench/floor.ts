import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Endpoint } from '../faults/client.ts';
import { forget, remember } from '../faults/remains.ts';

/** A bare server that each figure stands beside. */
export interface Floor {
  endpoint: Endpoint;
  pid: number | undefined;
  close(): Promise<void>;
}

/** A prepared statement that it runs. */
export interface FloorStatement {
  name: string;
  text: string;
  /** The values of one request and of the next, in turn. */
  turns: readonly (readonly unknown[])[];
}

/** What it answers a request to `/graphql` with where nothing else is said. */
const least = { '/graphql': [{ name: 'floor', text: 'select 1 as one', turns: [[]] }] };

/**
 * Starts it as a process of its own, as the server is one.
 * @param paths the statements that run, one after the other, for a request to each path; the rows of the last are the answer
 */
export async function startFloor(databaseUrl: string, paths: Record<string, FloorStatement[]> = least): Promise<Floor> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'floor.js')], {
    env: { ...process.env, DATABASE_URL: databaseUrl, FLOOR: JSON.stringify(paths, inHex) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  if (pid !== undefined) remember('process', pid);
  const ended = once(child, 'exit').then(([code]) => {
    if (pid !== undefined) forget('process', pid);
    return code as number | null;
  });
  const port = await Promise.race([
    once(child.stdout, 'data').then(([text]) => Number(String(text))),
    ended.then((code) => {
      throw new Error(`The bare server ended with ${code}.`);
    }),
  ]);
  return {
    endpoint: { port, authority: `127.0.0.1:${port}` },
    pid,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A Buffer is written as its bytes, which JSON has no value for. */
function inHex(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const given = this[key];
  return Buffer.isBuffer(given) ? { hex: given.toString('hex') } : value;
}
