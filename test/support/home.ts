import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for CLAMBAKE_HOME, empty, that the user whom Postgres runs as may enter. */
export interface TestHome {
  path: string;
  remove(): Promise<void>;
}

/** Makes a folder for one test; the caller removes it. */
export async function createTestHome(): Promise<TestHome> {
  const path = await mkdtemp(join(tmpdir(), 'clambake-home-'));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
