import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let agents: Agent[];
let ann: Agent;
let ben: Agent;
beforeAll(async () => {
  server = await startTestServer();
  agents = await Promise.all(Array.from({ length: 12 }, () => server.register('doc-db')));
  [ann, ben] = agents as [Agent, Agent];
});
afterAll(() => server.close());

const fields = 'id version title content tags source { id } links { kind memory { id } }';
const remember = `mutation ($type: MemoryType! = GOTCHA, $title: String!, $content: String!, $tags: [String!], $force: Boolean, $update: Boolean,
    $relatesTo: [String!], $fixes: [String!], $source: ID, $clientKey: String) {
  remember(type: $type, title: $title, content: $content, tags: $tags, force: $force, update: $update, relatesTo: $relatesTo, fixes: $fixes,
    source: $source, clientKey: $clientKey) { ${fields} }
}`;
const update = `mutation ($id: ID!, $content: String, $clientKey: String) {
  updateMemory(id: $id, content: $content, clientKey: $clientKey) { ${fields} }
}`;
interface Memory {
  id: string;
  version: number;
  content: string;
  tags: string[];
  source: { id: string } | null;
  links: { kind: string; memory: { id: string } }[];
}
const store = async (agent: Agent, given: Record<string, unknown>): Promise<Memory> =>
  (await agent.do<{ remember: Memory }>(remember, given)).remember;
const look = async (id: string): Promise<Memory> =>
  (await ann.do<{ memory: Memory }>(`query ($id: ID!) { memory(id: $id) { ${fields} } }`, { id })).memory;

describe('agents that remember and change the same at once', () => {
  it('never hold each other up for good', async () => {
    const ids = await Promise.all(['one', 'two', 'three'].map((title) => ann.remember('GOTCHA', `Crosswise ${title}`)));
    const errors: string[] = [];
    const rounds = Array.from({ length: 15 }, (_, round) => round);
    // New words that all of them write, and rows that all of them want, in every order.
    const text = (round: number): string =>
      Array.from({ length: 40 }, (_, n) => `fresh${round}x${(n * 7) % 40}y`).join(' ');
    for (const round of rounds) {
      const answers = await Promise.all(
        agents.map((agent, place) => {
          const turned = [...ids.slice(place % 3), ...ids.slice(0, place % 3)];
          return place % 2 === 0
            ? agent.ask(update, { id: turned[0], content: `${text(round)} ${place}` })
            : agent.ask(remember, {
                ...{ title: `Crosswise ${round} ${place}`, content: text(round), force: true, relatesTo: turned },
              });
        }),
      );
      errors.push(...answers.flatMap((answer) => answer.errors.map(({ message }) => message)));
    }
    expect(errors).toEqual([]);
  });

  it('lose none of the tags that they add to what is known', async () => {
    const given = { title: 'Traefik needs a network of its own', content: 'Name it in the labels of the service.' };
    const first = await store(ann, given);
    await Promise.all(agents.map((agent, n) => store(agent, { ...given, tags: [`tag${n}`], update: true })));
    const { tags } = await look(first.id);
    expect(tags.toSorted()).toEqual(agents.map((_, n) => `tag${n}`).toSorted());
  });

  it('store once what they call by titles that differ a little', async () => {
    const content =
      'The migration has to run before the server starts, else the first request fails with a missing column.';
    const answers = await Promise.all(
      agents.map((agent, n) =>
        agent.ask(remember, { title: `Migrate before ${['start', 'starting', 'you start'][n % 3]}`, content }),
      ),
    );
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
  });
});

describe('what is known and is changed', () => {
  const known = { title: 'Compose files are merged in order', content: 'The last file wins, lists are appended.' };
  it('is not changed again by the repetition of a request', async () => {
    const { id } = await store(ann, known);
    const change = {
      ...known,
      content: 'The last file wins; lists are appended.',
      tags: ['docker'],
      update: true,
      clientKey: 'u-1',
    };
    expect(await store(ann, change)).toMatchObject({ id, version: 2 });
    await ben.do(update, { id, content: 'The last file wins; lists are appended, except for ports.' });
    expect(await store(ann, change)).toMatchObject({ id, version: 3 });
    expect((await look(id)).content).toBe('The last file wins; lists are appended, except for ports.');
    expect(await ann.fail(remember, { ...change, content: 'something else' })).toMatchObject({ code: 'CONFLICT' });
  });

  it('gets the message it came from where it had none, and keeps the one that it has', async () => {
    const given = { title: 'Volumes outlive containers', content: 'Remove them with down -v only.' };
    const { id } = await store(ann, given);
    const [first, second] = [await ben.send('@all', 'one'), await ben.send('@all', 'two')];
    expect(await store(ann, { ...given, source: first, update: true })).toMatchObject({ id, source: { id: first } });
    expect(await store(ann, { ...given, source: first, update: true })).toMatchObject({ id, source: { id: first } });
    const error = await ann.fail(remember, { ...given, source: second, update: true });
    expect(error).toMatchObject({ code: 'CONFLICT' });
    expect(error.message).toContain(`#${first}`);
  });

  it('cannot be linked with itself, which the error says', async () => {
    const given = { type: 'ISSUE', title: 'Healthcheck flaps on slow disks', content: 'Raise the interval.' };
    const { id } = await store(ann, given);
    const error = await ann.fail(remember, { ...given, relatesTo: [id], update: true });
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
    expect(error.message).toContain('itself');
  });

  it('is found by what it has in common, whatever new words stand beside it', async () => {
    const content =
      'Restart the broker after the certificate changes: it reads the file once, and keeps the old one in memory.';
    await store(ann, { title: 'Broker keeps its certificate', content });
    const said = `${content} Zyqxwv.`;
    expect(await ben.fail(remember, { title: 'Qwrtpsd broker keeps its certificate', content: said })).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await ben.fail(remember, { title: 'Bnmlkjh', content: said })).toMatchObject({ code: 'CONFLICT' });
  });

  it('is found in Chinese and Japanese too', async () => {
    await store(ann, { title: '数据库连接池耗尽', content: '重启服务后连接没有释放，需要设置最大空闲时间。' });
    expect(
      await ben.fail(remember, {
        title: '数据库连接池耗尽了',
        content: '重启服务后连接没有释放，需要设置最大的空闲时间。',
      }),
    ).toMatchObject({ code: 'CONFLICT' });
    await store(ben, { title: '前端构建缓慢', content: '关闭源映射即可。' });
  });
});

it('a focus of nothing but white space is refused at once', async () => {
  const began = performance.now();
  const focus = `${' '.repeat(100_000)}x`;
  const error = await ann.fail('query ($focus: ID!) { memoryGraph(focus: $focus) { edges { kind } } }', {
    focus,
  });
  expect(error.code).toBe('BAD_INPUT');
  expect(performance.now() - began).toBeLessThan(1000);
});
