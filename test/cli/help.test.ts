import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { localCommands } from '../../cli/commands/local.ts';
import { commands } from '../../cli/generated/commands.ts';
import { type Call, readCommandLine } from '../../cli/line/command.ts';
import { completionScript } from '../../cli/line/completion.ts';
import { groups, shells } from '../../cli/line/table.ts';
import { termOf } from '../../cli/line/variables.ts';
import { argumentsIn, hasBash, protocol } from '../support/protocol.ts';

const read = (args: readonly string[], width = 80): Promise<Call> =>
  readCommandLine(args, {
    commands,
    locals: localCommands,
    version: '1.2.3',
    readStdin: async () => 'from standard input',
    width,
  });

async function helpOf(...args: string[]): Promise<string> {
  const call = await read(args);
  if (call.kind !== 'text') throw new Error(`${args.join(' ')} printed no text`);
  return call.text;
}

describe.skipIf(!hasBash)('the protocol document', () => {
  const calls = hasBash ? argumentsIn(protocol) : [];

  it('has as many calls as lines that begin one', () => {
    expect(calls).toHaveLength(protocol.match(/^clambake /gm)?.length ?? 0);
  });

  it.each(calls.map((args) => [args]))('works as written: %j', async (args) => {
    const call = await read(args);
    expect(call).toMatchObject({ kind: 'operation', command: { name: args[0] }, globals: { json: false } });
  });

  it('says what it means', async () => {
    const variables = await Promise.all(
      calls.map(async (args) => {
        const call = await read(args);
        return call.kind === 'operation' ? [call.command.name, call.variables] : [];
      }),
    );
    expect(variables).toEqual(
      expect.arrayContaining([
        ['register', { project: 'project-name', dir: 'working-dir', model: 'model' }],
        ['recall', { global: true, type: ['INFRASTRUCTURE'] }],
        ['heartbeat', { task: 'Rebuilding email import pipeline', status: 'BUSY' }],
        [
          'send',
          {
            to: '@all',
            type: 'WARNING',
            subject: 'Restarting Docker containers',
            body: 'Taking down doc-db-v2 containers for rebuild. ETA 5 min.',
          },
        ],
        [
          'log',
          {
            action: 'TASK_COMPLETED',
            summary: 'Built email import pipeline with PST extraction',
            files: ['backend/email_import.py', 'backend/email_client.py'],
          },
        ],
        ['update-memory', { id: '42', status: 'RESOLVED' }],
      ]),
    );
  });
});

