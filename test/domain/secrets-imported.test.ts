import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawn } from '../secret/made-up.ts';
import { type Caller, startTestServer, type TestServer } from '../support/server.ts';

const password = drawn(12);
const url = `postgresql://app:${password}@db/prod`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** What the log says was allowed, the newest first. */
async function allowed(caller: Caller): Promise<string[]> {
  const { log } = await caller.do<{ log: { nodes: { summary: string }[] } }>(
    '{ log(action: [SECRET_ALLOWED], first: 100) { nodes { summary } } }',
  );
  return log.nodes.map(({ summary }) => summary);
}

const importing = `mutation ($memories: [ImportedMemory!]!, $instances: [ImportedInstance!]! = [], $allowSecret: Boolean! = true) {
  imported: importMemories(memories: $memories, instances: $instances, links: [], allowSecret: $allowSecret) { stored updated problems { line message } }
}`;
const merging = `mutation ($memories: [MergedMemory!]!) {
  imported: mergeMemories(memories: $memories, allowSecret: true) { stored updated problems { line message } }
}`;
const planning = 'query ($memories: [MergedMemory!]!) { planMerge(memories: $memories, allowSecret: true) { fate } }';

interface Imported {
  imported: { stored: number; updated: number; problems: { line: number; message: string }[] };
}
interface Planned {
  planMerge: { fate: string }[];
}

const stateOf = (content: string, line: number, uid: string = randomUUID()) => ({
  ...{ line, uid, project: 'team', type: 'GOTCHA', title: `imported ${line}`, content },
});

/** A memory of these versions. */
const recordOf = (contents: string[], line: number, uid: string = randomUUID()) => ({
  ...{ line, uid, project: 'team', type: 'GOTCHA', createdAt: '2026-01-01T00:00:00Z' },
  revisions: contents.map((content, index) => ({
    ...{ line, version: index + 1, title: 't', content, status: 'ACTIVE', tags: [], files: [] },
    createdAt: `2026-01-0${index + 1}T00:00:00Z`,
  })),
});

async function imported(caller: Caller, query: string, contents: string[]): Promise<Imported['imported']> {
  const memories = contents.map((content, index) =>
    query === importing ? recordOf([content], index + 1) : stateOf(content, index + 1),
  );
  return (await caller.do<Imported>(query, { memories })).imported;
}

it('an import may hold a secret where that is allowed, and the log says in which memory and version, on whatever line it stood', async () => {
  const [one, other, none] = [randomUUID(), randomUUID(), randomUUID()];
  const memories = [recordOf([url], 1, one), recordOf(['plain', url], 1, other), recordOf(['plain'], 1, none)];
  const { imported } = await server.operator.do<Imported>(importing, { memories });
  expect(imported).toMatchObject({ stored: 3, problems: [] });
  const logged = (await allowed(server.operator)).slice(0, 2);
  expect(logged).toHaveLength(2);
  expect(logged.find((summary) => summary.includes(one))).toContain('a password in a URL (version 1, content');
  expect(logged.find((summary) => summary.includes(other))).toContain('a password in a URL (version 2, content');
  expect(logged.join()).not.toContain(password);
  // What is there already is not said again; a version that is new is.
  await server.operator.do(importing, { memories });
  expect(await allowed(server.operator)).toHaveLength(2);
  await server.operator.do(importing, { memories: [recordOf(['plain', url], 1, none)] });
  expect(await allowed(server.operator)).toHaveLength(3);
  await server.operator.do(merging, { memories: [stateOf(`${url} again`, 1, none)] });
  expect(await allowed(server.operator)).toHaveLength(4);
});

it('an import holds no secret in the names of places, whatever is allowed', async () => {
  const instances = [
    { line: 1, id: 'brisk-otter-4f2a', project: 'p', directory: `/${url}`, startedAt: '2026-01-01T00:00:00Z' },
  ];
  const { imported } = await server.operator.do<Imported>(importing, { memories: [], instances });
  expect(imported.problems).toEqual([{ line: 1, message: expect.stringContaining('what looks like a secret') }]);
});

it('on a server that others can reach an import holds none, and the rest of it goes on', async () => {
  const shared = await startTestServer({ host: '0.0.0.0' });
  try {
    for (const query of [importing, merging]) {
      const { problems, stored } = await imported(shared.operator, query, [url, 'no secret']);
      expect(stored).toBe(1);
      expect(problems).toEqual([{ line: 1, message: expect.stringContaining('Secrets cannot be allowed') }]);
      expect(JSON.stringify(problems)).not.toContain(password);
    }
    const [first] = (await shared.operator.do<Planned>(planning, { memories: [stateOf(url, 1)] })).planMerge;
    expect(first).toMatchObject({ fate: 'REFUSED' });
    expect(await allowed(shared.operator)).toEqual([]);
  } finally {
    await shared.close();
  }
});
