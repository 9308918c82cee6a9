import { randomUUID } from 'node:crypto';
import { stepsUp } from '../../server/place/place.ts';
import type { RegisterResult } from '../generated/results.ts';
import type { Command, Fill } from '../line/table.ts';
import { underLock } from '../reach/lock.ts';
import type { Reach } from '../reach/reach.ts';
import { belongsTo, listSessions, lockFor, readSession, removeSession, writeSession } from './session.ts';

/** Milliseconds that registering may take, a server's start and three repetitions included. */
export const longest = 150_000;

/** The variables of a request, as they are sent and stored. */
type Variables = Readonly<Record<string, unknown>>;

const filled = (command: Command, variables: Variables, fill: Fill): string | undefined => {
  const value = variables[command.variables.find((variable) => variable.fill === fill)?.name ?? ''];
  return typeof value === 'string' ? value : undefined;
};

/**
 * Registers and stores the token before anything is printed: whoever reads that it is registered can go on.
 *
 * Registering again with one session key revokes the token before. So whoever registers with it from this home does so one
 * after the other: the token that is stored last is the one that stands. A session without a key gets one for this request
 * alone, which makes a repeated request the same registration; it is not stored, so that the session goes on without one.
 * @param request sends the operation with these variables
 */
export async function register(
  command: Command,
  variables: Variables,
  request: (variables: Record<string, unknown>) => Promise<Record<string, unknown>>,
  reach: Reach,
  home: string,
): Promise<Record<string, unknown>> {
  const key = filled(command, variables, 'session');
  const name = command.variables.find(({ fill }) => fill === 'session')?.name ?? '';
  const registering = async (): Promise<Record<string, unknown>> => {
    const data = await request({ ...variables, [name]: key ?? randomUUID() });
    const { instance, token } = (data as RegisterResult).register;
    writeSession(home, {
      instance: instance.id,
      project: instance.project.name,
      directory: filled(command, variables, 'cwd') ?? instance.directory,
      sessionKey: key ?? null,
      token,
      url: reach.url,
      own: reach.own,
      registeredAt: new Date().toISOString(),
    });
    return data;
  };
  return key === undefined ? registering() : underLock(lockFor(home, key), longest, registering);
}

/**
 * The instances that were registered without a key from the folder that one is to be registered from without a key: where
 * they are live, the folder does not tell them apart.
 */
export function alikeTo(command: Command, variables: Variables, reach: Reach, home: string): string[] {
  const folder = filled(command, variables, 'cwd');
  if (folder === undefined || filled(command, variables, 'session') !== undefined) return [];
  return listSessions(home)
    .filter((session) => session.sessionKey === null && belongsTo(session, reach))
    .filter(({ directory }) => stepsUp(folder, directory) === 0)
    .map(({ instance }) => instance);
}

/** Forgets the registration of an instance that has left. */
export function forget(instance: string, reach: Reach, home: string): void {
  const session = readSession(home, instance);
  if (session && belongsTo(session, reach)) removeSession(home, instance);
}
