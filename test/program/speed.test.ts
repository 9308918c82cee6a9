import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Machine, program, type Started } from '../support/program.ts';

// This file runs alone, after all others: vitest.config.ts. What else the machine does can only make a figure worse: hence
// further attempts, and not wider limits.

const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.close();
});

async function createMachine(): Promise<Machine> {
  const machine = await Machine.create({ CLAMBAKE_SESSION: 'one', CLAMBAKE_AUTOSTART: '0' });
  machines.push(machine);
  return machine;
}

/** Starts `serve`, and asks once it says that it is up. Gives the milliseconds from the one to the answer of the other. */
async function start(machine: Machine, args: string[]): Promise<{ server: Started; took: number }> {
  const begin = performance.now();
  const server = machine.start(['serve']);
  while (!server.said.stdout.includes('Clambake is running.') && server.process.exitCode === null) await sleep(5);
  const { code, stderr } = await machine.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { server, took: performance.now() - begin };
}

test('the first start takes less than 10 s to the first answer, a later one less than 2 s', {
  retry: 2,
  timeout: 120_000,
}, async () => {
  const machine = await createMachine();
  const first = await start(machine, ['register', '--project', 'p']);
  const later: number[] = [];
  while (later.length < 4 && !(Math.min(...later) < 2000)) {
    expect((await machine.run(['stop'])).code).toBe(0);
    later.push((await start(machine, ['status'])).took);
  }
  console.log(`first start: ${Math.round(first.took)} ms; later ones: ${later.map(Math.round).join(', ')} ms`);
  expect(first.took).toBeLessThan(10_000);
  expect(Math.min(...later)).toBeLessThan(2000);
});

const median = (figures: number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

test('a command takes at most twice the time of `node -e 0`', { retry: 3, timeout: 120_000 }, async () => {
  const machine = await createMachine();
  await start(machine, ['register', '--project', 'p']);
  const env = { ...process.env, ...machine.env };
  /** Milliseconds of wall time. */
  const time = (args: string[]): number => {
    const begin = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', env });
    expect(status).toBe(0);
    return performance.now() - begin;
  };
  const node: number[] = [];
  const commands: Record<string, number[]> = { status: [], inbox: [], heartbeat: [] };
  // Taking turns, so that what else happens on the machine happens to all of them.
  for (let turn = 0; turn < 15; turn += 1) {
    node.push(time(['-e', '0']));
    for (const [name, figures] of Object.entries(commands)) figures.push(time([program, name]));
  }
  const floor = median(node);
  const ratios = Object.entries(commands).map(([name, figures]) => [name, median(figures) / floor] as const);
  console.log(
    `node -e 0: ${floor.toFixed(0)} ms; ${ratios.map(([name, ratio]) => `${name}: ${ratio.toFixed(2)} times`).join(', ')}`,
  );
  for (const [name, ratio] of ratios) expect.soft(ratio, name).toBeLessThanOrEqual(2);
});
