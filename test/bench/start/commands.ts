import * as module from 'node:module';
import { program, start } from '../../support/program.ts';
import type { Finding } from '../finding.ts';
import { interleave } from '../interleave.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';

/** What is run, with its arguments. */
const commands: Record<string, string[]> = {
  '--version': ['--version'],
  status: ['status'],
  inbox: ['inbox'],
  heartbeat: ['heartbeat', '--task', 'Rebuilding the import pipeline'],
  send: ['send', '--to', '@all', '--subject', 'The migration is in', '--body', 'The pool is larger now.'],
};

/** Times `node -e 0` that a command may take: Node that keeps what it compiled has less to do. */
const promised = 'enableCompileCache' in module ? 1.35 : 1.6;

/**
 * Runs commands of the built program and `node -e 0` by turns.
 * @param rounds how often each; the figure is the median
 * @throws Error where a command fails
 */
export async function commandTimes({ home, endpoint, token }: OwnServer, rounds: number): Promise<Part> {
  const env = {
    CLAMBAKE_HOME: home,
    CLAMBAKE_PORT: String(endpoint.port),
    CLAMBAKE_TOKEN: token,
    CLAMBAKE_SESSION: 'bench',
    CLAMBAKE_AUTOSTART: '0',
  };
  const run = async (args: string[]): Promise<void> => {
    const { code, stderr } = await start([process.execPath, ...args], { env, cwd: home }).ended;
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr.slice(0, 500)}`);
  };
  await run([program, 'register', '--project', 'start']);
  const calls: Record<string, () => Promise<void>> = { floor: () => run(['-e', '0']) };
  for (const [name, args] of Object.entries(commands)) calls[name] = () => run([program, ...args]);
  await interleave(calls, 1);
  const medians = await interleave(calls, rounds);
  const { floor = Number.NaN } = medians;
  return {
    findings: [
      { name: '`node -e 0`', value: floor, unit: 'ms' },
      ...Object.keys(commands).flatMap((name): Finding[] => {
        const value = medians[name] ?? Number.NaN;
        return [
          { name: `\`clambake ${name}\``, value, unit: 'ms' },
          {
            name: `\`clambake ${name}\` against \`node -e 0\``,
            value: value / floor,
            unit: '×',
            promise: { atMost: promised },
          },
        ];
      }),
    ],
    data: { rounds, medians },
  };
}
