import { forEachChild, parse, type SyntaxNode } from 'unbash';
import { describe, expect, test } from 'vitest';
import { touchesOf } from '../../server/touch/touch.ts';

const visit = (node: SyntaxNode): void => forEachChild(node, visit);

/** Milliseconds of the processor that something takes at best: others may keep it from us. */
function least(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const begin = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** As much of something as the largest command holds. */
function filled(begin: string, piece: (at: number) => string, end = ''): string {
  let text = begin;
  for (let at = 0; ; at++) {
    const next = piece(at);
    if (text.length + next.length + end.length > 65_536) return text + end;
    text += next;
  }
}

// Where each word is compared with each, or copied for each, it is hundreds of times as long; else a few times.
describe('the largest command takes not much longer than the parser takes for it', () => {
  test.each<[string, string]>([
    ['assignments', filled('', (at) => `a${at}=1;`)],
    ['exports', filled('', (at) => `export a${at}=1;`)],
    ['settings', filled('', (at) => `a${at}=1 ls;`)],
    ['branches that set', filled('', (at) => `if a${at}=1;then b=1;fi;`)],
    ['folders', filled('', () => 'cd a;rm b;')],
    ['conditions', filled('', () => 'cd a||b&&', 'c')],
    ['options', filled('docker compose', () => ' -f a', ' up')],
    ['folders of git', filled('git', () => ' -C a', ' push')],
    ['redirections', filled('a', (at) => `>${at}`)],
    ['sources', filled('mv', (at) => ` ${at}`, ' b')],
    ['substitutions', filled('', () => '$(rm a)')],
    ['scripts', filled('', () => "bash -c 'rm a';")],
  ])('%s', (_, command) => {
    const floor = least(() => visit(parse(command)));
    const whole = least(() => touchesOf('Bash', { command }, '/w'));
    expect(whole / floor).toBeLessThan(60);
  });
});
