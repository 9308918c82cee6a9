import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Said, Started } from '../support/program.ts';
import { startReplica } from '../support/server.ts';
import { Gate, type Passed } from './gate.ts';
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

/** What an import said and sent that was interrupted, and one that went on. */
interface Both {
  first: { said: Said; sent: Passed[] };
  /** With --json. */
  second: { said: Said; sent: Passed[] };
}

/**
 * Interrupts an import while its request after so many others is on its way, and imports the same file again.
 * @param between is done before it is imported again
 */
async function interrupt(
  signal: 'SIGKILL' | 'SIGINT',
  imports: number,
  given = file,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Both> {
  const gate = await Gate.open(place.server.url, { imports });
  try {
    const env = { CLAMBAKE_URL: gate.url };
    const one = place.start(['import', given], { env });
    await Promise.race([gate.held, one.ended.then(({ stderr }) => Promise.reject(new Error(`It ended: ${stderr}`)))]);
    one.process.kill(signal);
    // One that is killed leaves its request behind; any other waits for the answer.
    if (signal === 'SIGINT') gate.release();
    const first = { said: await one.ended, sent: gate.passed.splice(0) };
    gate.release();
    await between();
    const said = await place.run(['import', given, '--json'], { env });
    return { first, second: { said, sent: gate.passed } };
  } finally {
    await gate.close();
  }
}

const linesOf = (sent: readonly Passed[]): number[] =>
  sent.flatMap(({ instances, memories, links }) => [...instances, ...memories, ...links]);

describe('an import that is interrupted', { timeout: 120_000 }, () => {
  it.each(['SIGKILL', 'SIGINT'] as const)(
    'in its midst by %s goes on where it stopped: what had been taken is not sent again but for the last request',
    async (signal) => {
      const { first, second } = await interrupt(signal, 3);
      if (signal === 'SIGINT') {
        expect(first.said.code).toBe(130);
        expect(first.said.stderr).toContain(`To go on: clambake import ${file}`);
      }
      expect(first.sent.length).toBeGreaterThanOrEqual(3);
      expect(second.said).toMatchObject({ code: 0, stderr: '' });
      const earlier = linesOf(first.sent.slice(0, -1));
      expect(earlier.length).toBeGreaterThan(200);
      const again = new Set(linesOf(second.sent));
      expect(earlier.filter((line) => again.has(line))).toEqual([]);
      // The last one comes again, to show that it is there.
      expect(second.sent[0]).toEqual(first.sent.at(-1));
      expect(JSON.parse(second.said.stdout)).toMatchObject(whole);
      expect(await place.export()).toBe(text);
      expect(progress()).toEqual([]);
      const third = await place.run(['import', file, '--json']);
      expect(JSON.parse(third.stdout)).toMatchObject({ ...whole, stored: 0, linked: 0, skipped: 2500 });
    },
  );

  it('says where it goes on', async () => {
    const first = place.start(['import', file]);
    await underWay(first);
    first.process.kill('SIGKILL');
    await first.ended;
    expect((await place.run(['import', file])).stderr).toMatch(
      /^clambake: Going on after line \d+, where an import of this file stopped\.\n$/,
    );
  });

  it('goes on also where records before it were refused, or would be taken by now', async () => {
    const lines = text.trimEnd().split('\n');
    const ends = lines.length - 1;
    // Each tenth memory has an author whom nobody brings.
    const spoiled = lines.map((line, index) =>
      index < ends && line.includes('"record":"memory"') && index % 10 === 0
        ? line.replace('brisk-otter-4f2a', 'quiet-heron-0000')
        : line,
    );
    const refused = spoiled.filter((line) => line.includes('quiet-heron-0000')).length;
    expect(refused).toBeGreaterThan(50);
    const given = await place.write('spoiled.ndjson', `${spoiled.join('\n')}\n`);
    for (const bring of [false, true]) {
      await place.sql('truncate clambake.memory cascade');
      const { first, second } = await interrupt('SIGKILL', 3, given, async () => {
        if (!bring) return;
        await place.sql(
          "insert into clambake.instance (id, project_id, directory, status) select 'quiet-heron-0000', id, '/work', 'SHUTTING_DOWN' from clambake.project where name = 'generated'",
        );
      });
      const said = JSON.parse(second.said.stdout) as { stored: number; refused: number };
      const [{ count = 0 } = {}] = await place.sql<{ count: number }>('select count(*)::int from clambake.memory');
      // Begun anew, it would have counted none but what is new.
      expect(said.stored).toBe(count);
      const again = new Set(linesOf(second.sent));
      expect(linesOf(first.sent.slice(0, -1)).filter((line) => again.has(line))).toEqual([]);
    }
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
