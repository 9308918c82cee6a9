import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Unreachable } from '../../cli/client/client.ts';
import { ensureServer } from '../../cli/reach/autostart.ts';
import { isAlive } from '../../cli/reach/running.ts';
import { releaseStart, takeStart } from '../../cli/reach/start-lock.ts';
import { freePort } from '../../server/database/free-port.ts';

const program = fileURLToPath(new URL('fake-program.mjs', import.meta.url));
/** No process has it: Linux gives none above 4 million. */
const deadPid = 99_999_999;

let home: string;
let port: number;
const complaints: string[] = [];
beforeEach(async () => {
  home = join(await mkdtemp(join(tmpdir(), 'clambake-autostart-')), 'home');
  await mkdir(home);
  port = await freePort();
  complaints.length = 0;
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => complaints.push(String(text)) > 0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const pid of starts()) {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  await rm(join(home, '..'), { recursive: true, force: true, maxRetries: 5 });
});

const starts = (): number[] => {
  const path = join(home, 'starts');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
};
const ensure = (how = 'works', more: { port?: number; environment?: NodeJS.ProcessEnv } = {}): Promise<string> =>
  ensureServer({
    home,
    url: `http://127.0.0.1:${more.port ?? port}`,
    environment: { ...process.env, ...more.environment },
    program: [process.execPath, program, String(more.port ?? port), how],
  });

describe('a server that does not run', () => {
  test('is started once, however many commands come at the same time, and one of them says so', async () => {
    const url = `http://127.0.0.1:${port}`;
    expect(new Set(await Promise.all(Array.from({ length: 12 }, () => ensure())))).toEqual(new Set([url]));
    expect(starts()).toHaveLength(1);
    expect(complaints).toEqual([`clambake: started a server on ${url} (log: ${join(home, 'server.log')})\n`]);
    expect(existsSync(join(home, 'server.starting'))).toBe(false);
    await ensure();
    expect(starts()).toHaveLength(1);
  });

  test('is nobody’s session, and knows its home', async () => {
    await ensure('works', {
      environment: { CLAMBAKE_SESSION: 's', CLAUDE_CODE_SESSION_ID: 'c', CLAMBAKE_INSTANCE: 'i', CLAMBAKE_URL: 'u' },
    });
    const environment = JSON.parse(readFileSync(join(home, 'environment.json'), 'utf8')) as NodeJS.ProcessEnv;
    expect(environment.CLAMBAKE_HOME).toBe(home);
    for (const name of ['CLAMBAKE_SESSION', 'CLAUDE_CODE_SESSION_ID', 'CLAMBAKE_INSTANCE', 'CLAMBAKE_URL']) {
      expect(environment).not.toHaveProperty(name);
    }
  });

  test('on a free port is found where it says that it listens', async () => {
    const url = await ensure('works', { port: 0 });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  });

  test('begins its log anew where that has grown beyond 16 MB, and the end of the old one stays', async () => {
    const log = join(home, 'server.log');
    await writeFile(log, `${'x'.repeat(99)}\n`.repeat(180_000));
    await writeFile(log, 'the last line\n', { flag: 'a' });
    await ensure();
    expect((await stat(log)).size).toBeLessThan(10_000);
    const kept = await readFile(`${log}.1`, 'utf8');
    expect(kept).toHaveLength(2 ** 20);
    expect(kept.endsWith('the last line\n')).toBe(true);
  });

  test('and cannot start says why, with the end of this start’s log', async () => {
    await writeFile(join(home, 'server.log'), 'from an earlier start\n');
    const error: unknown = await ensure('fails').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unreachable);
    expect(String(error)).toContain('exit code 3');
    expect(String(error)).toContain('the database is in flames');
    expect(String(error)).not.toContain('earlier');
    expect(existsSync(join(home, 'server.starting'))).toBe(false);
  });
});

describe('the right to start a server', () => {
  const lock = (): string => join(home, 'server.starting');

  test('is one process’s at a time, until it gives it back', () => {
    expect(takeStart(home)).toBe(true);
    expect(takeStart(home)).toBe(false);
    releaseStart(home);
    expect(takeStart(home)).toBe(true);
  });

  test('passes on where its holder has died or is too old', async () => {
    await writeFile(lock(), String(deadPid));
    expect([takeStart(home), takeStart(home)]).toEqual([false, true]);
    const old = new Date(Date.now() - 31_000);
    await utimes(lock(), old, old);
    expect([takeStart(home), takeStart(home)]).toEqual([false, true]);
  });

  test('is not taken from a process that lives, nor given back by one that does not have it', async () => {
    await writeFile(lock(), String(process.ppid));
    releaseStart(home);
    expect([takeStart(home), takeStart(home)]).toEqual([false, false]);
  });

  test('left over by a command that was killed holds nobody up', async () => {
    await writeFile(lock(), String(deadPid));
    await Promise.all([ensure(), ensure(), ensure()]);
    expect(starts()).toHaveLength(1);
  });
});
