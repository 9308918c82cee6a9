// Waits for the end of its standard input, then for the end of a Postgres, helps it along, and removes its home.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [pid = '', home = ''] = process.argv.slice(2);
const pidFile = join(home, 'postgres', 'postmaster.pid');

process.stdin.resume().once('end', () => {
  if (existsSync(pidFile)) process.kill(Number(pid), 'SIGQUIT');
  const wait = setInterval(() => {
    if (existsSync(pidFile)) return;
    clearInterval(wait);
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }, 100);
});
