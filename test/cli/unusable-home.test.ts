import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestHome, type TestHome } from '../support/home.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { cli } from './process.ts';

let folder: TestHome;
let database: TestDatabase;
beforeEach(async () => {
  [folder, database] = await Promise.all([createTestHome(), createTestDatabase()]);
});
afterEach(async () => {
  await database.drop();
  await folder.remove();
});

test.each([
  ['below a plain file', (plain: string) => join(plain, 'clambake')],
  ['that is a plain file', (plain: string) => plain],
])('a home %s ends serve with one clear message, though database and token are given', async (_what, homeOf) => {
  const plain = join(folder.path, 'plain');
  await writeFile(plain, 'no folder');
  const home = homeOf(plain);
  const said = await cli(['serve'], {
    CLAMBAKE_HOME: home,
    CLAMBAKE_PORT: '0',
    CLAMBAKE_LOG_LEVEL: 'silent',
    CLAMBAKE_TOKEN: 'a-token-of-enough-characters',
    DATABASE_URL: database.url,
  });
  expect(said).toMatchObject({ code: 2, stdout: '' });
  expect(said.stderr).toMatch(
    /^clambake: CLAMBAKE_HOME is \S+, which cannot be used \((EEXIST|ENOTDIR)\): give a folder that can be written, or made\.\n$/,
  );
  expect(said.stderr).toContain(` ${home},`);
  expect(said.stderr).not.toContain(new URL(database.url).password);
});
