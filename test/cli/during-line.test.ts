import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/exit.ts';
import { type Call, readCommandLine } from '../../cli/line/command.ts';
import { completionScript } from '../../cli/line/completion.ts';
import type { LocalCommand, Variable } from '../../cli/line/table.ts';

const flag = (name: string, more: Partial<Variable> = {}): Variable => ({
  ...{ name, flag: name, kind: 'string', list: false, required: false, positional: false, description: 'Something.' },
  ...more,
});
const row = (name: string, more: Partial<LocalCommand> = {}): LocalCommand => ({
  ...{
    name,
    group: 'Server',
    summary: 'Do it.',
    description: 'Do it.',
    examples: [`clambake ${name}`],
    globals: ['json'],
  },
  load: async () => async () => 0,
  ...more,
});
const locals = [
  row('run', {
    flags: [
      flag('what', { list: true, required: true }),
      flag('wait', { kind: 'duration', default: '10s' }),
      flag('how', { kind: 'enum', choices: ['slow', 'very_fast'] }),
      flag('loud', { kind: 'boolean', default: 'false' }),
    ],
    rest: { name: 'command', description: 'The command.' },
  }),
  row('free', { argument: { name: 'word', description: 'A word.', list: true, optional: true }, hidden: true }),
  row('one', {
    argument: { name: 'word', description: 'A word.' },
    rest: { name: 'more', description: 'More.', optional: true },
  }),
];

const read = (...args: string[]): Promise<Call> =>
  readCommandLine(args, { commands: [], locals, version: '1', readStdin: async () => '' });
async function input(...args: string[]) {
  const call = await read(...args);
  if (call.kind !== 'local') throw new Error(`${args.join(' ')} is no local command`);
  return call.input;
}
async function refusal(...args: string[]): Promise<string> {
  const error: unknown = await read(...args).catch((reason: unknown) => reason);
  if (!(error instanceof CliError)) throw new Error(`${args.join(' ')} was not refused`);
  return error.message;
}
async function help(...args: string[]): Promise<string> {
  const call = await read(...args);
  return call.kind === 'text' ? call.text : '';
}

describe('a local command', () => {
  it('has flags of its own, read as those of operations are', async () => {
    expect(
      await input('run', '--what', 'a,b', '--what=c', '--wait', '5m', '--how', 'very-fast', '--loud', '--', 'x'),
    ).toEqual({
      ...{ globals: { json: false }, args: [], rest: ['x'] },
      values: { what: ['a', 'b', 'c'], wait: '5m', how: 'VERY_FAST', loud: true },
    });
    expect(await refusal('run', '--what', 'a', '--wait', 'soon', '--', 'x')).toContain(
      '"soon" for --wait is no length',
    );
    expect(await refusal('run', '--', 'x')).toContain('clambake run needs --what.');
    expect(await refusal('run', '--what', 'a', '--wiat', '1s', '--', 'x')).toContain('Unknown option "--wiat"');
  });

  it('takes what stands behind the first -- as it is', async () => {
    const words = ['--json', '--', '-x', '', '--help', 'a b'];
    expect(await input('run', '--what', 'a', '--', ...words)).toMatchObject({ globals: { json: false }, rest: words });
    expect(await input('--json', 'run', '--what', 'a', '--', 'run')).toMatchObject({
      globals: { json: true },
      rest: ['run'],
    });
    expect(await input('--url', 'http://run:1', 'run', '--what', 'a', '--', 'x')).toMatchObject({ rest: ['x'] });
    expect(await refusal('run', '--what', '--', 'x')).toBe('--what needs a value after it.');
  });

  it('says what is missing in front of -- and behind it', async () => {
    expect(await refusal('run', '--what', 'a')).toBe('clambake run needs a command after --. Example: clambake run');
    expect(await refusal('run', '--what', 'a', 'x', '--', 'y')).toBe(
      '"x" stands in front of "--": clambake run takes the command behind it.',
    );
  });

  it('takes free arguments, as many as it says', async () => {
    expect((await input('free', 'a', 'b,c')).args).toEqual(['a', 'b,c']);
    expect((await input('free')).args).toEqual([]);
    expect(await input('one', 'a', '--', 'b')).toMatchObject({ args: ['a'], rest: ['b'] });
    expect(await input('one', 'a')).toMatchObject({ args: ['a'], rest: [] });
    expect(await refusal('one')).toBe('clambake one needs <word>.');
  });

  it('is helped as operations are, and not listed where it is hidden', async () => {
    const text = await help('run', '--help');
    expect(text).toContain('Usage: clambake run --what <text,…> [options] -- <command...>');
    expect(text.replace(/\s+/g, ' ')).toContain('--wait <length> Something. (10s where not given)');
    expect(await help('one', '--help')).toContain('Usage: clambake one <word> [-- <more...>]');
    expect(await help('free', '--help')).toContain('Usage: clambake free [word...]');
    expect(await help()).not.toContain('free');
    expect(await refusal('fre')).not.toContain('free');
    const script = completionScript('bash', [], locals);
    expect(script).not.toContain('free');
    expect(script).toContain("'run --how') words='slow very_fast'");
  });
});
