import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localCommands } from '../../cli/commands/local.ts';
import { CliError, ExitCode } from '../../cli/exit.ts';
import { commands } from '../../cli/generated/commands.ts';
import { readCommandLine } from '../../cli/line/command.ts';
import type { Command, Variable } from '../../cli/line/table.ts';

const noStdin = (_term: string): Promise<string> => Promise.reject(new Error('standard input was read'));

/** Reads a command line to the variables it sends. */
async function variablesOf(args: readonly string[], table = commands, readStdin = noStdin) {
  const call = await readCommandLine(args, { commands: table, locals: localCommands, version: '1.2.3', readStdin });
  if (call.kind !== 'operation') throw new Error(`${args.join(' ')} is no operation`);
  return call.variables;
}

async function usageErrorOf(args: readonly string[], readStdin = noStdin): Promise<string> {
  const error: unknown = await variablesOf(args, commands, readStdin).catch((reason: unknown) => reason);
  if (!(error instanceof CliError)) throw new Error(`${args.join(' ')} was not refused as expected: ${String(error)}`);
  expect(error.exitCode).toBe(ExitCode.usage);
  return error.message;
}

/** A command with one variable of every kind there is, alone and as a list. */
const kinds = ['string', 'int', 'enum', 'id', 'duration'] as const;
const variable = (name: string, flag: string, more: Partial<Variable>): Variable => ({
  ...{ name, flag, kind: 'string', list: false, required: false, positional: false, description: 'Something.' },
  ...more,
});
const everything: Command = {
  ...{ name: 'everything', group: 'Server', operation: 'query', operationName: 'Everything', summary: '' },
  ...{
    description: '',
    examples: ['clambake everything'],
    document: '',
    identity: 'any',
    repeatable: true,
    secrets: [],
  },
  variables: [
    variable('id', 'id', { kind: 'id', positional: true, required: true }),
    variable('ids', 'ids', { kind: 'id', positional: true, list: true }),
    ...kinds.flatMap((kind) => {
      const choices = kind === 'enum' ? { choices: ['plain', 'two_words', 'three_more_words'] } : {};
      const capital = kind.charAt(0).toUpperCase() + kind.slice(1);
      return [
        variable(`one${capital}`, `one-${kind}`, { kind, ...choices, stdin: kind === 'string' }),
        variable(`many${capital}`, `many-${kind}`, { kind, ...choices, list: true }),
      ];
    }),
    variable('off', 'off', { kind: 'boolean', default: 'false' }),
    variable('on', 'on', { kind: 'boolean', default: 'true' }),
  ],
};

/** Any text at all; half of them of the characters that mean something on a command line, which chance alone hardly draws. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(',', '\\', '-', '=', ' ', '\n', '"', 'a', '@') }),
);

/** What a value of a kind can be. A text of its own may be anything but the one that stands for standard input. */
const single = {
  string: text.filter((one) => one !== '-'),
  int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  enum: fc.constantFrom('PLAIN', 'TWO_WORDS', 'THREE_MORE_WORDS'),
  id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
  duration: fc
    .tuple(fc.integer({ min: 0, max: 9999 }), fc.constantFrom('s', 'm', 'h', 'd'))
    .map((parts) => parts.join('')),
};
/** An item of a list of texts is trimmed and not empty. */
const item = { ...single, string: text.map((one) => one.trim()).filter(Boolean) };
const listOf = (kind: (typeof kinds)[number]) =>
  fc.array<unknown>(item[kind], { minLength: kind === 'string' ? 0 : 1, maxLength: 5 });

const given = fc.record(
  {
    id: single.id,
    ids: fc.array(single.id, { minLength: 1, maxLength: 5 }),
    ...Object.fromEntries(
      kinds.flatMap((kind): [string, fc.Arbitrary<unknown>][] => {
        const capital = kind.charAt(0).toUpperCase() + kind.slice(1);
        return [
          [`one${capital}`, single[kind]],
          [`many${capital}`, listOf(kind)],
        ];
      }),
    ),
    off: fc.constant(true),
    on: fc.boolean(),
  },
  { requiredKeys: ['id'] },
);

/** How a value of an enum may be spelt: any case, dashes for underscores. */
const spellings = [
  (text: string) => text.toLowerCase(),
  (text: string) => text,
  (text: string) => text.toLowerCase().replaceAll('_', '-'),
];

