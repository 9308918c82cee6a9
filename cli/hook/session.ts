import type { Config } from '../../server/config.ts';
import { ask } from '../client/client.ts';
import { CliError } from '../exit.ts';
import { commands } from '../generated/commands.ts';
import type { RegisterResult } from '../generated/results.ts';
import { Actor } from '../identity/acting.ts';
import { fillIn } from '../identity/fill.ts';
import { findIdentity } from '../identity/identity.ts';
import { longest, register } from '../identity/registration.ts';
import { lockFor, readSession, type Session, writeSession } from '../identity/session.ts';
import { underLock } from '../reach/lock.ts';
import type { Reach } from '../reach/reach.ts';

/** Where a hook runs. */
export interface Surroundings {
  config: Config;
  reach: Reach;
  /** With the session's key, `CLAMBAKE_SESSION`. */
  environment: NodeJS.ProcessEnv;
  /** The folder that the session is in. */
  cwd: string;
  model: string | undefined;
}

/** The registration of this session; undefined where it has none. @throws CliError where it cannot be said which */
export async function sessionOf({ config, reach, environment, cwd }: Surroundings): Promise<Session | undefined> {
  try {
    const identity = await findIdentity('instance', {
      ...{ home: config.home, server: reach, as: undefined, cwd, environment },
      operatorToken: () => reach.operatorToken(),
      // A session with a key is never one of several.
      liveAmong: () => Promise.resolve(new Set()),
    });
    return identity.kind === 'instance' ? identity.session : undefined;
  } catch (error) {
    if (error instanceof CliError && error.code === 'NOT_REGISTERED') return undefined;
    throw error;
  }
}

/** Registers this session, as `clambake register` would in its folder. @throws CliError */
export async function registerSession({ config, reach, environment, cwd, model }: Surroundings): Promise<Session> {
  const command = commands.find(({ operationName }) => operationName === 'Register');
  if (!command) throw new Error('There is no operation to register with.');
  const operator = await Actor.find('operator', { config, reach, as: undefined, cwd, environment });
  const variables = fillIn(command, model === undefined ? {} : { model }, { cwd, environment });
  const data = await register(
    command,
    variables,
    (sent) =>
      operator.act(
        (url, token, vouch) =>
          ask({
            ...{ url, token, vouch, variables: sent },
            document: command.document,
            mutation: true,
            repeatable: true,
          }),
        false,
      ),
    reach,
    config.home,
  );
  const { instance } = (data as RegisterResult).register;
  const session = readSession(config.home, instance.id);
  if (!session) throw new Error(`The registration of ${instance.id} was not kept.`);
  return session;
}

/**
 * Writes down that the session has been told who it is, and which process it runs in: the one that started this hook. A program that it starts once, such as an MCP server, keeps
 * the session key of that moment, and finds the present one by it.
 */
export async function keepProcess(home: string, session: Session): Promise<void> {
  const key = session.sessionKey;
  if (session.process === process.ppid || key === null) return;
  // Whoever registers this session meanwhile keeps a new token, which this may not undo.
  await underLock(lockFor(home, key), longest, async () => {
    const now = readSession(home, session.instance);
    if (now?.token === session.token) writeSession(home, { ...now, process: process.ppid });
  });
}
