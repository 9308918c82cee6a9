import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../server/config.ts';
import { ensureToken, readToken, tokenPath } from '../../server/token-file.ts';

let home: string;
beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), 'clambake-token-')), 'home');
});
afterEach(() => rmSync(join(home, '..'), { recursive: true, force: true }));

test('the token is made once, of 32 random bytes, and kept for the user alone', () => {
  expect(readToken(home)).toBeUndefined();
  const token = ensureToken(home);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(ensureToken(home)).toBe(token);
  expect(readToken(home)).toBe(token);
  if (process.platform !== 'win32') expect(statSync(tokenPath(home)).mode & 0o777).toBe(0o600);
});

test('any number of processes that make it at once get the same one', async () => {
  const path = JSON.stringify(new URL('../../server/token-file.ts', import.meta.url).href);
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const program = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { tsImport } from ${tsx};
    const { ensureToken } = await tsImport(${path}, ${path});
    parentPort.postMessage('ready');
    parentPort.once('message', () => parentPort.postMessage(ensureToken(workerData)));
  `;
  const workers = Array.from(
    { length: 4 },
    () => new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData: home }),
  );
  const said = (worker: Worker): Promise<string> =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await Promise.all(workers.map(said));
  const tokens = workers.map(said);
  for (const worker of workers) worker.postMessage('go');
  expect(new Set(await Promise.all(tokens))).toEqual(new Set([readToken(home)]));
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test.each(['short', 'has a space in the middle of it', '\0'.repeat(40)])(
  'a file that holds "%s" is no token',
  (text) => {
    ensureToken(home);
    writeFileSync(tokenPath(home), text);
    expect(() => readToken(home)).toThrow(ConfigError);
    expect(() => ensureToken(home)).toThrow(tokenPath(home));
  },
);
