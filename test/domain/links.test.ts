import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
let ben: Agent;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('doc-db');
  ben = await server.register('website');
});
afterAll(() => server.close());

const remember = `mutation ($type: MemoryType! = FIX, $title: String!, $content: String! = "as it says", $fixes: [String!], $supersedes: [String!],
  $relatesTo: [String!], $resolve: Boolean, $clientKey: String) {
  remember(type: $type, title: $title, content: $content, fixes: $fixes, supersedes: $supersedes, relatesTo: $relatesTo, resolve: $resolve, clientKey: $clientKey) {
    id links { kind direction memory { id } }
  }
}`;
interface Remembered {
  remember: { id: string; links: { kind: string; direction: string; memory: { id: string } }[] };
}
const link = (from: string, kind: string, to: string) =>
  `mutation { linkMemories(from: ${JSON.stringify(from)}, kind: ${kind}, to: ${JSON.stringify(to)}) { kind from { id } to { id } } }`;
const unlink = (from: string, kind: string, to: string) =>
  `mutation { unlinkMemories(from: ${JSON.stringify(from)}, kind: ${kind}, to: ${JSON.stringify(to)}) { removed } }`;
const stateOf = async (id: string) =>
  (
    await ann.do<{ memory: { status: string; version: number; revisions: { nodes: { from: string }[] } } }>(
      'query ($id: ID!) { memory(id: $id) { status version revisions { nodes { from } } } }',
      { id },
    )
  ).memory;

describe('a memory that is stored with links', () => {
  it('names an issue by its number or its title, whatever its case', async () => {
    const issue = await ann.remember('ISSUE', 'JMAP null filter crashes query');
    const references = { number: issue, sign: `#${issue}`, words: 'jmap null FILTER crashes query ' };
    for (const [by, fixes] of Object.entries(references)) {
      const { remember: fix } = await ann.do<Remembered>(remember, { title: by, fixes: [fixes] });
      expect(fix.links).toEqual([{ kind: 'FIXES', direction: 'OUTGOING', memory: { id: issue } }]);
    }
    expect(await stateOf(issue)).toMatchObject({ status: 'ACTIVE', version: 1 });
  });

  it('resolves the issue in the same step where that is asked for, as a version of its own', async () => {
    const issue = await ann.remember('ISSUE', 'Import hangs on large files');
    const fix = await ben.do<Remembered>(remember, { title: 'Streams', fixes: [issue], resolve: true });
    expect(fix.remember.links).toHaveLength(1);
    expect(await stateOf(issue)).toEqual({
      status: 'RESOLVED',
      version: 2,
      revisions: { nodes: [{ from: ben.id }, { from: ann.id }] },
    });
    expect(await ann.fail(remember, { title: 'no issue', resolve: true })).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is not stored where a title matches nothing, and the nearest are named', async () => {
    const issue = await ann.remember('ISSUE', 'Traefik drops websocket upgrades');
    const error = await ann.fail(remember, { title: 'Never stored', fixes: ['Traefik drops upgrades'] });
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      extensions: { argument: 'fixes', suggestions: [{ id: issue, title: 'Traefik drops websocket upgrades' }] },
    });
    expect(error.message).toContain(`#${issue} (issue): Traefik drops websocket upgrades`);
    const { recall } = await ann.do<{ recall: { nodes: object[] } }>(
      '{ recall(search: "\\"never stored\\"") { nodes { id } } }',
    );
    expect(recall.nodes).toEqual([]);
  });

  it('is not stored where several have the title; of the own project, and an issue, is meant first', async () => {
    const own = await ann.remember('ISSUE', 'Flaky login test');
    await ben.remember('ISSUE', 'Flaky login test');
    await ann.remember('GOTCHA', 'Flaky login test');
    const { remember: fix } = await ann.do<Remembered>(remember, {
      title: 'Waits for it',
      fixes: ['flaky login test'],
    });
    expect(fix.links.map(({ memory }) => memory.id)).toEqual([own]);
    const error = await ann.fail(remember, { title: 'Sees both', relatesTo: ['Flaky login test'] });
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
    expect(error.message).toContain(`#${own} (issue)`);
  });

  it('is found again under its client key, with the same links only', async () => {
    const issue = await ann.remember('ISSUE', 'Once only');
    const given = { title: 'Once', fixes: [issue], clientKey: 'links-1' };
    const { remember: one } = await ann.do<Remembered>(remember, given);
    const { remember: two } = await ann.do<Remembered>(remember, given);
    expect(two.id).toBe(one.id);
    expect(await ann.fail(remember, { ...given, fixes: [one.id] })).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('supersession', () => {
  it('sets the status of the old memory, and unlinking brings the earlier one back', async () => {
    const old = await ann.remember('DECISION', 'We use readpst');
    const { remember: one } = await ann.do<Remembered>(remember, {
      type: 'DECISION',
      title: 'We use pypff',
      supersedes: [old],
    });
    expect(await stateOf(old)).toMatchObject({ status: 'SUPERSEDED', version: 2 });
    const other = await ann.remember('DECISION', 'We use something else');
    await ann.do(link(other, 'SUPERSEDES', 'we use READPST'));
    await ann.do(unlink(one.id, 'SUPERSEDES', old));
    expect(await stateOf(old)).toMatchObject({ status: 'SUPERSEDED', version: 2 });
    await ann.do(unlink(other, 'SUPERSEDES', old));
    expect(await stateOf(old)).toMatchObject({ status: 'ACTIVE', version: 3 });
  });

  it('goes round in no circle', async () => {
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => ann.remember('DECISION', `Circle ${name}`)));
    await ann.do(link(String(a), 'SUPERSEDES', String(b)));
    await ann.do(link(String(b), 'SUPERSEDES', String(c)));
    const error = await ann.fail(link(String(c), 'SUPERSEDES', String(a)));
    expect(error).toMatchObject({ code: 'CONFLICT' });
    expect(error.message).toContain(`#${c} supersedes #${a} supersedes #${b} supersedes #${c}`);
    expect(await stateOf(String(a))).toMatchObject({ status: 'ACTIVE' });
  });

  it('of two that supersede each other at the same moment exactly one does', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = await Promise.all([1, 2].map((n) => ann.remember('DECISION', `Race ${round} side ${n}`)));
      const answers = await Promise.all([
        ann.ask(link(String(a), 'SUPERSEDES', String(b))),
        ben.ask(link(String(b), 'SUPERSEDES', String(a))),
      ]);
      expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
      expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(['CONFLICT']);
    }
  });
});
