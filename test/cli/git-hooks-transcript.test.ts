import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine } from '../support/program.ts';
import { hasBash } from '../support/protocol.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let machine: Machine;
let settings: Record<string, string>;
const ids = new Map<string, string>();
beforeAll(async () => {
  database = await createTestDatabase();
  machine = await Machine.create({ DATABASE_URL: database.url });
  settings = {
    ...{ GIT_CONFIG_GLOBAL: join(machine.home, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
    ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b.c', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@b.c' },
    // Two seconds are short where other tests run.
    ...{ CLAMBAKE_HOOK_TIMEOUT: '30s' },
  };
});
afterAll(async () => {
  await machine.close();
  await database.drop();
});

/** Has a session type a line in its clone, and gives the exit code and what was printed, without what differs from run to run. */
async function types(who: string, line: string, cwd?: string): Promise<{ code: number | null; said: string[] }> {
  const folder = cwd ?? (await machine.folder(`${who}/doc-db-v2`));
  const env = { ...settings, CLAMBAKE_SESSION: who };
  const { code, stdout, stderr } = await machine.shell(line, { cwd: folder, env });
  const id = /^Registered as (\S+)/m.exec(stdout)?.[1];
  if (id !== undefined) ids.set(id, who);
  let text = (stdout + stderr).replace(/just now|\b\d+ (?:s|min) ago/g, 'AGO').replace(/\b\d+ (s|min)\b/g, 'TIME');
  for (const [found, name] of ids) text = text.replaceAll(found, name.toUpperCase());
  return { code, said: text.split('\n').slice(0, -1) };
}

test.skipIf(!hasBash)('rules 2, 4 and 5 of the protocol, in two clones of a repository', async () => {
  const base = await machine.folder('remote');
  const first = 'git init -q -b main && echo services: > docker-compose.yml && git add . && git commit -qm First';
  await types(
    'ann',
    `${first} && git init -q --bare -b main ${base}/origin.git && git remote add origin ${base}/origin.git && git push -q origin main`,
  );
  await types('ben', `git clone -q ${base}/origin.git .`);
  for (const who of ['ann', 'ben']) {
    expect((await types(who, 'clambake register --project doc-db-v2')).code).toBe(0);
    expect(await types(who, 'clambake git-hooks install')).toMatchObject({ code: 0 });
  }

  // Rule 4: before git push, check for other instances on the same project.
  await types('ben', 'clambake heartbeat --task "Rebuilding email import pipeline" --status busy');
  expect(await types('ann', 'git commit -q --allow-empty -m Second && git push -q origin main')).toEqual({
    code: 0,
    said: ['clambake: others work on doc-db-v2 now.', '  BEN busy, seen AGO: Rebuilding email import pipeline'],
  });
  expect(
    await types('ben', 'clambake send --to @all --type blocker --subject "Releasing" --resource branch:main'),
  ).toMatchObject({ code: 0 });
  expect(await types('ann', 'git commit -q --allow-empty -m Third && git push -q origin main')).toEqual({
    code: 1,
    said: [
      'clambake: others work on doc-db-v2 now.',
      '  BEN busy, seen AGO: Rebuilding email import pipeline',
      'clambake: nothing is pushed: others hold what it changes.',
      '  #1 held by BEN (doc-db-v2) for TIME, ends in TIME: Releasing',
      '    branch:main',
      '  Wait: clambake guard --wait 5m branch:main',
      '  Ask: clambake send --to BEN --type request --reply-to 1 --subject "…"',
      '  Go on all the same: git push --no-verify',
      expect.stringMatching(/^error: failed to push some refs to /),
    ],
  });
  await types('ben', 'clambake send --to @all --type done --subject "Released"');
  expect(await types('ann', 'git push -q origin main')).toMatchObject({ code: 0, said: { length: 2 } });

  // Rules 2 and 5: a blocker before editing shared configuration, and nobody touches it until its done.
  expect(
    await types(
      'ben',
      'clambake send --to @all --type blocker --subject "Adding a service" --resource docker-compose.yml',
    ),
  ).toMatchObject({ code: 0 });
  expect(await types('ann', 'echo "  mail:" >> docker-compose.yml && git commit -qam "Mail"')).toEqual({
    code: 1,
    said: [
      'clambake: nothing is committed: others hold the file that it changes.',
      '  #3 held by BEN (doc-db-v2) for TIME, ends in TIME: Adding a service',
      '    docker-compose.yml',
      '  Wait: clambake guard --wait 5m doc-db-v2:docker-compose.yml',
      '  Ask: clambake send --to BEN --type request --reply-to 3 --subject "…"',
      '  Go on all the same: git commit --no-verify',
    ],
  });
  expect(await types('ben', 'echo "  web:" >> docker-compose.yml && git commit -qam "Web"')).toEqual({
    code: 0,
    said: [],
  });
  await types('ben', 'clambake send --to @all --type done --subject "Added"');
  expect(await types('ann', 'git commit -qam "Mail"')).toEqual({ code: 0, said: [] });
  expect(await types('ann', 'clambake git-hooks remove')).toMatchObject({ code: 0 });
});
