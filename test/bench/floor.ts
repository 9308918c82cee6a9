import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Endpoint } from '../faults/client.ts';
import { forget, remember } from '../faults/remains.ts';

/** A bare server that each figure stands beside. */
export interface Floor {
  endpoint: Endpoint;
  close(): Promise<void>;
}

/** Starts it as a process of its own, as the server is one. */
export async function startFloor(databaseUrl: string): Promise<Floor> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'floor.js')], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
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
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
