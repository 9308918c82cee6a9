// Ends what a fault test started, should the test itself end without doing so (Ctrl-C, kill -9): it is told on its standard
// input what there is, a line each, and acts when that input ends. In pairs: `+process 12`, `-process 12`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const remains = { process: new Set(), home: new Set(), postgres: new Set(), mount: new Set() };

for await (const line of createInterface({ input: process.stdin })) {
  const [, sign, kind, what] = /^([+-])(process|home|postgres|mount) (.*)$/.exec(line) ?? [];
  if (sign === '+') remains[kind].add(what);
  if (sign === '-') remains[kind].delete(what);
}
for (const pid of remains.process) end(Number(pid), 'SIGKILL');
for (const home of [...remains.home, ...remains.postgres]) {
  const pidFile = join(home, 'postgres', 'postmaster.pid');
  if (existsSync(pidFile)) end(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT');
  for (let tries = 0; existsSync(pidFile) && tries < 100; tries += 1) await sleep(100);
}
for (const folder of remains.mount) execFileSync('umount', ['--lazy', folder]);
for (const home of remains.home) rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

function end(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
