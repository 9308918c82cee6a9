import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../cli/generated/commands.ts';
import { register } from '../../cli/identity/registration.ts';
import { listSessions } from '../../cli/identity/session.ts';
import { Reach } from '../../cli/reach/reach.ts';
import { readConfig } from '../../server/config.ts';
import { Caller, startTestServer } from '../support/server.ts';
import { answerError, answerJson, type FakeServer, type Got, startFake } from './fake-server.ts';
import { cli, type Said } from './process.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clambake-registration-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const instance = {
  ...{ id: 'brisk-otter-4f2a', project: { name: 'doc-db-v2' }, directory: '/srv', model: null, task: null },
  ...{ status: 'ACTIVE', live: true, endedAt: null },
  ...{ startedAt: '2026-11-22T12:00:00Z', lastSeenAt: '2026-11-22T12:00:00Z' },
};

test('ten registrations with one session key at once are one instance, whose stored token is the one that stands', async () => {
  const server = await startTestServer();
  try {
    const environment = {
      ...{ CLAMBAKE_HOME: home, CLAMBAKE_URL: server.url, CLAMBAKE_TOKEN: server.config.token ?? '' },
      CLAMBAKE_SESSION: 'one session',
    };
    const all = await Promise.all(
      Array.from({ length: 10 }, () => cli(['register', '--project', 'race'], environment, home)),
    );
    expect(all.filter(({ code }) => code !== 0)).toEqual([]);
    const [session, ...others] = listSessions(home);
    expect(others).toEqual([]);
    expect(session?.sessionKey).toBe('one session');
    const { me } = await new Caller(server.url, session?.token ?? '').do<{ me: { name: string } }>('{ me { name } }');
    expect(me.name).toBe(session?.instance);
    for (const { stdout } of all) expect(stdout).toContain(me.name);
    expect(await readdir(join(home, 'sessions'))).toEqual([`${session?.instance}.json`]);
  } finally {
    await server.close();
  }
}, 120_000);

test('a second registration without a key from one folder says that the first is there, while it is', async () => {
  const server = await startTestServer();
  try {
    const environment = { CLAMBAKE_HOME: home, CLAMBAKE_URL: server.url, CLAMBAKE_TOKEN: server.config.token ?? '' };
    const register = (more: Record<string, string> = {}): Promise<Said> =>
      cli(['register', '--project', 'twins'], { ...environment, ...more }, home);
    expect(await register()).toMatchObject({ code: 0, stderr: '' });
    const [first] = listSessions(home);
    expect(await register({ CLAMBAKE_SESSION: 'a key' })).toMatchObject({ code: 0, stderr: '' });
    const second = await register();
    expect(second).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Registered as /) });
    for (const part of [`${first?.instance}. `, 'CLAMBAKE_SESSION', `clambake deregister --as ${first?.instance}`])
      expect(second.stderr).toContain(part);

    for (const { instance: id, sessionKey } of listSessions(home))
      if (sessionKey === null) await cli(['deregister', '--as', id], environment, home);
    expect(await register()).toMatchObject({ code: 0, stderr: '' });
  } finally {
    await server.close();
  }
}, 120_000);

test('the token that is stored last is the newest, even where the oldest answer would come last', async () => {
  const [command] = commands.filter(({ name }) => name === 'register');
  if (!command) throw new Error('There is no register.');
  const variables = { project: 'race', dir: home, session: 'one session' };
  const reach = new Reach(readConfig({ CLAMBAKE_HOME: home }), 'http://127.0.0.1:1', {});
  let tokens = 0;
  const request = async (): Promise<Record<string, unknown>> => {
    tokens += 1;
    const token = `token-${tokens}`;
    await sleep(20 * (11 - tokens));
    return { register: { resumed: tokens > 1, token, instance } };
  };
  await Promise.all(Array.from({ length: 10 }, () => register(command, variables, request, reach, home)));
  expect(tokens).toBe(10);
  expect(listSessions(home)).toMatchObject([{ token: 'token-10', sessionKey: 'one session' }]);
  expect(await readdir(join(home, 'sessions'))).toEqual([`${instance.id}.json`]);
});