/** The way back from variables to a command line, in one of the many ways to write it. */
function commandLineOf(variables: Record<string, unknown>, choose: (count: number) => number): string[] {
  const positionals: string[] = [];
  const flags: string[][] = [];
  for (const { name, flag, kind, positional } of everything.variables) {
    const value = variables[name];
    if (value === undefined) continue;
    const write = (one: unknown): string =>
      kind === 'enum' ? (spellings[choose(spellings.length)] ?? String)(String(one)) : String(one);
    const put = (text: string): void => {
      flags.push(choose(2) ? [`--${flag}=${text}`] : [`--${flag}`, text]);
    };
    if (positional) positionals.push(...[value].flat().map(String));
    else if (typeof value === 'boolean') flags.push([`--${value ? '' : 'no-'}${flag}`]);
    else if (!Array.isArray(value)) put(write(value));
    else if (value.length === 0) put('');
    // A backslash at the end would turn the comma behind it into a part of the text.
    else if (choose(2) && !value.some((one) => String(one).endsWith('\\'))) {
      put(value.map((one) => write(one).replaceAll(',', '\\,')).join(','));
    } else {
      for (const one of value) put(write(one).replaceAll(',', '\\,'));
    }
  }
  const all = choose(2) ? [...flags, positionals] : [positionals, ...flags];
  return ['everything', ...all.flat()];
}

describe('flags and variables', () => {
  it('lead to each other and back, whatever the values and however they are written', async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.infiniteStream(fc.nat(5)), async (variables, choices) => {
        const choose = (count: number): number => (choices.next().value ?? 0) % count;
        const args = commandLineOf(variables, choose);
        expect(await variablesOf(args, [everything])).toEqual(variables);
      }),
      { numRuns: 500 },
    );
  });

  it('never end in anything but variables or a usage error, whatever is typed', async () => {
    const words = fc.constantFrom(
      'everything',
      '--one-int',
      '--many-enum',
      '--on',
      '--no-on',
      '--',
      '-',
      '=',
      '--as',
      'help',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(words, text), { maxLength: 8 }), async (args) => {
        const line = { commands: [everything], locals: localCommands, version: '1', readStdin: async () => 'text' };
        await readCommandLine(args, line).catch((error: unknown) => {
          if (!(error instanceof CliError) || error.exitCode !== ExitCode.usage) throw error;
        });
      }),
      { numRuns: 500 },
    );
  });

  it('send only what was given: defaults are the server’s', async () => {
    expect(await variablesOf(['inbox'])).toEqual({});
    expect(await variablesOf(['instances'])).toEqual({});
    expect(await variablesOf(['register'])).toEqual({});
  });

  it('turn off what is on by default', async () => {
    expect(await variablesOf(['instances', '--no-live'])).toEqual({ live: false });
    expect(await variablesOf(['instances', '--live'])).toEqual({ live: true });
  });
});

describe('a list', () => {
  it('takes commas, repetition, or both', async () => {
    expect(await variablesOf(['inbox', '--type', 'warning,blocker', '--type=DONE'])).toEqual({
      type: ['WARNING', 'BLOCKER', 'DONE'],
    });
    expect(await variablesOf(['read', '1,2', '3'])).toEqual({ ids: ['1', '2', '3'] });
  });

  it('keeps a comma behind a backslash, and the backslashes of Windows', async () => {
    const { files } = await variablesOf(['update-memory', '1', '--files', 'a\\,b, C:\\src\\x.ts ,']);
    expect(files).toEqual(['a,b', 'C:\\src\\x.ts']);
  });

  it('without a flag takes texts whole, commas and all', async () => {
    const { resources } = await variablesOf(['guard', 'a,b', 'c\\,d', '-', '--wait', '5m']);
    expect(resources).toEqual(['a,b', 'c\\,d', '-']);
    expect((await variablesOf(['guard', '--wait=5m', '--', '--json'])).resources).toEqual(['--json']);
    const send = ['send', '--to', '@all', '--type', 'blocker', '--subject', 's'];
    expect((await variablesOf([...send, '--resource', 'a\\,b,c', '--resource=d'])).resource).toEqual(['a,b', 'c', 'd']);
  });

  it('of resources is never empty, and none of them is', async () => {
    const send = ['send', '--to', '@all', '--type', 'blocker', '--subject', 's'];
    for (const text of ['', ' ', ',']) {
      expect(await usageErrorOf([...send, '--resource', text])).toContain('--resource is empty: name a file');
    }
    expect(await usageErrorOf(['guard', 'a', ' '])).toContain('<resources> is empty');
    expect(await usageErrorOf(['blockers', '--resource', ''])).toContain('--resource is empty');
    expect(await usageErrorOf(['guard'])).toContain('clambake guard needs <resources>');
  });

  it('of texts can be emptied; of anything else it cannot', async () => {
    expect(await variablesOf(['update-memory', '1', '--tags', ''])).toEqual({ id: '1', tags: [] });
    expect(await usageErrorOf(['inbox', '--type', ''])).toBe('--type is empty: give one or more, parted by commas.');
  });
});

