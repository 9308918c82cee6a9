import { request } from 'node:http';
import { percentile } from '../../faults/outcome.ts';
import { ServerProcess } from '../../faults/server-process.ts';
import { ownHome } from '../own-home.ts';
import type { Part } from '../part.ts';

/** How often the server is started. */
export interface Starts {
  /** On an empty home each. */
  first: number;
  /** On the last of them. */
  later: number;
}

/** Starts servers until they say on /health that they are well; the figure is the median. */
export async function serverStarts({ first, later }: Starts): Promise<Part> {
  const [onEmpty, onData]: [number[], number[]] = [[], []];
  for (let number = 1; number <= first; number += 1) {
    const home = await ownHome();
    try {
      const begin = (): Promise<number> => untilHealthy(new ServerProcess({ CLAMBAKE_HOME: home.path }));
      onEmpty.push(await begin());
      if (number === first) for (let again = 0; again < later; again += 1) onData.push(await begin());
    } finally {
      await home.remove();
    }
  }
  return {
    findings: [
      {
        name: '`clambake serve` until it is healthy, first ever',
        value: percentile(onEmpty, 0.5),
        unit: 'ms',
        promise: { atMost: 4000 },
      },
      {
        name: '`clambake serve` until it is healthy, on existing data',
        value: percentile(onData, 0.5),
        unit: 'ms',
        promise: { atMost: 1000 },
      },
    ],
    data: { onEmpty, onData },
  };
}

/** Milliseconds from starting the process to the first answer that it is well; stops it. */
async function untilHealthy(server: ServerProcess): Promise<number> {
  const begun = performance.now();
  try {
    await server.start();
    const status = await health(server.port);
    if (status !== 200) throw new Error(`The server said that it is up, and answered ${status} on /health.`);
    return performance.now() - begun;
  } finally {
    await server.stop();
  }
}

function health(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/health', agent: false, timeout: 5_000 }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    })
      .once('error', reject)
      .end();
  });
}
