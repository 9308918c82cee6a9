import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { similarityOf } from '../../server/memory/duplicates.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ann: Agent;
let ben: Agent;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.register('doc-db');
  ben = await server.register('doc-db');
});
afterAll(() => server.close());

const remember = `mutation ($type: MemoryType! = GOTCHA, $title: String!, $content: String!, $tags: [String!], $project: String, $force: Boolean, $update: Boolean, $clientKey: String) {
  remember(type: $type, title: $title, content: $content, tags: $tags, project: $project, force: $force, update: $update, clientKey: $clientKey) { id version content tags }
}`;
type Remembered = { remember: { id: string; version: number; content: string; tags: string[] } };
const text = 'Stalwart returns 400 if filter:null is sent. Omit the key entirely.';

describe('what is known already', () => {
  it('is not stored again, and is named with the remedy', async () => {
    const { remember: first } = await ann.do<Remembered>(remember, {
      title: 'JMAP null filter crashes',
      content: text,
    });
    const error = await ben.fail(remember, {
      title: 'JMAP null filter crashes queries',
      content: 'Stalwart returns 400 if filter:null is sent: omit the key.',
    });
    expect(error).toMatchObject({ code: 'CONFLICT', extensions: { duplicates: [{ id: first.id }] } });
    for (const part of [`#${first.id} by ${ann.id}`, '--update', '--force']) expect(error.message).toContain(part);
    expect(await ben.fail(remember, { title: 'Another name for it', content: text })).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await ben.fail(remember, { title: 'x', content: text, force: true, update: true })).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('is stored beside it where that is forced, elsewhere, and as another type', async () => {
    const given = { title: 'Ports clash on restart', content: 'Stop the old container first.' };
    await ann.do(remember, given);
    for (const other of [{ force: true }, { project: 'website' }, { type: 'PATTERN' }]) {
      await ann.do(remember, { ...given, ...other });
    }
  });

  it('is changed where that is asked for, and keeps its tags', async () => {
    const given = { title: 'Traefik needs a network', content: 'Name it in the labels.', tags: ['traefik'] };
    const { remember: first } = await ann.do<Remembered>(remember, { ...given, update: true });
    expect(first.version).toBe(1);
    const { remember: second } = await ben.do<Remembered>(remember, {
      title: 'Traefik needs a network',
      content: 'Name it in the labels of the service.',
      tags: ['docker'],
      update: true,
    });
    expect(second).toEqual({
      id: first.id,
      version: 2,
      content: 'Name it in the labels of the service.',
      tags: ['traefik', 'docker'],
    });
  });

  it('may be said again of another number, and of what was given up', async () => {
    await ann.do(remember, { title: 'Port 5432 is taken', content: 'By the host.' });
    await ann.do(remember, { title: 'Port 5433 is taken', content: 'By the host.' });
    const { remember: old } = await ann.do<Remembered>(remember, { title: 'Use make to build', content: 'make all' });
    await ann.do('mutation ($id: ID!) { updateMemory(id: $id, status: DEPRECATED) { id } }', { id: old.id });
    await ann.do(remember, { title: 'Use make to build', content: 'make all' });
  });

  it('is stored once where many remember it at the same moment', async () => {
    const agents = await Promise.all(Array.from({ length: 30 }, () => server.register('doc-db')));
    const answers = await Promise.all(
      agents.map((agent) =>
        agent.ask<Remembered>(remember, { title: 'Everybody found it', content: 'Nobody had known it before.' }),
      ),
    );
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    for (const { errors } of answers) for (const { extensions } of errors) expect(extensions.code).toBe('CONFLICT');
  });

  it('is no duplicate of itself under its client key', async () => {
    const given = { title: 'Retried by its author', content: 'The answer was lost.', clientKey: 'dup-1' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ann.do<Remembered>(remember, given)));
    expect(new Set(answers.map(({ remember: { id } }) => id)).size).toBe(1);
  });
});

describe('likeness', () => {
  const memory = fc.record({ title: fc.string(), content: fc.lorem({ maxCount: 12 }) });
  it('is the same both ways, and that of a memory with itself is 1', () => {
    fc.assert(
      fc.property(memory, memory, (one, other) => {
        expect(similarityOf(one, other)).toBe(similarityOf(other, one));
        expect(similarityOf(one, one)).toBe(1);
      }),
    );
  });
});
