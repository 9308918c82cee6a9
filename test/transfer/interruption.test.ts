import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Started } from '../support/program.ts';
import { startReplica } from '../support/server.ts';
import { generatedText } from './generate.ts';
import { Place } from './support.ts';

const text = generatedText(2500);
const whole = { stored: 2500, updated: 0, skipped: 0, linked: 500, conflicted: 0, refused: 0 };

let place: Place;
let file: string;
beforeEach(async () => {
  place = await Place.create();
  file = await place.write('memories.ndjson', text);
  return () => place.close();
});

/** Files that say how far an import has come. */
const progress = (): string[] => {
  const folder = join(place.env.CLAMBAKE_HOME ?? '', 'imports');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
};

/** Waits until an import has come some way, and not to its end. */
async function underWay({ ended }: Started): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (progress().length === 0) {
    if (over) throw new Error('The import ended before it could be interrupted.');
    await sleep(5);
  }
}

describe('an import that is interrupted', { timeout: 120_000 }, () => {
  it.each(['SIGKILL', 'SIGINT'] as const)(
    'by %s goes on where it stopped: all is there, and nothing twice',
    async (signal) => {
      const first = place.start(['import', file]);
      await underWay(first);
      first.process.kill(signal);
      const said = await first.ended;
      if (signal === 'SIGINT') {
        expect(said.code).toBe(130);
        expect(said.stderr).toContain(`To go on: clambake import ${file}`);
      }
      expect(progress()).toHaveLength(1);
      const { code, stdout, stderr } = await place.run(['import', file]);
      expect(stderr).toMatch(/^clambake: Going on after line \d+, where an import of this file stopped\.\n$/);
      expect(Number(/line (\d+)/.exec(stderr)?.[1])).toBeGreaterThanOrEqual(1);
      expect(code).toBe(0);
      expect(stdout).toContain('Imported from ');
      expect(await place.export()).toBe(text);
      expect(progress()).toEqual([]);
      const again = await place.run(['import', file, '--json']);
      expect(JSON.parse(again.stdout)).toMatchObject({ ...whole, stored: 0, linked: 0, skipped: 2500 });
    },
  );

  it('counts in the end what was stored in both parts', async () => {
    const first = place.start(['import', file]);
    await underWay(first);
    first.process.kill('SIGINT');
    await first.ended;
    const { stdout } = await place.run(['import', file, '--json']);
    const { stored, skipped } = JSON.parse(stdout) as { stored: number; skipped: number };
    expect(stored + skipped).toBe(2500);
    // What was on its way when the signal came was stored unseen: one batch at most.
    expect(skipped).toBeLessThan(500);
  });

  it('begins anew where the database is another one', async () => {
    const first = place.start(['import', file]);
    await underWay(first);
    first.process.kill('SIGKILL');
    await first.ended;
    await place.sql('truncate clambake.memory cascade');
    const { code, stderr } = await place.run(['import', file]);
    expect([code, stderr.split('\n')[1]]).toEqual([
      0,
      'clambake: What was imported before is not here any more: beginning anew.',
    ]);
    expect(await place.export()).toBe(text);
  });
});

describe('a server that goes away', () => {
  it('is waited for; where it stays away the exit code is 5, with the line that goes on', {
    timeout: 120_000,
  }, async () => {
    const replica = await startReplica(place.server);
    const first = place.start(['import', file], { env: { CLAMBAKE_URL: replica.url } });
    await underWay(first);
    await replica.close();
    const { code, stderr } = await first.ended;
    expect(code).toBe(5);
    expect(stderr).toContain('Waiting for it to come back.');
    expect(stderr).toContain(`To go on: clambake import ${file}`);
    // Another address is another server: it begins at the beginning, and stores nothing twice.
    expect(await place.run(['import', file])).toMatchObject({ code: 0, stderr: '' });
    expect(await place.export()).toBe(text);
  });
});

describe('a memory with more versions than one request takes', () => {
  let many: Place;
  beforeAll(async () => {
    many = await Place.create();
  });
  afterAll(() => many.close());

  it('comes back whole', async () => {
    const uid = '7d9f0a44-9c1e-4a3e-8f57-0a6f6a1d1a01';
    const createdAt = '2026-01-01T00:00:00.000Z';
    const versions = Array.from({ length: 12 }, (_, index) => ({
      ...{
        record: 'revision',
        memory: uid,
        version: index + 1,
        title: 'long',
        content: `${index} ${'x y '.repeat(15_000)}`,
      },
      ...{ status: 'ACTIVE', tags: [], files: [], author: null, createdAt },
    }));
    const exported = [
      { clambake: 'export', version: 1, project: null, global: false },
      { record: 'memory', uid, project: null, type: 'LESSON', author: null, createdAt },
      ...versions,
      { clambake: 'end', instances: 0, memories: 1, revisions: 12, links: 0 },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('');
    const file = await many.write('long.ndjson', exported);
    const { code, stdout, stderr } = await many.run(['import', file]);
    expect([code, stdout, stderr]).toEqual([0, `Imported from ${file}: 1 stored, 0 updated, 0 skipped.\n`, '']);
    expect(await many.export()).toBe(exported);
    expect((await many.run(['import', file])).stdout).toContain(': 0 stored, 0 updated, 1 skipped.');
  });
});