describe('help', () => {
  it('lists every command under its heading when nothing is asked for', async () => {
    const text = await helpOf();
    expect(text).toBe(await helpOf('--help'));
    const headings = [...text.matchAll(/^(\w[\w ]*):$/gm)].map(([, heading]) => heading);
    expect(headings.slice(0, 5)).toEqual(['Lifecycle', 'Messages', 'Memory', 'Work log', 'Server']);
    for (const { name } of [...commands, ...localCommands].filter(({ hidden }) => !hidden)) {
      expect(text).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    }
  });

  it('leaves out a hidden command, which works all the same', async () => {
    const [first] = commands;
    if (!first) throw new Error('there is no command');
    const line = { locals: [], version: '1', readStdin: async () => '', commands: [{ ...first, hidden: true }] };
    const call = await readCommandLine([], line);
    expect(call.kind === 'text' && call.text).not.toMatch(new RegExp(`^  ${first.name} `, 'm'));
    expect(await readCommandLine([first.name], line)).toMatchObject({ kind: 'operation' });
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    'of %s ends with its examples',
    async (name, command) => {
      const text = await helpOf(name, '--help');
      expect(text).toBe(await helpOf('help', name));
      expect(text.endsWith(`\n\nExamples:\n${command.examples.map((example) => `  ${example}\n`).join('')}`)).toBe(
        true,
      );
      for (const variable of command.variables.filter(({ positional, kind }) => !positional && kind !== 'boolean')) {
        expect(text).toMatch(new RegExp(`^  ${termOf(variable)} <`, 'm'));
      }
      for (const flag of ['--json', '--as <instance>', '--url <address>', '-h, --help'])
        expect(text).toContain(`  ${flag} `);
    },
  );

  it('keeps to the width of the terminal, examples apart', async () => {
    const call = await read(['send', '--help'], 60);
    const [options] = call.kind === 'text' ? call.text.split('Examples:') : [];
    expect(Math.max(...(options ?? '').split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('says how resources are given, with and without a flag', async () => {
    const guard = (await helpOf('guard', '--help')).replace(/\s+/g, ' ');
    expect(guard).toContain('Usage: clambake guard <resources...> [options]');
    expect(guard).toMatch(
      /<resources\.\.\.> What is to be touched, [^()]*\(everything below\)[^()]*\(a file or a folder is named from the current one\)/,
    );
    expect(guard).toContain('--wait <length> How long to wait');
    expect((await helpOf('send', '--help')).replace(/\s+/g, ' ')).toContain(
      '--resource <resource,…> What a blocker holds',
    );
    expect((await helpOf('blockers', '--help')).replace(/\s+/g, ' ')).toContain('--resource <resource> Only blockers');
    expect(await helpOf()).toMatch(/^ {2}blockers .*\n {2}guard .*/m);
  });

  it('says what is needed, what can be chosen, what happens by itself, and what reads standard input', async () => {
    const text = (await helpOf('send', '--help')).replace(/\s+/g, ' ');
    expect(text).toContain('Usage: clambake send --to <text> --subject <text> [options]');
    expect(text).toContain('(one of blocker, done, info, request, warning; info where not given)');
    expect(text).toMatch(/--body <text> [^()]*\(- reads standard input\)/);
    expect((await helpOf('instances', '--help')).replace(/\s+/g, ' ')).toContain('--no-live Turns off: only');
    expect(await helpOf('read', '--help')).toContain('Usage: clambake read [ids...] [options]');
  });

  it('lists the commands of a heading in the order of a session, and names no other', async () => {
    const names = [...(await helpOf()).matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gm)].map(([, name = '']) => name);
    expect(names).toEqual(Object.values(groups).flat());
    const [first] = commands;
    if (!first) throw new Error('there is no command');
    const rows = ['zz-new', 'inbox', 'aa-new'].map((name) => ({ ...first, name, group: 'Messages' as const }));
    const call = await readCommandLine([], { commands: rows, locals: [], version: '1', readStdin: async () => '' });
    expect(call.kind === 'text' && call.text).toMatch(/ {2}inbox .*\n.*aa-new .*\n.*zz-new /s);
  });

  it('lists a key for repeated requests last', async () => {
    for (const name of ['send', 'remember', 'log', 'update-memory']) {
      const [, options = ''] = (await helpOf(name, '--help')).split('\nOptions:\n');
      const flags = [...(options.split('\n\n')[0] ?? '').matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag);
      expect(flags.at(-1)).toBe('--client-key');
    }
  });

  it.each([
    ['serve', ['--json']],
    ['stop', ['--json', '--url']],
    ['token', ['--json', '--url']],
    ['protocol', ['--for', '--json']],
    ['completion', []],
  ])('of %s lists only the options that mean something to it', async (name, flags) => {
    const text = await helpOf(name, '--help');
    expect([...text.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag)).toEqual(flags);
  });

  it('prints the version', async () => {
    expect(await helpOf('--version')).toBe('1.2.3\n');
  });
});

describe.skipIf(!hasBash)('every example', () => {
  const examples = commands.flatMap(({ name, examples: lines }) => lines.map((line) => [name, line] as const));
  it.each(examples)('of %s works as written: %s', async (name, line) => {
    const [, call = ''] = /(clambake .*?)(?: < \S+)?$/.exec(line) ?? [];
    const [args = []] = argumentsIn(call);
    expect(await read(args)).toMatchObject({ kind: 'operation', command: { name } });
  });
});

describe('options of every command', () => {
  it('may stand before the command or behind it', async () => {
    const globals = { json: true, as: 'brisk-otter-4f2a', url: 'http://localhost:1' };
    const flags = ['--json', '--as', 'brisk-otter-4f2a', '--url=http://localhost:1'];
    expect(await read([...flags, 'inbox'])).toMatchObject({ globals });
    expect(await read(['inbox', ...flags])).toMatchObject({ globals });
    expect(await read(['stop', ...flags])).toMatchObject({ kind: 'local', input: { globals, args: [] } });
  });

  it('may not be lost to a text that looks like one', async () => {
    const call = await read(['send', '--to', 'a', '--subject', 'b', '--body', '--json']);
    expect(call).toMatchObject({ variables: { body: '--json' }, globals: { json: false } });
  });
});

describe('completion', () => {
  it.each(shells)('for %s knows every command, its flags and their values', (shell) => {
    const script = completionScript(shell, commands, localCommands);
    for (const { name, hidden } of commands) if (!hidden) expect(script).toContain(name);
    for (const word of ['completion', 'older-than', 'no-live', 'shutting_down']) expect(script).toContain(word);
  });

  describe.skipIf(!hasBash)('in bash', () => {
    /** What bash offers for the last of these words, split as bash splits a line. */
    function offered(...words: string[]): string[] {
      const script = `${completionScript('bash', commands, localCommands)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clambake; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const output = execFileSync('bash', ['-c', script, 'bash', 'clambake', ...words], { encoding: 'utf8' });
      return output.split('\n').filter(Boolean);
    }

    it('offers commands', () => {
      expect(offered('re')).toEqual(['read', 'recall', 'receipts', 'register', 'release', 'remember', 'restore']);
      expect(offered('')).toEqual(expect.arrayContaining(['send', 'serve', 'completion', '--help']));
    });

    it('offers the flags of the command', () => {
      expect(offered('send', '--s')).toEqual(['--subject']);
      expect(offered('instances', '--no')).toEqual(['--no-live']);
      expect(offered('send', '--to', 'x', '--j')).toEqual(['--json']);
    });

    it('offers the values of a flag, behind = and behind a comma too', () => {
      expect(offered('send', '--type', 'w')).toEqual(['warning']);
      expect(offered('send', '--type', '=', 'b')).toEqual(['blocker']);
      expect(offered('send', '--type', '=')).toHaveLength(5);
      expect(offered('inbox', '--type', 'warning,bl')).toEqual(['warning,blocker']);
      expect(offered('completion', 'f')).toEqual(['fish']);
    });

    it('offers nothing of its own where any text may stand', () => {
      expect(offered('send', '--subject', '')).toEqual([]);
    });

    it('is registered for clambake', () => {
      const script = `${completionScript('bash', commands, localCommands)}\ncomplete -p clambake`;
      expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toContain('-F _clambake clambake');
    });
  });
});
