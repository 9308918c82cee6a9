import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';
import { generatedText } from './generate.ts';
import { Place } from './support.ts';

let place: Place;
beforeAll(async () => {
  place = await Place.create();
});
afterAll(() => place.close());
beforeEach(() => place.sql('truncate clambake.memory cascade'));

const createdAt = '2026-01-01T00:00:00.000Z';
const uidOf = (n: number): string => `7d9f0a44-9c1e-4a3e-8f57-0a6f6a1d1a0${n}`;

/** An export of memories that have versions of so many bytes each in a request. */
function exported(...memories: number[][]): string {
  const lines: object[] = [{ clambake: 'export', version: 1, project: null, global: false }];
  for (const [index, sizes] of memories.entries()) {
    const uid = uidOf(index);
    lines.push({ record: 'memory', uid, project: null, type: 'LESSON', author: null, createdAt });
    for (const [before, size] of sizes.entries()) {
      lines.push({
        ...{ record: 'revision', memory: uid, version: before + 1, title: `memory ${index}` },
        // Six bytes of JSON each, so that four versions of the largest texts do not fit together.
        ...{ content: `${'\u0001'.repeat(size / 6)}.`, status: 'ACTIVE', tags: [], files: [], author: null, createdAt },
      });
    }
  }
  const revisions = memories.flat().length;
  lines.push({ clambake: 'end', instances: 0, memories: memories.length, revisions, links: 0 });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

describe('a batch', () => {
  it('is no larger than a request, also where versions are put off to the next one', async () => {
    const text = exported([60_000], [100_000, 240_000, 12]);
    const file = await place.write('large.ndjson', text);
    const { code, stdout, stderr } = await place.run(['import', file]);
    expect([code, stdout, stderr]).toEqual([0, `Imported from ${file}: 2 stored, 0 updated, 0 skipped.\n`, '']);
    expect(await place.export()).toBe(text);
  });
});

describe('where a proxy takes less at a time than the server', () => {
  it('everything comes through in smaller parts, and is counted once', async () => {
    const text = generatedText(600);
    const file = await place.write('many.ndjson', text);
    const gate = await Gate.open(place.server.url, { most: 20_000 });
    try {
      const said = await place.run(['import', file, '--json'], { env: { CLAMBAKE_URL: gate.url } });
      expect(said).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(said.stdout)).toMatchObject({ stored: 600, updated: 0, skipped: 0, linked: 120, refused: 0 });
      expect(gate.refused).toBeGreaterThan(0);
      expect(await place.export()).toBe(text);
    } finally {
      await gate.close();
    }
  });

  it('a memory comes in parts of its versions; one version that is too large is named, and the rest goes on', async () => {
    const gate = await Gate.open(place.server.url, { most: 40_000 });
    try {
      const env = { CLAMBAKE_URL: gate.url };
      const whole = await place.write('whole.ndjson', exported([30_000, 30_000, 30_000]));
      expect((await place.run(['import', whole], { env })).stdout).toContain(': 1 stored, 0 updated, 0 skipped.');
      await place.sql('truncate clambake.memory cascade');

      const file = await place.write('one.ndjson', exported([12], [30_000, 48_000], [12]));
      const { code, stdout, stderr } = await place.run(['import', file], { env });
      expect([code, stdout]).toEqual([1, `Imported from ${file}: 3 stored, 0 updated, 0 skipped, 1 bad record.\n`]);
      expect(stderr).toMatch(
        new RegExp(
          `^clambake: Line 6: Version 2 of the memory ${uidOf(1)} "memory 1" is too large, and was not stored\\.`,
        ),
      );
      expect(stderr).not.toContain('Waiting');
    } finally {
      await gate.close();
    }
  });

  it('Markdown comes through in smaller parts, too', async () => {
    const gate = await Gate.open(place.server.url, { most: 20_000 });
    try {
      const sections = Array.from(
        { length: 30 },
        (_, n) => `## Part ${n}\n\n${'word '.repeat(n === 7 ? 5000 : 300)}\n`,
      );
      const file = await place.write('MEMORY.md', sections.join('\n'));
      const args = ['import', file, '--global', '--yes', '--json'];
      const { code, stdout } = await place.run(args, { env: { CLAMBAKE_URL: gate.url } });
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        ...{ stored: 29, refused: 1 },
        problems: [{ line: 31, message: expect.stringContaining('"Part 7" is too large') }],
      });
    } finally {
      await gate.close();
    }
  });
});
