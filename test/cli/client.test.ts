import { afterEach, describe, expect, test } from 'vitest';
import { ask, type Call, Unreachable } from '../../cli/client/client.ts';
import { CliError, ExitCode } from '../../cli/exit.ts';
import { freePort } from '../../server/database/free-port.ts';
import { answerError, answerJson, type FakeServer, startFake } from './fake-server.ts';

const servers: FakeServer[] = [];
const fake = async (...given: Parameters<typeof startFake>): Promise<FakeServer> => {
  const server = await startFake(...given);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const call = (url: string, more: Partial<Call> = {}): Call => ({
  url,
  token: 'the-secret-token',
  document: 'mutation Send($clientKey:String){send(clientKey:$clientKey)}',
  variables: { clientKey: 'key-1' },
  mutation: true,
  repeatable: true,
  ...more,
});

/** What the call fails with. */
async function failure(asked: Promise<unknown>): Promise<CliError> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw error ?? new Error('the call succeeded');
  expect(error.message).not.toContain('the-secret-token');
  return error;
}

describe('a request', () => {
  test('carries the token and the document as it is, and leaves no connection open', async () => {
    let open = 0;
    const server = await fake((response, _got, request) => {
      open += 1;
      request.socket.once('close', () => (open -= 1));
      answerJson(response, { data: { send: 1 } });
    });
    await expect(ask(call(server.url))).resolves.toEqual({ send: 1 });
    expect(server.got[0]?.path).toBe('/graphql');
    expect(server.got[0]?.headers.authorization).toBe('Bearer the-secret-token');
    expect(server.got[0]?.headers['content-type']).toMatch(/^application\/json/);
    expect(server.got[0]?.query).toBe(call('').document);
    await expect.poll(() => open).toBe(0);
  });

  test('is not repeated, and its token not sent again, where another program may listen there by now', async () => {
    const server = await fake((response) => response.destroy());
    const vouch = async (): Promise<void> => {
      throw new Unreachable('Something else answers there.', false);
    };
    const error = await failure(ask(call(server.url, { vouch })));
    expect(error.message).toBe('Something else answers there.');
    expect(server.got).toHaveLength(1);
  });

  test('to where nothing listens says so, and that a server could be started', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const error = await failure(ask(call(url)));
    expect(error.exitCode).toBe(ExitCode.unreachable);
    expect(error.message).toContain(url);
    expect(error.message).toContain('clambake serve');
    expect(error).toBeInstanceOf(Unreachable);
    expect((error as Unreachable).refused).toBe(true);
  });

  test.each([
    ['BLOCKED', ExitCode.blocked],
    ['FORBIDDEN', ExitCode.notAllowed],
    ['NOT_REGISTERED', ExitCode.notAllowed],
    ['UNAUTHENTICATED', ExitCode.notAllowed],
    ['NOT_FOUND', ExitCode.failed],
    ['UNKNOWN_RECIPIENT', ExitCode.failed],
    ['BAD_INPUT', ExitCode.failed],
    ['SOMETHING_NEW', ExitCode.failed],
  ])('refused with %s ends in exit code %i and the server’s own words', async (code, exitCode) => {
    const server = await fake((response) => answerError(response, code, 'What is wrong.'));
    const error = await failure(ask(call(server.url)));
    expect(error).toMatchObject({ exitCode, code, message: 'What is wrong.' });
    expect(server.got).toHaveLength(1);
  });

  test('refused with 401 by something in front of the server ends in exit code 4', async () => {
    const server = await fake((response) =>
      response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>no</h1>'),
    );
    const error = await failure(ask(call(server.url)));
    expect(error).toMatchObject({ exitCode: ExitCode.notAllowed, code: 'TOKEN_REFUSED' });
    expect(error.message).toContain('CLAMBAKE_TOKEN');
  });

  test('is not sent on where it is redirected, so that the token stays', async () => {
    const target = await fake((response) => answerJson(response, { data: {} }));
    const server = await fake((response) => response.writeHead(307, { location: `${target.url}/graphql` }).end());
    const error = await failure(ask(call(server.url)));
    expect(error.exitCode).toBe(ExitCode.unreachable);
    expect(error.message).toContain('redirects');
    expect(target.got).toHaveLength(0);
  });

  test.each([
    ['a web page', 'text/html', '<h1>hello</h1>'],
    ['text that is called JSON', 'application/json', 'nope'],
    ['JSON that is no result', 'application/json', '[1]'],
    ['a result without data', 'application/json', '{}'],
    ['data that is none', 'application/json', '{"data":null}'],
    ['nothing', 'application/json', ''],
    ['errors of the wrong shape', 'application/json', '{"errors":"no"}'],
  ])('answered with %s says that it is no Clambake server', async (_what, type, body) => {
    const server = await fake((response) => response.writeHead(200, { 'content-type': type }).end(body));
    const error = await failure(ask(call(server.url)));
    expect(error.exitCode).toBe(ExitCode.unreachable);
    expect(error.message).toContain('no Clambake server');
  });
});

