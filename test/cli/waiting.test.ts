import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withPatience } from '../../cli/client/waiting.ts';
import { commands } from '../../cli/generated/commands.ts';
import type { Command } from '../../cli/line/table.ts';

const named = (name: string): Command => {
  const command = commands.find((row) => row.name === name);
  if (!command) throw new Error(`there is no command ${name}`);
  return command;
};

let told = '';
beforeEach(() => {
  told = '';
  vi.useFakeTimers();
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Waits for as many seconds until the answer comes, and gives what a person was told by then. */
async function toldAfter(seconds: number, variables: object, terminal = true): Promise<string> {
  const answer = withPatience(
    named('send'),
    { ...variables },
    () => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000)),
    terminal,
  );
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await answer;
  await vi.advanceTimersByTimeAsync(10_000);
  return told;
}

describe('somebody at a terminal', () => {
  test('is told after 2 s without an answer what is waited for', async () => {
    const resource = ['port:5432', 'p:src/\u001b'];
    expect(await toldAfter(3, { resource, wait: '5m' })).toBe(
      'clambake: Waiting for port:5432 and 1 more, at most 5m. Ctrl-C ends it.\n',
    );
  });

  test('is told without a resource as well, and hidden characters are shown', async () => {
    expect(await toldAfter(3, { wait: '10s' })).toBe('clambake: Waiting for an answer, at most 10s. Ctrl-C ends it.\n');
    told = '';
    expect(await toldAfter(3, { resource: ['p:\u001b'], wait: '1h' })).toContain('for p:\\u{1b}, at most 1h.');
  });

  test('is told nothing where the answer comes sooner, nothing is waited for, or it is no terminal', async () => {
    expect(await toldAfter(1, { wait: '5m' })).toBe('');
    expect(await toldAfter(3, { resource: ['port:1'] })).toBe('');
    expect(await toldAfter(3, { wait: '5m' }, false)).toBe('');
  });
});

test('patience ends with the time that was given, and signals are listened for only meanwhile', async () => {
  const before = process.listenerCount('SIGINT');
  await withPatience(named('guard'), { resources: ['port:1'], wait: '5m' }, async (patience) => {
    expect(patience).toMatchObject({ variable: 'wait', until: Date.now() + 300_000 });
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
  });
  expect(process.listenerCount('SIGINT')).toBe(before);
  for (const variables of [{ wait: '0s' }, { wait: null }, {}]) {
    await withPatience(named('guard'), variables, async (patience) => expect(patience).toBeUndefined());
  }
});
