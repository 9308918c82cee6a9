/**
 * Has a real session of Claude Code run with the plugin, its model a script: `npm run check:session`, where packages can be had. No key and
 * no network beside npm's is needed.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine, program } from '../support/program.ts';
import { claude } from './claude.ts';
import { startModel } from './model.ts';

const machine = await Machine.create();
const folder = await machine.folder('work');
const config = await machine.folder('claude');
const held = join(folder, 'held.txt');
const model = await startModel([
  { tool: 'Write', input: { file_path: held, content: 'x' } },
  { tool: 'Bash', input: { command: `"${process.execPath}" "${program}" whoami`, description: 'Says who it is' } },
  { text: 'All done.' },
]);

const env = {
  ...{ PATH: process.env.PATH ?? '', HOME: config, IS_SANDBOX: '1' },
  ...{ ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'scripted', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
  ...machine.env,
};

try {
  execFileSync('git', ['init', '-q', folder]);
  writeFileSync(held, 'as it was\n');
  const other = { cwd: folder, env: { CLAMBAKE_SESSION: 'other' } };
  await machine.run(['register', '--project', 'work'], other);
  await machine.run(
    ['send', '--to', '@all', '--type', 'blocker', '--resource', 'held.txt', '--subject', 'Mine for now'],
    other,
  );
  // It writes the plugin; Claude Code is not on the path of this command, and takes the folder below.
  assert.equal((await machine.run(['setup', 'claude-code'], { env: { PATH: '' } })).code, 0);
  const plugin = join(machine.home, 'claude-code', 'plugin');
  assert.equal(
    await claude(['-p', 'Do it', '--plugin-dir', plugin, '--dangerously-skip-permissions'], { folder, config, env }),
    0,
    'Claude Code failed.',
  );

  const [begun = '', denied = '', said = ''] = model.told;
  const [, id] = /this session is ([a-z]+-[a-z]+-[0-9a-f]{4}) on work/.exec(begun) ?? [];
  assert.ok(id, 'The session is not told who it is.');
  assert.match(denied, /work:held\.txt, which Write would touch, is held by /);
  assert.ok(said.includes(`${id} (work) active`), 'A command of its shell does not act as it.');
  const { stdout } = await machine.run(['instances'], other);
  assert.ok(!stdout.includes(id), 'It has not left.');
  console.log(
    `\nThe session was ${id}: told at its start, denied a held file, itself in its shell, and gone at its end.`,
  );
} finally {
  await model.close();
  await machine.close();
}
