import { describe, expect, test, vi } from 'vitest';
import type { InstanceViewer } from '../../server/context.ts';
import { TokenCache } from '../../server/instance/token-cache.ts';

const token = Buffer.alloc(32, 7);
const viewer: InstanceViewer = {
  kind: 'instance',
  id: 'brisk-otter-4f2a',
  projectId: 1,
  projectName: 'doc-db-v2',
  tokenHash: token,
  channelIds: [1, 2, 3],
};

describe('whose a token is', () => {
  test('is looked up once while it is known', async () => {
    const cache = new TokenCache(1000);
    const lookUp = vi.fn(async () => viewer);
    expect(await cache.find(token, lookUp)).toBe(viewer);
    expect(await cache.find(Buffer.from(token), lookUp)).toBe(viewer);
    expect(await cache.find(Buffer.alloc(32, 8), async () => undefined)).toBeUndefined();
    expect(lookUp).toHaveBeenCalledTimes(1);
  });

  test('is looked up again once the time is over, and each time where there is none', async () => {
    const [brief, none] = [new TokenCache(20), new TokenCache(0)];
    const lookUp = vi.fn(async () => viewer);
    await brief.find(token, lookUp);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await brief.find(token, lookUp);
    await none.find(token, lookUp);
    await none.find(token, lookUp);
    expect(lookUp).toHaveBeenCalledTimes(4);
  });

  test('is forgotten with a revocation, also what was being looked up meanwhile', async () => {
    const cache = new TokenCache(60_000);
    let answer = (_: InstanceViewer): void => {};
    const slow = cache.find(token, () => new Promise<InstanceViewer>((resolve) => (answer = resolve)));
    cache.forget();
    answer(viewer);
    expect(await slow).toBe(viewer);
    expect(await cache.find(token, async () => undefined)).toBeUndefined();
  });

  test('is not remembered of a token that is nobody’s', async () => {
    const cache = new TokenCache(60_000);
    expect(await cache.find(token, async () => undefined)).toBeUndefined();
    expect(await cache.find(token, async () => viewer)).toBe(viewer);
  });
});
