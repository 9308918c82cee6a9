import { readConfig } from '../../server/config.ts';
import { Actor } from '../identity/acting.ts';
import type { Globals } from '../line/table.ts';
import { Reach } from '../reach/reach.ts';

/**
 * Who a message is sent as: whoever any other command of this session would act as. Looked up for each message anew, since a session
 * registers after its client has started this process, and its token may be renewed at any time.
 *
 * A client keeps what it set in the environment when it started this process: a session key that changes meanwhile is not seen.
 * @param need `any` is the operator where nobody is registered
 * @throws CliError where it cannot be said who, ConfigError where the environment is wrong
 */
export function findActor(need: 'instance' | 'any', { as, url }: Globals, cwd: string): Promise<Actor> {
  const environment = process.env;
  const config = readConfig(environment);
  return Actor.find(need, { config, reach: new Reach(config, url, environment), as, cwd, environment });
}