describe('a request whose answer is lost', { timeout: 90_000 }, () => {
  let server: FakeServer;
  let answer: (response: ServerResponse, got: Got) => void;
  beforeEach(async () => {
    server = await startFake((response, got) => answer(response, got));
  });
  afterEach(() => server.close());

  const run = (args: string[], more: Record<string, string> = {}): Promise<Said> =>
    cli(
      args,
      { CLAMBAKE_HOME: home, CLAMBAKE_URL: server.url, CLAMBAKE_TOKEN: 'operator-token-0123456789', ...more },
      home,
    );
  /** Loses the first answer, and gives the others. */
  const losingOne = (then: (response: ServerResponse, got: Got) => void): void => {
    let lost = false;
    answer = (response, got) => {
      if (lost) return then(response, got);
      lost = true;
      response.destroy();
    };
  };
  const registered = (response: ServerResponse): void =>
    answerJson(response, { data: { register: { resumed: false, token: 'instance-token-1', instance } } });
  const registerFirst = async (): Promise<void> => {
    answer = registered;
    expect((await run(['register', '--project', 'doc-db-v2'])).code).toBe(0);
    server.got.length = 0;
  };

  test('of register is repeated under one key, made up where the session has none and not kept', async () => {
    losingOne(registered);
    expect(await run(['register', '--project', 'doc-db-v2'])).toMatchObject({ code: 0, stderr: '' });
    const keys = server.got.map(({ variables }) => variables.session);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]]);
    expect(listSessions(home)).toMatchObject([{ instance: instance.id, sessionKey: null }]);

    // Otherwise it would ask whether the other one is still there.
    await rm(join(home, 'sessions'), { recursive: true });
    losingOne(registered);
    await run(['register', '--project', 'doc-db-v2']);
    expect(server.got.at(-1)?.variables.session).not.toBe(keys[0]);
    losingOne(registered);
    await run(['register', '--project', 'doc-db-v2'], { CLAMBAKE_SESSION: 'mine' });
    expect(server.got.slice(-2).map(({ variables }) => variables.session)).toEqual(['mine', 'mine']);
    expect(listSessions(home)).toMatchObject([{ sessionKey: 'mine' }]);
  });

  test('of deregister is asked for by the operator, since the token has gone with the instance', async () => {
    await registerFirst();
    losingOne((response, { headers }) => {
      if (headers.authorization === 'Bearer instance-token-1')
        answerError(response, 'UNAUTHENTICATED', 'This token is unknown or was revoked.', 401);
      else answerJson(response, { data: { deregister: instance } });
    });
    const said = await run(['deregister']);
    expect(said).toEqual({ code: 0, stdout: 'brisk-otter-4f2a has left doc-db-v2.\n', stderr: '' });
    expect(server.got.at(-1)).toMatchObject({
      headers: { authorization: 'Bearer operator-token-0123456789' },
      variables: { instance: instance.id },
    });
    expect(listSessions(home)).toEqual([]);
  });

  test('of deregister with a token that was revoked before is a refusal all the same', async () => {
    await registerFirst();
    answer = (response) => answerError(response, 'UNAUTHENTICATED', 'This token is unknown or was revoked.', 401);
    expect((await run(['deregister'])).code).toBe(4);
    expect(server.got).toHaveLength(1);
  });

  test('of a question, a heartbeat or a reading by number is asked again', async () => {
    await registerFirst();
    losingOne((response) => answerJson(response, { data: { heartbeat: instance } }));
    expect((await run(['heartbeat', '--task', 'x'])).code).toBe(0);
    losingOne((response) => answerJson(response, { data: { me: { kind: 'INSTANCE', name: instance.id, instance } } }));
    expect((await run(['whoami'])).code).toBe(0);
    losingOne((response) => answerJson(response, { data: { markRead: { count: 0, messages: [] } } }));
    expect((await run(['read', '17'])).code).toBe(0);
    expect(server.got).toHaveLength(6);
  });

  test('of read --all is not: what the first one marked would never be shown', async () => {
    await registerFirst();
    losingOne((response) => answerJson(response, { data: { markRead: { count: 0, messages: [] } } }));
    const said = await run(['read', '--all']);
    expect(said).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('may have been carried out') });
    expect(server.got).toHaveLength(1);
  });
});