describe('a text', () => {
  it('parts the numbers of memories at commas, and takes a title whole', async () => {
    const named = async (...texts: string[]) =>
      (await variablesOf(['send', '--to', '@all', '--subject', 's', ...texts.flatMap((text) => ['--cites', text])]))
        .cites;
    expect(await named('42, #17,', '8')).toEqual(['42', '#17', '8']);
    expect(await named('Chose a, not b', '42')).toEqual(['Chose a, not b', '42']);
    expect(await usageErrorOf(['send', '--to', '@all', '--subject', 's', '--cites', ' '])).toContain(
      '--cites is empty',
    );
  });

  it('may begin with a dash, or look like an option behind =', async () => {
    const { body, subject } = await variablesOf(['send', '--to', 'a', '--subject=--json', '--body', '- a list']);
    expect({ body, subject }).toEqual({ body: '- a list', subject: '--json' });
  });

  it('is read from standard input for -, where the command says so', async () => {
    const readStdin = async (term: string): Promise<string> => `for ${term}`;
    const args = ['send', '--to', '-', '--subject', '-', '--body', '-'];
    expect(await variablesOf(args, commands, readStdin)).toEqual({ to: '-', subject: '-', body: 'for --body' });
  });
});

describe('standard input', () => {
  const program = `
    import { readStdin } from './cli/line/stdin.ts';
    await readStdin('--body').then(
      (text) => process.stdout.write(JSON.stringify(text)),
      (error) => process.stdout.write(error.exitCode + ' ' + error.message),
    );`;
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const read = (input: Buffer | string): string =>
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      cwd: root,
      input,
      encoding: 'utf8',
    });

  it('is the text without the line break at its end', () => {
    expect(JSON.parse(read('first – line\n\nlast line\r\n'))).toBe('first – line\n\nlast line');
  });

  it('is refused where it is empty, not UTF-8, or longer than 1 MiB', () => {
    expect(read('\n')).toBe('2 Standard input for --body is empty: "-" reads the text from there.');
    expect(read(Buffer.from([0x66, 0xfc, 0x72]))).toBe(
      '2 Standard input for --body is not UTF-8: give it as UTF-8 text.',
    );
    expect(read('x'.repeat(1024 * 1024 + 1))).toBe(
      '2 Standard input for --body is longer than 1 MiB: give a shorter text.',
    );
  }, 30_000);
});

describe('a mistake is answered with what is wrong and what would be right', () => {
  it.each([
    [
      ['send', '--to', 'a', '--subject', 'b', '--type', 'warnin'],
      'Unknown type "warnin" for --type: one of blocker, done, info, request, warning. Did you mean warning?',
    ],
    [['recal'], 'Unknown command "recal". Did you mean recall?'],
    [['xyzzy'], 'Unknown command "xyzzy". `clambake --help` lists them.'],
    [['send', '--typ', 'info'], 'Unknown option "--typ". Did you mean --type?'],
    [['send', '--to'], '--to needs a value after it.'],
    [['send', '--to', 'a', '--to', 'b'], '--to is given twice, "a" and "b": give it once.'],
    [['inbox', '--first', '1e3'], '"1e3" for --first is no whole number from -2147483648 to 2147483647.'],
    [['inbox', '--first', '2147483648'], '"2147483648" for --first is no whole number from -2147483648 to 2147483647.'],
    [
      ['cleanup', '--older-than', 'soon'],
      '"soon" for --older-than is no length of time: give one such as 90s, 30m, 24h or 7d.',
    ],
    [['update-memory', ''], '<id> is empty: give an id such as 42.'],
    [['update-memory'], 'clambake update-memory needs <id>. Example: clambake update-memory 42 --status resolved'],
    [['inbox', '--as', ''], '--as is empty: give the id of an instance such as brisk-otter-4f2a.'],
    [
      ['update-memory', '1', '2'],
      '"2" is one argument too many: clambake update-memory takes <id> and nothing more. A text with spaces stands in quotes.',
    ],
    [['--json'], 'No command is given. `clambake --help` lists them.'],
    [['completion', 'tcsh'], 'Unknown shell "tcsh": one of bash, zsh, fish, powershell.'],
    [['read'], 'Give the numbers of the messages, or --all.'],
    [['completion', 'bsh'], 'Unknown shell "bsh": one of bash, zsh, fish, powershell. Did you mean bash?'],
  ])('%j', async (args, message) => {
    expect(await usageErrorOf(args)).toBe(message);
  });

  it('names everything that is missing at once', async () => {
    expect(await usageErrorOf(['send', '--body', 'x'])).toMatch(/^clambake send needs --to and --subject\. Example: /);
    expect(await usageErrorOf(['remember'])).toMatch(/^clambake remember needs --type, --title and --content\. /);
  });

  it('refuses to read standard input twice', async () => {
    const read = async (): Promise<string> => 'text';
    const two: Command = {
      ...everything,
      variables: [variable('a', 'a', { stdin: true }), variable('b', 'b', { stdin: true })],
    };
    await expect(variablesOf(['everything', '--a', '-', '--b', '-'], [two], read)).rejects.toThrow(
      '--a and --b both read standard input: only one of them can be "-".',
    );
  });
});
