import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../server/config.ts';

describe('CLAMBAKE_STALE_AFTER', () => {
  const staleAfter = (text: string): number => readConfig({ CLAMBAKE_STALE_AFTER: text }).staleAfter;

  it('is a length of time from 1s to 3650d', () => {
    expect(staleAfter('1s')).toBe(1000);
    expect(staleAfter('45')).toBe(45_000);
    expect(staleAfter('3650d')).toBe(3650 * 86_400_000);
    expect(staleAfter('')).toBe(1_800_000);
  });

  it.each(['0s', '3651d', '999999999d', '-5m', 'soon', '1e9d'])(
    'is refused as %s, with what would be right',
    (text) => {
      const read = (): number => staleAfter(text);
      expect(read).toThrow(ConfigError);
      expect(read).toThrow(
        `CLAMBAKE_STALE_AFTER is "${text}": give a length of time from 1s to 3650d, such as 90s, 30m or 2h.`,
      );
    },
  );
});
