import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let agents: Agent[];
let ann: Agent;
let ben: Agent;
let pool: pg.Pool;
beforeAll(async () => {
  server = await startTestServer();
  agents = await Promise.all(Array.from({ length: 20 }, () => server.register('doc-db')));
  [ann, ben] = agents as [Agent, Agent];
  pool = new pg.Pool({ connectionString: server.database.url, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await server.close();
});

const fields = 'version title content status tags files';
const update = `mutation ($id: ID!, $title: String, $content: String, $tags: [String!], $status: MemoryStatus, $ifVersion: Int, $clientKey: String) {
  updateMemory(id: $id, title: $title, content: $content, tags: $tags, status: $status, ifVersion: $ifVersion, clientKey: $clientKey) { ${fields} }
}`;
const restore = `mutation ($id: ID!, $version: Int!, $ifVersion: Int, $clientKey: String) {
  restoreMemory(id: $id, version: $version, ifVersion: $ifVersion, clientKey: $clientKey) { ${fields} }
}`;
interface State {
  version: number;
  title: string;
  content: string;
  status: string;
  tags: string[];
  files: string[];
}
interface Whole {
  memory: State & { revisions: { totalCount: number; nodes: (State & { from: string; createdAt: string })[] } };
}
const whole = async (id: string): Promise<Whole['memory']> =>
  (
    await ann.do<Whole>(
      `query ($id: ID!) { memory(id: $id) { ${fields} revisions(first: 100) { totalCount nodes { ${fields} from createdAt } } } }`,
      { id },
    )
  ).memory;

describe('an edit that says which version it read', () => {
  it('is refused where there is another by now, and shows both', async () => {
    const id = await ann.remember('FIX', 'JMAP filter', { content: 'Omit the key.' });
    await ben.do(update, { id, content: 'Omit the key where it is null.', ifVersion: 1 });
    const error = await ann.fail(update, { id, content: 'Omit the key always.', tags: ['jmap'], ifVersion: 1 });
    expect(error).toMatchObject({
      code: 'CONFLICT',
      extensions: {
        version: 2,
        by: ben.id,
        current: { content: 'Omit the key where it is null.', tags: [] },
        given: { content: 'Omit the key always.', tags: ['jmap'] },
      },
    });
    for (const part of ['version 2', ben.id, 'where it is null', 'always', '--if-version 2']) {
      expect(error.message).toContain(part);
    }
    expect(await whole(id)).toMatchObject({ version: 2, content: 'Omit the key where it is null.' });
  });

  it('is no conflict with its own first try', async () => {
    const id = await ann.remember('FIX', 'Retry');
    const given = { id, content: 'changed', ifVersion: 1, clientKey: 'if-1' };
    await ann.do(update, given);
    expect(await ann.do(update, given)).toMatchObject({ updateMemory: { version: 2 } });
    expect(await ann.fail(update, { ...given, content: 'other' })).toMatchObject({ code: 'CONFLICT' });
  });

  it('loses nothing where twenty edit at once, each until it succeeds', { timeout: 60_000 }, async () => {
    const id = await ann.remember('FIX', 'Everybody');
    await Promise.all(
      agents.map(async (agent, number) => {
        for (;;) {
          const { version, tags } = await whole(id);
          const { errors } = await agent.ask(update, { id, tags: [...tags, `t${number}`], ifVersion: version });
          if (errors.length === 0) return;
          expect(errors[0]?.extensions.code).toBe('CONFLICT');
        }
      }),
    );
    const memory = await whole(id);
    expect(memory.tags.toSorted()).toEqual(agents.map((_, number) => `t${number}`).sort());
    expect(memory.revisions.totalCount).toBe(21);
    expect(memory.version).toBe(21);
  });

  it('keeps every version of twenty that edit at once without it', async () => {
    const id = await ann.remember('FIX', 'Nobody looks');
    await Promise.all(agents.map((agent, number) => agent.do(update, { id, content: `by ${number}` })));
    const { revisions } = await whole(id);
    expect(revisions.nodes.map(({ version }) => version)).toEqual(Array.from({ length: 21 }, (_, n) => 21 - n));
    expect(new Set(revisions.nodes.map(({ content }) => content)).size).toBe(21);
    for (const [number, { id: author }] of agents.entries()) {
      expect(revisions.nodes.find(({ content }) => content === `by ${number}`)?.from).toBe(author);
    }
  });
});

describe('restoring', () => {
  it('writes the earlier version as a new one, by whoever restores it', async () => {
    const id = await ann.remember('GOTCHA', 'First', { content: 'one', tags: ['a'] });
    await ben.do(update, { id, title: 'Second', content: 'two', tags: ['b'], status: 'DEPRECATED' });
    const restored = await ben.do(restore, { id, version: 1, clientKey: 'r-1' });
    expect(restored).toEqual({
      restoreMemory: { version: 3, title: 'First', content: 'one', tags: ['a'], files: [], status: 'ACTIVE' },
    });
    expect(await ben.do(restore, { id, version: 1, clientKey: 'r-1' })).toEqual(restored);
    expect(await ann.do(restore, { id, version: 3 })).toMatchObject({ restoreMemory: { version: 3 } });
    expect((await whole(id)).revisions.nodes[0]?.from).toBe(ben.id);
    const error = await ann.fail(restore, { id, version: 9 });
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('1 to 3') });
    expect(await ann.fail(restore, { id, version: 1, ifVersion: 2 })).toMatchObject({ code: 'CONFLICT' });
    expect(await ann.fail(restore, { id: '999999', version: 1 })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

/** One of several agents does something to a memory. */
type Step =
  | { by: number; change: { title?: string; content?: string; tags?: string[]; status?: string } }
  | { by: number; back: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    by: fc.nat(3),
    change: fc
      .record(
        {
          title: fc.constantFrom('A', 'B', 'C'),
          content: fc
            .string({ minLength: 1, maxLength: 20 })
            .filter((text) => text.trim() !== '' && !text.includes('\0')),
          tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
          status: fc.constantFrom('ACTIVE', 'RESOLVED', 'DEPRECATED'),
        },
        { requiredKeys: [] },
      )
      .filter((change) => Object.keys(change).length > 0),
  }),
  fc.record({ by: fc.nat(3), back: fc.nat(20) }),
);

describe('the versions of a memory', () => {
  it('replay to the present, without a gap in number or time', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const id = await ann.remember('GOTCHA', 'Start', { content: 'Start' });
        const model: Omit<State, 'version'>[] = [
          { title: 'Start', content: 'Start', status: 'ACTIVE', tags: [], files: [] },
        ];
        const authors = [ann.id];
        for (const one of steps) {
          const agent = agents[one.by] as Agent;
          const version = 'back' in one ? (one.back % model.length) + 1 : 0;
          const now = model.at(-1) as Omit<State, 'version'>;
          const next = 'back' in one ? (model[version - 1] as typeof now) : { ...now, ...one.change };
          if ('back' in one) await agent.do(restore, { id, version });
          else await agent.do(update, { id, ...one.change });
          if (JSON.stringify(next) !== JSON.stringify(now)) {
            model.push(next);
            authors.push(agent.id);
          }
        }
        const { revisions, ...present } = await whole(id);
        const replayed = revisions.nodes.toReversed();
        expect(replayed.map(({ version }) => version)).toEqual(model.map((_, index) => index + 1));
        expect(replayed.map(({ from }) => from)).toEqual(authors);
        expect(replayed.map(({ version: _, from: __, createdAt: ___, ...state }) => state)).toEqual(model);
        expect(present).toEqual({ ...model.at(-1), version: model.length });
        const { rows } = await pool.query(
          `SELECT bool_and(replaced_at IS NOT DISTINCT FROM later AND (search IS NULL) = (later IS NULL)) AS whole FROM (
             SELECT *, lead(created_at) OVER (ORDER BY version) AS later FROM clambake.memory_revision WHERE memory_id = $1) AS versions`,
          [id],
        );
        expect(rows).toEqual([{ whole: true }]);
      }),
      { numRuns: 30 },
    );
  });
});
