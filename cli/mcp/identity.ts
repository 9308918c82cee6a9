import { readConfig } from '../../server/config.ts';
import { Actor } from '../identity/acting.ts';
import { sessionKey } from '../identity/identity.ts';
import { belongsTo, listSessions, type SessionServer } from '../identity/session.ts';
import type { Globals } from '../line/table.ts';
import { Reach } from '../reach/reach.ts';

/**
 * Who a message is sent as: whoever any other command of this session would act as. Looked up for each message anew, since a session
 * registers after its client has started this process, and its token may be renewed at any time.
 *
 * A client keeps what it set in the environment when it started this process, as Claude Code does although a `/clear` gives the session another
 * key: where the session of that key has left, the one that a hook has registered since for the same client is meant.
 * @param need `any` is the operator where nobody is registered
 * @throws CliError where it cannot be said who, ConfigError where the environment is wrong
 */
export function findActor(need: 'instance' | 'any', { as, url }: Globals, cwd: string): Promise<Actor> {
  const config = readConfig();
  const reach = new Reach(config, url);
  const key = presentKey(config.home, reach);
  const environment = key === undefined ? process.env : { ...process.env, CLAMBAKE_SESSION: key };
  return Actor.find(need, { config, reach, as, cwd, environment });
}

/** The key of the session that the client of this process is in now; undefined where only the environment says it. */
function presentKey(home: string, server: SessionServer): string | undefined {
  const key = sessionKey(process.env);
  // One that the person chose does not change.
  if (key === undefined || process.env.CLAMBAKE_SESSION) return undefined;
  const sessions = listSessions(home).filter((session) => belongsTo(session, server));
  if (sessions.some(({ sessionKey }) => sessionKey === key)) return undefined;
  const started = new Date(performance.timeOrigin).toISOString();
  // Another process may have had this number before.
  const since = sessions.find(({ process: its, registeredAt }) => its === process.ppid && registeredAt > started);
  return since?.sessionKey ?? undefined;
}
