import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, program, type Said, start } from '../support/program.ts';

// The bundle of the command line is loaded with what V8 made of it at an earlier run.

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create({ CLAMBAKE_SESSION: 'one' });
  expect((await machine.run(['register', '--project', 'p'])).code).toBe(0);
});
afterAll(() => machine.close());

/** A copy of the built command line that nothing was run of. */
async function copy(name: string) {
  const folder = await machine.folder(name);
  cpSync(dirname(program), folder, { recursive: true, filter: (path) => !path.includes('.cache') });
  return {
    folder,
    run: (...args: string[]): Promise<Said> =>
      start([process.execPath, join(folder, 'main.js'), ...args], { cwd: machine.home, env: machine.env }).ended,
    kept: (): string[] => readdirSync(folder).filter((file) => file.includes('.cache')),
  };
}

test('the first request that succeeds keeps what was compiled, and the next ones use it', async () => {
  const { folder, run, kept } = await copy('first');
  expect((await run('--version')).code).toBe(0);
  expect((await run('memory', '999')).code).toBe(1);
  expect(kept()).toEqual([]);
  const first = await run('whoami');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const [cache = ''] = kept();
  expect(kept()).toEqual([`clambake-${process.versions.v8}-${process.arch}.cache`]);
  const content = readFileSync(join(folder, cache));
  expect(await run('whoami')).toEqual(first);
  expect(readFileSync(join(folder, cache)).equals(content)).toBe(true);
});

test('what V8 refuses is made again', async () => {
  const { folder, run, kept } = await copy('refused');
  const cache = join(folder, `clambake-${process.versions.v8}-${process.arch}.cache`);
  writeFileSync(cache, 'no code of any kind');
  expect(await run('whoami')).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(cache).length).toBeGreaterThan(100_000);
  expect(kept()).toHaveLength(1);
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a folder that cannot be written to costs nothing but time',
  async () => {
    const { folder, run, kept } = await copy('closed');
    chmodSync(folder, 0o555);
    expect(await run('whoami')).toMatchObject({ code: 0, stderr: '' });
    expect(kept()).toEqual([]);
    chmodSync(folder, 0o755);
  },
);
