import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../server/database/free-port.ts';
import { createTestHome, type TestHome } from '../support/home.ts';
import { type Said, type Started, start } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** npm that comes with this Node: as a script, which on Windows needs no shell to be started. */
function npm(args: string[], cwd: string): Started {
  const beside = dirname(process.execPath);
  const script = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? process.env.npm_execpath
    : join(beside, ...(process.platform === 'win32' ? [] : ['..', 'lib']), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  return start([process.execPath, script, ...args], { cwd });
}

let place: TestHome;
let packed: { filename: string; size: number; unpackedSize: number; files: { path: string; mode: number }[] };
beforeAll(async () => {
  place = await createTestHome();
  // The build is there, and to make it anew would take it from under other tests: hence no scripts.
  const { code, stdout, stderr } = await npm(
    ['pack', '--ignore-scripts', '--json', '--pack-destination', place.path],
    root,
  ).ended;
  if (code !== 0) throw new Error(`npm pack failed: ${stderr}`);
  [packed] = JSON.parse(stdout) as [typeof packed];
}, 60_000);
afterAll(() => place.remove());

test('the tarball has what the program needs and nothing else', () => {
  const paths = packed.files.map(({ path }) => path);
  console.log(
    `${packed.filename}: ${Math.ceil(packed.size / 1024)} KiB, unpacked ${Math.ceil(packed.unpackedSize / 1024)} KiB, ${paths.length} files`,
  );
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['package.json', 'LICENSE', 'README.md', 'schema.graphql'],
      ...['dist/cli/main.js', 'dist/server/main.js', 'prisma/schema.prisma', 'prisma/migrations/migration_lock.toml'],
      ...['.claude-plugin/marketplace.json', 'integrations/claude-code/hooks/hooks.json'],
    ]),
  );
  expect(paths.some((path) => /^prisma\/migrations\/\d+_\w+\/migration\.sql$/.test(path))).toBe(true);
  const known =
    /^(package\.json|dist\/cli\/package\.json|LICENSE|[A-Z]+\.md|schema\.graphql|dist\/(cli|server|chunks)\/[\w-]+\.js|prisma\/(schema\.prisma|migrations\/.+)|\.claude-plugin\/marketplace\.json|integrations\/.+)$/;
  expect(paths.filter((path) => !known.test(path))).toEqual([]);
  expect((packed.files.find(({ path }) => path === 'dist/cli/main.js')?.mode ?? 0) & 0o111).toBe(0o111);
  expect(packed.size).toBeLessThan(1024 * 1024);
});

test('installed into an empty folder it gives a working clambake', { timeout: 300_000 }, async () => {
  const folder = join(place.path, 'installed');
  const home = join(place.path, 'home');
  await Promise.all([mkdir(folder), mkdir(home)]);
  await writeFile(join(folder, 'package.json'), '{"private": true}\n');
  const tarball = join(place.path, packed.filename);
  await install(folder, tarball);

  const env = { CLAMBAKE_HOME: home, CLAMBAKE_PORT: String(await freePort()), CLAMBAKE_SESSION: 'one' };
  const bin = join(folder, 'node_modules', 'clambake', 'dist', 'cli', 'main.js');
  const linked = join(folder, 'node_modules', '.bin', 'clambake');
  const command = process.platform === 'win32' ? [process.execPath, bin] : [linked];
  const clambake = (...args: string[]): Promise<Said> => start([...command, ...args], { cwd: folder, env }).ended;
  try {
    const registered = await clambake('register', '--project', 'p');
    expect(registered).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Registered as \S+ on p\.\n$/) });
    expect(registered.stderr).toMatch(/^clambake: started a server on [^\n]+\n$/);
    const other = { ...env, CLAMBAKE_SESSION: 'two' };
    await start([...command, 'register', '--project', 'p'], { cwd: folder, env: other }).ended;
    expect(await clambake('send', '--to', '@all', '--subject', 'Packed and sent')).toMatchObject({
      code: 0,
      stderr: '',
    });
    const inbox = await start([...command, 'inbox'], { cwd: folder, env: other }).ended;
    expect(inbox).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Packed and sent') });
  } finally {
    const stopped = await clambake('stop');
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Stopped the server at /) });
  }
});

/** Milliseconds that npm has to install. */
const patience = 180_000;

/**
 * Installs the tarball as a user would.
 * @throws Error that says so where npm cannot reach its registry
 */
async function install(folder: string, tarball: string): Promise<void> {
  const installing = npm(
    ['install', tarball, '--ignore-scripts', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'],
    folder,
  );
  const late = setTimeout(() => installing.process.kill(), patience);
  const { code, stderr } = await installing.ended;
  clearTimeout(late);
  if (code === 0) return;
  const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENOTCACHED|network/.test(
    stderr,
  );
  if (unreachable || code === null) {
    throw new Error(
      `npm cannot reach its registry, which this test needs, or not within ${patience / 1000} s:\n${stderr}`,
    );
  }
  throw new Error(`npm install failed with exit code ${code}:\n${stderr}`);
}
