import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { cli } from './process.ts';

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer();
  home = await mkdtemp(join(tmpdir(), 'clambake-conversation-'));
});
afterAll(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

/** Runs a command in the session of somebody, and gives the lines it prints. */
async function as(session: string, ...args: string[]): Promise<string[]> {
  const environment = {
    ...{ CLAMBAKE_HOME: home, CLAMBAKE_URL: server.url, CLAMBAKE_TOKEN: server.config.token ?? '' },
    CLAMBAKE_SESSION: session,
  };
  const { code, stdout, stderr } = await cli(args, environment, home);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}
const idIn = (lines: string[], pattern: RegExp): string => pattern.exec(lines.join('\n'))?.[1] ?? '';

test('a conversation is read oldest first, and its messages tell their senders how far they have come', async () => {
  const ann = idIn(await as('ann', 'register', '--project', 'talk'), /as (\S+) on/);
  const ben = idIn(await as('ben', 'register', '--project', 'talk'), /as (\S+) on/);
  const question = idIn(await as('ann', 'send', '--to', ben, '--type', 'request', '--subject', 'May I?'), /#(\d+)/);
  expect(await as('ann', 'receipts', question)).toEqual([
    `#${question} to ${ben}: 0 read, 0 delivered, 1 stored`,
    '  subject: May I?',
    `  ${ben} (talk) stored`,
  ]);
  const answer = idIn(await as('ben', 'send', '--to', ann, '--subject', 'Yes', '--reply-to', question), /#(\d+)/);
  const thanks = idIn(await as('ann', 'send', '--to', ben, '--subject', 'Thanks', '--reply-to', answer), /#(\d+)/);

  const read = await as('ann', 'read', answer);
  expect(read[0]).toContain(`#${answer} info from ${ben} (talk) to ${ann}`);
  expect(read[0]).toContain(`reply to #${question}: Yes`);
  expect(read.slice(2).map((line) => line.replace(/, (just now|\d+ s ago)/, ''))).toEqual([
    '  Conversation (3 messages)',
    `  #${question} request from ${ann}: May I?`,
    `  #${answer} info (this one) from ${ben}: Yes`,
    `  #${thanks} info from ${ann}: Thanks`,
  ]);
  expect(await as('ben', 'receipts', answer)).toEqual([
    `#${answer} to ${ann}: 1 read, 0 delivered, 0 stored`,
    '  subject: Yes',
    expect.stringMatching(new RegExp(`^  ${ann} \\(talk\\) read (just now|.* ago), delivered (just now|.* ago)$`)),
  ]);
}, 120_000);
