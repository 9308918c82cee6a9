import { describe, expect, it } from 'vitest';
import { takeTime } from './latency.ts';
import { recallAt, reciprocalRank, tokens, tokensAnAnswer } from './metrics.ts';

describe('the figures of retrieval', () => {
  it('recall is the share of questions answered among the first', () => {
    expect(recallAt(1, [1, 2, 6, undefined])).toBe(0.25);
    expect(recallAt(5, [1, 2, 5, 6, undefined])).toBe(0.6);
    expect(recallAt(5, [])).toBe(0);
  });

  it('the reciprocal rank counts nothing past its depth', () => {
    expect(reciprocalRank(10, [1, 2, 10, 11, undefined])).toBeCloseTo((1 + 1 / 2 + 1 / 10) / 5);
  });

  it('tokens are thirds of bytes, rounded up', () => {
    expect([tokens(''), tokens('abc'), tokens('abcd'), tokens('äää')]).toEqual([0, 1, 2, 2]);
  });

  it('what is read for nothing is divided among the answers', () => {
    const found = Array.from({ length: 10 }, () => 'x'.repeat(30));
    expect(tokensAnAnswer([{ rank: 1, found }])).toBe(10);
    expect(
      tokensAnAnswer([
        { rank: 3, found },
        { rank: 7, found },
        { rank: undefined, found },
      ]),
    ).toBe(30 + 50 + 50);
    expect(tokensAnAnswer([{ rank: undefined, found: [] }])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('taking time', () => {
  it('makes each call once, so many at a time, and tells what failed', async () => {
    let [flying, most] = [0, 0];
    const called: number[] = [];
    const reasons: unknown[] = [];
    const calls = Array.from({ length: 20 }, (_, number) => async () => {
      called.push(number);
      flying += 1;
      most = Math.max(most, flying);
      await new Promise((resolve) => setTimeout(resolve, 5));
      flying -= 1;
      if (number === 7) throw new Error('seven');
    });
    const options = { inFlight: 4, within: 10_000, onFailure: (error: unknown) => reasons.push(error) };
    const taken = await takeTime(calls, options);
    expect(taken).toMatchObject({ calls: 19, failed: 1 });
    expect(called.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, number) => number));
    expect([most, String(reasons[0])]).toEqual([4, 'Error: seven']);
    expect(taken.p50).toBeGreaterThan(3);
  });

  it('makes no further call when its time is over', async () => {
    const calls = Array.from({ length: 100 }, () => () => new Promise((resolve) => setTimeout(resolve, 20)));
    const { calls: made } = await takeTime(calls, { inFlight: 1, within: 50, onFailure: () => undefined });
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(10);
  });
});
