import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { projectName } from '../../server/place/place.ts';
import type { Command, Fill } from '../line/table.ts';
import { sessionKey } from './identity.ts';

/** Where and in which environment a command runs. */
export interface Surroundings {
  cwd: string;
  environment: NodeJS.ProcessEnv;
}

/**
 * Adds what the command line finds out by itself to what was given: the working folder, the session key, a client key that
 * makes a repeated request the same request, the project's name. A folder that was given becomes absolute.
 */
export function fillIn(
  command: Pick<Command, 'variables'>,
  given: Readonly<Record<string, unknown>>,
  { cwd, environment }: Surroundings,
): Record<string, unknown> {
  const variables = { ...given };
  const sources: Record<Fill, () => string | undefined> = {
    cwd: () => cwd,
    session: () => sessionKey(environment),
    clientKey: () => randomUUID(),
    project: () => projectName(cwd),
  };
  for (const { name, fill } of command.variables) {
    if (fill === undefined) continue;
    const value = variables[name];
    if (fill === 'cwd' && typeof value === 'string') variables[name] = resolve(cwd, value);
    const found = value === undefined ? sources[fill]() : undefined;
    if (found !== undefined) variables[name] = found;
  }
  return variables;
}
