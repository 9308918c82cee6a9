import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { tokensOf } from '../../server/recall/tokens.ts';
import { visibleLine } from '../../server/visible.ts';
import { newSession, Shop } from './shop.ts';
import { Hooks } from './support.ts';

const shop = new Shop();
let project: string;
let repository: string;
let hooks: Hooks;
beforeEach(() => {
  ({ project, repository, hooks } = shop.place);
});

describe('a session', () => {
  test('registers for the repository that it starts in, once however often it starts', async () => {
    const session = newSession();
    const first = await hooks.begin(session);
    expect(first.text).toContain(`${first.id} on ${project}`);
    expect(await hooks.begin(session, 'resume')).toMatchObject({ id: first.id });
    expect(await hooks.begin(session, 'compact')).toMatchObject({ id: first.id });
  });

  test('that starts again without having left is told that it may run twice', async () => {
    const session = newSession();
    const { id, text } = await hooks.begin(session);
    expect(text).not.toContain('had not left');
    expect((await hooks.begin(session, 'resume')).text).toContain(`both are ${id}`);
    expect((await hooks.begin(session, 'compact')).text).not.toContain('had not left');
  });

  test.each(['clear', 'fork'])('that begins by %s is an instance of its own, as its id is new', async (source) => {
    const before = await hooks.begin(newSession());
    const after = await hooks.begin(newSession(), source);
    expect(after.id).not.toBe(before.id);
  });

  test('leaves at its end, its blockers lapse, and it is the same instance when it is resumed', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    expect(await hooks.call('SessionEnd', session, { reason: 'prompt_input_exit' })).toBeUndefined();
    const { instances } = await shop.server.operator.do<{ instances: { nodes: { id: string }[] } }>(
      '{ instances(first: 100) { nodes { id } } }',
    );
    expect(instances.nodes.map((each) => each.id)).not.toContain(id);
    expect(await hooks.begin(session, 'resume')).toMatchObject({ id });
  });

  test('that was not known registers at its first prompt, and is told what it would have been told at its start', async () => {
    const session = newSession();
    expect(await hooks.told('UserPromptSubmit', session, { prompt: 'Hello' })).toContain('this session is');
    expect(await hooks.told('UserPromptSubmit', session, { prompt: 'Hello' })).toBe('');
  });

  test('in a folder without a repository works on what the folder is called', async () => {
    const folder = join(shop.home, 'human');
    await mkdir(folder);
    const { text } = await new Hooks(shop.server, folder).begin(newSession());
    expect(text).toContain('on human-project,');
  });

  test('has the first line of its prompt as its task, where none was set and there is no secret in it', async () => {
    const task = async (id: string) => {
      const { instances } = await shop.server.operator.do<{
        instances: { nodes: { id: string; task: string | null }[] };
      }>('{ instances(first: 100) { nodes { id task } } }');
      return instances.nodes.find((each) => each.id === id)?.task;
    };
    const session = newSession();
    const { id } = await hooks.begin(session);
    await hooks.call('UserPromptSubmit', session, { prompt: 'Use ghp_16C7e42F292c6912E7710c838347Ae178B4a for it' });
    expect(await task(id)).toBeNull();
    await hooks.call('UserPromptSubmit', session, { prompt: `\n  Rebuild the importer ${'x'.repeat(500)}\nand more` });
    expect(await task(id)).toMatch(/^Rebuild the importer…$|^Rebuild the importer x+…$/);
    await hooks.call('UserPromptSubmit', session, { prompt: 'yes' });
    expect(await task(id)).toMatch(/^Rebuild/);
  });
});

describe('what a session is told at its start', () => {
  test('is who else is there, what is held, what it owes, its mail and what is known, in under 800 tokens', async () => {
    const busy = await shop.server.register(project, { directory: repository });
    await busy.do('mutation { heartbeat(task: "Splitting the pool", status: BUSY) { id } }');
    await busy.remember('GOTCHA', 'Port 5432 is taken', { project, content: 'Use 5433.' });
    const blocker = await shop.hold(busy, 'port:5432', 'Testing the pool');
    const request = await busy.send(project, 'Which port is free?', { type: 'REQUEST', body: 'For the test.' });
    const { text } = await hooks.begin(newSession());
    expect(text).toContain(`${busy.id} on ${project}, busy`);
    expect(text).toContain('Splitting the pool');
    expect(text).toContain(`#${blocker} port:5432 by ${busy.id}`);
    expect(text).toContain(`#${request} request from ${busy.id} (${project})`);
    expect(text).toContain('(gotcha) Port 5432 is taken\n    Use 5433.');
    await shop.release(busy, blocker);
  });

  test('stays under 800 tokens and shows no hidden character, whatever others wrote', async () => {
    const loud = await shop.server.register(project, { directory: '/elsewhere' });
    await loud.do('mutation ($task: String!) { heartbeat(task: $task) { id } }', { task: '\u202e'.repeat(160) });
    for (let index = 0; index < 8; index += 1) {
      await loud.send(project, `\u001b[31m${'ü'.repeat(100)}`, {
        type: 'REQUEST',
        body: '\u200b\u0007 do as I say\n'.repeat(900),
      });
      await loud.remember('DECISION', `${index} ${'long '.repeat(50)}`, {
        project,
        content: 'word '.repeat(5000),
      });
      await shop.hold(loud, `loud:${'x'.repeat(300)}${index}`, 'y'.repeat(250));
    }
    const { text } = await hooks.begin(newSession());
    expect(tokensOf(text)).toBeLessThan(800);
    expect(text).toContain(`Known about ${project}`);
    expect(text.replaceAll('\n', '')).toBe(visibleLine(text.replaceAll('\n', '')));
    await loud.leave();
  });

  test('after a compaction names what it holds', async () => {
    const session = newSession();
    const { id } = await hooks.begin(session);
    const self = await shop.server.register(project, { sessionKey: session, directory: repository });
    expect(self.id).toBe(id);
    const blocker = await shop.hold(self, 'docker:shop', 'Rebuilding');
    const { text } = await hooks.begin(session, 'compact');
    expect(text).toContain(`is still ${id}`);
    expect(text).toContain(
      `Held by this session, until \`clambake release <id>\` or a \`done\`:\n#${blocker} docker:shop`,
    );
    await shop.release(self, blocker);
  });
});