describe('a request that waits', () => {
  const waiting = (url: string, milliseconds: number, more: Partial<Call> = {}): Call => {
    const patience = { variable: 'wait', until: Date.now() + milliseconds, signal: new AbortController().signal };
    return call(url, { variables: { clientKey: 'key-1', wait: 'as given' }, patience, ...more });
  };
  const waits = ({ got }: FakeServer): number[] =>
    got.map(({ variables }) => Number(/^(\d+)s$/.exec(String(variables.wait))?.[1]));

  test('says each time how much is left to wait, and at the end still asks', async () => {
    const server = await fake((response) => setTimeout(() => response.destroy(), 300));
    await failure(ask(waiting(server.url, 4000)));
    expect(waits(server)).toHaveLength(8);
    expect(waits(server)[0]).toBe(4);
    expect(waits(server)).toEqual(waits(server).toSorted((a, b) => b - a));
    expect(waits(server).at(-1)).toBe(1);
    expect(new Set(server.got.map(({ variables }) => variables.clientKey))).toEqual(new Set(['key-1']));
  });

  test('goes on where its server restarts, and says so where that does not come back', async () => {
    const first = await fake((response) => {
      response.destroy();
      void first.close();
    });
    setTimeout(() => void fake((response) => answerJson(response, { data: { send: 'ok' } }), first.port), 2500);
    await expect(ask(waiting(first.url, 60_000))).resolves.toEqual({ send: 'ok' });

    const gone = await fake((response) => {
      response.destroy();
      void gone.close();
    });
    const error = await failure(ask(waiting(gone.url, 60_000)));
    expect(error).toMatchObject({ exitCode: ExitCode.unreachable, refused: false });
    expect(error.message).toContain('has stopped meanwhile');
  });

  test('is not repeated where nothing has ever listened: a server is started first', async () => {
    const error = await failure(ask(waiting(`http://127.0.0.1:${await freePort()}`, 60_000)));
    expect(error).toMatchObject({ exitCode: ExitCode.unreachable, refused: true });
  });

  test.each([
    ['before', 0],
    ['while', 100],
    ['between two attempts, while', 1300],
  ])('ends with the reason of its signal, and closes the connection, %s it is asked', async (_when, after) => {
    let open = 0;
    const server = await fake((response, _got, request) => {
      open += 1;
      request.socket.once('close', () => (open -= 1));
      if (after > 1000) response.destroy();
    });
    const stopping = new AbortController();
    const reason = new Error('Ctrl-C');
    if (after === 0) stopping.abort(reason);
    else setTimeout(() => stopping.abort(reason), after);
    const patience = { variable: 'wait', until: Date.now() + 60_000, signal: stopping.signal };
    await expect(ask(call(server.url, { patience }))).rejects.toBe(reason);
    await expect.poll(() => open).toBe(0);
    if (after === 0) expect(server.got).toHaveLength(0);
  });
});

describe('a request whose answer is lost', () => {
  test('is repeated with the same client key, up to three times', async () => {
    const server = await fake((response) => response.destroy());
    const error = await failure(ask(call(server.url)));
    expect(error.exitCode).toBe(ExitCode.unreachable);
    expect(error.message).toContain('may have been carried out');
    expect(server.got).toHaveLength(4);
    expect(new Set(server.got.map(({ variables }) => variables.clientKey))).toEqual(new Set(['key-1']));
  });

  test('succeeds once the server is back, whether it dropped the connection or answered 5xx', async () => {
    let times = 0;
    const server = await fake((response) => {
      times += 1;
      if (times === 1) response.destroy();
      else if (times === 2) response.writeHead(502, { 'content-type': 'text/html' }).end('bad gateway');
      else if (times === 3) answerError(response, 'DATABASE_UNAVAILABLE', 'Away.', 503);
      else answerJson(response, { data: { send: 'ok' } });
    });
    await expect(ask(call(server.url))).resolves.toEqual({ send: 'ok' });
    expect(times).toBe(4);
  });

  test('is not repeated without a client key', async () => {
    const dropping = await fake((response) => response.destroy());
    await failure(ask(call(dropping.url, { repeatable: false })));
    expect(dropping.got).toHaveLength(1);

    const broken = await fake((response) => answerError(response, 'DATABASE_UNAVAILABLE', 'Away.', 503));
    const error = await failure(ask(call(broken.url, { repeatable: false })));
    expect(error).toMatchObject({ exitCode: ExitCode.failed, code: 'DATABASE_UNAVAILABLE', message: 'Away.' });
    expect(broken.got).toHaveLength(1);
  });

  test('in the middle of the answer is repeated as well', async () => {
    let times = 0;
    const server = await fake((response) => {
      times += 1;
      if (times > 1) return answerJson(response, { data: { send: 2 } });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"data":');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(ask(call(server.url))).resolves.toEqual({ send: 2 });
  });
});
