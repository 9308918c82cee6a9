import pg from 'pg';
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

const logAction =
  'mutation ($action: LogAction! = TASK_COMPLETED, $summary: String! = "built", $files: [String!], $project: String, $clientKey: String) { logAction(action: $action, summary: $summary, files: $files, project: $project, clientKey: $clientKey) { id from files project { name } } }';

interface Log {
  log: { nodes: { action: string; summary: string; from: string }[] };
}

describe('the log', () => {
  it('tells the life of an instance from its registration to its end', async () => {
    const cat = await server.register('lifecycle');
    await cat.do(logAction, { action: 'DOCKER_OPERATION', summary: 'Restarted the containers' });
    await cat.leave();
    const { log } = await ann.do<Log>('{ log(project: "Lifecycle") { nodes { action summary from } } }');
    expect(log.nodes.map(({ action }) => action)).toEqual(['SHUTDOWN', 'DOCKER_OPERATION', 'STARTED']);
    expect(new Set(log.nodes.map(({ from }) => from))).toEqual(new Set([cat.id]));
  });

  it('keeps the files, and the project of the instance where none is said', async () => {
    expect(await ann.do(logAction, { files: ['a.py', 'b.py', 'a.py'] })).toMatchObject({
      logAction: { from: ann.id, files: ['a.py', 'b.py'], project: { name: 'doc-db' } },
    });
    expect(await server.operator.do(logAction)).toMatchObject({ logAction: { from: 'human', project: null } });
  });

  it('is filtered by instance and action', async () => {
    await ben.do(logAction, { action: 'ISSUE_FOUND', summary: 'of ben' });
    const { log } = await ann.do<Log>(
      'query ($id: String) { log(instance: $id, action: [ISSUE_FOUND]) { nodes { action summary from } } }',
      { id: ben.id },
    );
    expect(log.nodes).toEqual([{ action: 'ISSUE_FOUND', summary: 'of ben', from: ben.id }]);
  });

  it('stores one entry for one client key', async () => {
    const first = await ann.do(logAction, { clientKey: 'l-1' });
    expect(await ann.do(logAction, { clientKey: 'l-1' })).toEqual(first);
    expect(await ann.fail(logAction, { clientKey: 'l-1', summary: 'other' })).toMatchObject({ code: 'CONFLICT' });
  });

  it('refuses more than 500 files and an empty summary', async () => {
    expect(await ann.fail(logAction, { files: Array.from({ length: 501 }, (_, n) => `f${n}`) })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('501'),
    });
    expect(await ann.fail(logAction, { summary: ' ' })).toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('the status', () => {
  it('shows who works on what, what is unread, blocked and done', async () => {
    await ann.do('mutation { heartbeat(task: "Rebuilding", status: BUSY) { id } }');
    const blocker = await ann.send('@all', 'hands off', { type: 'BLOCKER' });
    const { status } = await ben.do<{ status: object }>(`{ status {
      viewer { name } unread instances { nodes { id task status project { name } } }
      blockers { nodes { id heldBy } } messages(first: 1) { nodes { subject } } log(first: 1) { nodes { id } } } }`);
    expect(status).toMatchObject({
      viewer: { name: ben.id },
      unread: 1,
      instances: {
        nodes: expect.arrayContaining([
          { id: ann.id, task: 'Rebuilding', status: 'BUSY', project: { name: 'doc-db' } },
        ]),
      },
      blockers: { nodes: [{ id: blocker, heldBy: ann.id }] },
      messages: { nodes: [{ subject: 'hands off' }] },
    });
  });

  it('of one project shows that project alone', async () => {
    const { status } = await server.operator.do<{ status: object }>(
      '{ status(project: "WEBSITE") { unread instances { nodes { id } } blockers { totalCount } } }',
    );
    // What ann holds was sent to everybody.
    expect(status).toEqual({ unread: null, instances: { nodes: [{ id: ben.id }] }, blockers: { totalCount: 1 } });
  });
});

describe('cleaning up', () => {
  const cleanup =
    'mutation ($olderThan: Duration! = "7d", $dryRun: Boolean!) { cleanup(olderThan: $olderThan, dryRun: $dryRun) { messages logEntries instances } }';

  it('removes what is long expired, after a dry run that says the same and changes nothing', async () => {
    const old = await server.register('old');
    await old.send('@all', 'ancient');
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    await client.query(`UPDATE clambake.message SET expires_at = now() - interval '8 days' WHERE subject = 'ancient'`);
    await client.query(`UPDATE clambake.log_entry SET created_at = now() - interval '8 days' WHERE instance_id = $1`, [
      old.id,
    ]);
    await client.query(`UPDATE clambake.instance SET last_seen_at = now() - interval '8 days' WHERE id = $1`, [old.id]);
    await client.end();

    const expected = { cleanup: { messages: 1, logEntries: 1, instances: 1 } };
    expect(await server.operator.do(cleanup, { dryRun: true })).toEqual(expected);
    expect(await server.operator.do(cleanup, { dryRun: false })).toEqual(expected);
    expect(await server.operator.do(cleanup, { dryRun: false })).toEqual({
      cleanup: { messages: 0, logEntries: 0, instances: 0 },
    });
    expect(await old.fail('{ me { name } }')).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is for the operator, and keeps the last hour', async () => {
    expect(await ann.fail(cleanup, { dryRun: true })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await server.operator.fail(cleanup, { dryRun: true, olderThan: '59m' })).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(await server.operator.fail(cleanup, { dryRun: true, olderThan: 'soon' })).toMatchObject({
      message: expect.stringContaining('"soon"'),
    });
  });
});
