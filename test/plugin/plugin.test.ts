import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { localCommands } from '../../cli/commands/local.ts';
import { commands } from '../../cli/generated/commands.ts';
import { readCommandLine } from '../../cli/line/command.ts';
import { protocolFor } from '../../cli/protocol/text.ts';
import { tools } from '../../cli/protocol/tools.ts';
import { hookEvents } from '../../server/hook/events.ts';
import { tokensOf } from '../../server/recall/tokens.ts';
import { argumentsIn, hasBash } from '../support/protocol.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const parsed = (...path: string[]): Record<string, unknown> => JSON.parse(text(...path)) as Record<string, unknown>;
const plugin = ['integrations', 'claude-code'];

/** The calls of clambake in a Markdown text: in its blocks of code, and between backticks. */
function callsIn(markdown: string): string[] {
  const blocks = [
    ...markdown.matchAll(
      /^(?:export .*|- run: |\s+- run: |\s+run: |trap '|CLAMBAKE_\w+=\S+ )?(clambake [a-z][^\n']*)/gm,
    ),
  ];
  const inline = [...markdown.matchAll(/`(?:CLAMBAKE_\w+=\S+ )?(clambake [a-z][^`]*)`/g)];
  return [...blocks, ...inline].map(([, call = '']) =>
    call
      .replace(/\s+#.*$/, '')
      .replaceAll('…', 'x')
      .replaceAll(/<[^>]*>/g, '7'),
  );
}

async function expectUnderstood(call: string): Promise<void> {
  const [args = []] = argumentsIn(call);
  const understood = await readCommandLine(args, {
    ...{ commands, locals: localCommands, version: '1', readStdin: async () => 'x' },
  }).catch((error: unknown) => error);
  expect({ call, understood }).toMatchObject({
    understood: { kind: expect.stringMatching(/^(operation|local|text)$/) },
  });
}

describe('the plugin', () => {
  test('has the version of the package, in one place', () => {
    expect(parsed(...plugin, '.claude-plugin', 'plugin.json').version).toBe(parsed('package.json').version);
    expect(parsed('.claude-plugin', 'marketplace.json')).toMatchObject({
      plugins: [{ name: 'clambake', source: './integrations/claude-code' }],
    });
  });

  test('has a hook for each event that the server answers, as commands in exec form with a limit behind their own', () => {
    const { hooks } = parsed(...plugin, 'hooks', 'hooks.json') as {
      hooks: Record<string, { matcher?: string; hooks: Record<string, unknown>[] }[]>;
    };
    expect(Object.keys(hooks).sort()).toEqual([...hookEvents].sort());
    for (const [event, groups] of Object.entries(hooks)) {
      expect(groups.flatMap((group) => group.hooks)).toEqual([
        { type: 'command', command: 'clambake', args: ['hook', event], timeout: 5 },
      ]);
    }
    expect(hooks.PreToolUse?.[0]?.matcher).toBe('Edit|MultiEdit|Write|NotebookEdit|Bash');
  });

  test('has a skill under 600 tokens, with a name and a description', () => {
    const skill = text(...plugin, 'skills', 'clambake', 'SKILL.md');
    expect(skill).toMatch(/^---\nname: clambake\ndescription: \S.*\n---\n/);
    expect(tokensOf(skill)).toBeLessThan(600);
  });

  test('has no monitor that runs without being asked for', () => {
    expect(() => text(...plugin, 'monitors', 'monitors.json')).toThrow('ENOENT');
  });
});

describe.skipIf(!hasBash)('every command', () => {
  test.each([
    ['the skill', text(...plugin, 'skills', 'clambake', 'SKILL.md'), 9],
    ['the page on CI', text('integrations', 'ci', 'README.md'), 10],
    ['the README of the plugin', text(...plugin, 'README.md'), 5],
    ...tools.map((tool) => [`the protocol for ${tool}`, protocolFor(tool), 15]),
  ] as [string, string, number][])('in %s is one that the command line understands', async (_, markdown, least) => {
    const calls = callsIn(markdown);
    expect(calls.length).toBeGreaterThanOrEqual(least);
    for (const call of calls) await expectUnderstood(call);
  });
});

describe('the protocol', () => {
  test('for tools without hooks says how a session gets a key, when to look, and where MCP is set up', () => {
    for (const tool of tools.filter((each) => each !== 'claude')) {
      expect(protocolFor(tool)).toContain('CLAMBAKE_SESSION=');
      expect(protocolFor(tool)).toContain('clambake guard');
      expect(protocolFor(tool)).toContain('MCP');
    }
    expect(protocolFor('codex')).toContain('[mcp_servers.clambake]');
    expect(protocolFor('gemini')).toContain('"mcpServers"');
    expect(protocolFor('claude')).not.toContain('CLAMBAKE_SESSION');
  });
});
