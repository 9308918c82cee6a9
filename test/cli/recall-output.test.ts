import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemoryLine, RecallResult } from '../../cli/generated/results.ts';
import type { Page } from '../../cli/output/lines.ts';
import { recalled } from '../../cli/output/recall.ts';
import { plain } from '../../cli/output/style.ts';
import { pack } from '../../server/recall/pack.ts';
import { tokensOf } from '../../server/recall/tokens.ts';

type Recalled = RecallResult['recall'];

const costly = fc.constantFrom('a', 'word ', '\n', '中', '🦞', 'é', '\u202e', '\u{e0041}', '\t');
const memories = fc.array(
  fc.record({
    type: fc.constantFrom('GOTCHA', 'ISSUE', 'INFRASTRUCTURE'),
    status: fc.constantFrom('ACTIVE', 'RESOLVED', 'SUPERSEDED'),
    project: fc.option(fc.record({ name: fc.string({ minLength: 1, maxLength: 100 }) }), { nil: null }),
    title: fc.string({ minLength: 1, maxLength: 70, unit: costly }),
    content: fc.string({ maxLength: 600, unit: costly }),
    reasons: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 20 },
);
type Generated = (typeof memories extends fc.Arbitrary<infer All> ? All : never)[number];

const reason = (words: number): Recalled['edges'][number]['why'] =>
  words === 0
    ? null
    : {
        ...{ score: 1, pairScore: 0.5, lengthShare: 1, statusShare: 1, ageShare: 0.9, days: 12.5, bearers: [] },
        words: Array.from({ length: words }, (_, n) => ({
          ...{ asked: `word${n}`, found: `other${n}`, fields: ['TITLE', 'CONTENT'], memories: 3, score: 0.2 },
        })) as NonNullable<Recalled['edges'][number]['why']>['words'],
      };

/** What a server answers with: the memories packed, as far as they fit. */
function answer(all: Generated[], budget: number, behind: number): Recalled {
  const known = all.map((one, id) => ({ ...one, id }));
  const packed = pack(known as Parameters<typeof pack>[0], budget);
  const named = packed.reduce((sum, { alike }) => sum + 1 + alike.length, 0);
  const hasNextPage = named < all.length || behind > 0;
  return {
    totalCount: all.length + behind,
    pageInfo: { hasNextPage, endCursor: packed.length > 0 ? 'end' : null } as Recalled['pageInfo'],
    nodes: packed.map(
      ({ id, title, content }) =>
        ({ ...known[id], id: String(id), title, content, global: false }) as unknown as MemoryLine,
    ),
    edges: packed.map(({ id, cut, alike }) => ({
      ...{ cursor: `behind${id}`, cut, alike: alike.map(String), why: reason(known[id]?.reasons ?? 0) },
    })),
  };
}

const page = (budget: number, more = 'clambake recall --after'): Page => ({
  ...{ now: 0, paint: plain, more: (cursor) => `${more} ${cursor}`, first: true, budget },
});
const printed = (lines: string[]): string => `${lines.join('\n')}\n`;

describe('what is recalled within a budget', () => {
  it('never costs more than it, whatever it is', () => {
    fc.assert(
      fc.property(memories, fc.integer({ min: 50, max: 2000 }), fc.nat({ max: 3 }), (all, budget, behind) => {
        const lines = recalled(answer(all, budget, behind), page(budget));
        expect(tokensOf(printed(lines))).toBeLessThanOrEqual(budget);
        expect(lines.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('says how to go on behind the last one that is shown, and gives up texts for it', () => {
    fc.assert(
      fc.property(memories, fc.integer({ min: 400, max: 2000 }), fc.nat({ max: 3 }), (all, budget, behind) => {
        const result = answer(all, budget, behind);
        const lines = recalled(result, page(budget));
        const shown = lines.filter((line) => line.startsWith('#')).length;
        if (shown === 0 || (shown === result.nodes.length && !result.pageInfo.hasNextPage)) return;
        const named = result.edges.slice(0, shown).reduce((sum, { alike }) => sum + 1 + alike.length, 0);
        const cursor = shown === result.nodes.length ? 'end' : result.edges[shown - 1]?.cursor;
        expect(lines.at(-1)).toBe(`${result.totalCount - named} more: clambake recall --after ${cursor}`);
      }),
      { numRuns: 500 },
    );
  });

  it('says at least that there is more, where how to go on does not fit', () => {
    const [all] = fc.sample(
      memories.filter(({ length }) => length > 5),
      { numRuns: 1, seed: 1 },
    );
    const few = (all ?? []).map((one) => ({
      ...one,
      title: 'Short',
      content: 'x'.repeat(300),
      project: null,
      reasons: 0,
    }));
    const unlike = few.map((one, n) => ({ ...one, title: `Short ${n}` }));
    const lines = recalled(answer(unlike, 60, 0), page(60, 'clambake recall '.repeat(20)));
    expect(lines[0]).toContain('Short 0');
    expect(lines.at(-1)).toMatch(/^\d+ more\.$/);
  });

  it('is put together in a moment from texts of many lines', () => {
    const long = {
      type: 'GOTCHA',
      status: 'ACTIVE',
      project: null,
      title: 'Long',
      content: 'x\n'.repeat(30_000),
      reasons: 5,
    };
    const result = answer([long] as Generated[], 100_000, 1);
    const start = performance.now();
    recalled(result, page(50_000));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
