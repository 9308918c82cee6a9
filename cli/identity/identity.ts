import { stepsUp } from '../../server/place/place.ts';
import { relative } from '../../server/relative-time.ts';
import { CliError, ExitCode } from '../exit.ts';
import { belongsTo, listSessions, type Session, type SessionServer } from './session.ts';

/** Who a command acts as. */
export type Identity = { kind: 'operator'; token: string } | { kind: 'instance'; session: Session };

/** Everything that decides it. */
export interface Circumstances {
  home: string;
  server: SessionServer;
  /** `--as`: an instance's id, or `human`. */
  as: string | undefined;
  cwd: string;
  environment: NodeJS.ProcessEnv;
  /** Gives the operator's token. @throws CliError where there is none */
  operatorToken: () => Promise<string>;
  /** Asks the server which of these instances are live. */
  liveAmong: (instances: string[], operatorToken: string) => Promise<Set<string>>;
}

/** The session key: `CLAMBAKE_SESSION`, else the one that Claude Code sets. */
export function sessionKey(environment: NodeJS.ProcessEnv): string | undefined {
  return environment.CLAMBAKE_SESSION || environment.CLAUDE_CODE_SESSION_ID || undefined;
}

/**
 * Finds out who a command acts as: `--as`, else `CLAMBAKE_INSTANCE`, else the registration with this session's key, else
 * (for a session without a key) the one live registration that was made without a key from this folder or a parent of it.
 * It never guesses: a session with a key that has not registered is nobody, whatever others did in the same folder.
 * @param need who the command has to be asked by: `any` is the operator where there is no instance
 * @throws CliError (not allowed) where it cannot be said, with the candidates
 */
export async function findIdentity(need: 'instance' | 'operator' | 'any', given: Circumstances): Promise<Identity> {
  const operator = async (): Promise<Identity> => ({ kind: 'operator', token: await given.operatorToken() });
  if (need === 'operator') {
    if (given.as === undefined || given.as === 'human') return operator();
    throw new CliError(
      ExitCode.usage,
      'BAD_IDENTITY',
      `--as is "${given.as}": this command always acts as the operator: leave --as out.`,
    );
  }
  const named = given.as ?? (given.environment.CLAMBAKE_INSTANCE || undefined);
  if (named === 'human') return operator();
  if (named !== undefined) return { kind: 'instance', session: sessionNamed(named, given) };

  const key = sessionKey(given.environment);
  const sessions = listSessions(given.home).filter((session) => belongsTo(session, given.server));
  const candidates = key === undefined ? nearest(sessions, given.cwd) : withKey(sessions, key);
  const session = candidates.length > 1 ? await onlyLive(candidates, need, given) : candidates[0];
  if (session) return { kind: 'instance', session };
  if (need === 'any') return operator();
  throw notRegistered('Not registered here');
}

/** @param problem the first words of the sentence */
export function notRegistered(problem: string): CliError {
  return new CliError(
    ExitCode.notAllowed,
    'NOT_REGISTERED',
    `${problem}: run \`clambake register --project <name>\` first, or add \`--as human\` to act as the operator.`,
  );
}

function sessionNamed(name: string, given: Circumstances): Session {
  const source = given.as === undefined ? 'CLAMBAKE_INSTANCE' : '--as';
  const sessions = listSessions(given.home);
  const session = sessions.find(({ instance }) => instance === name);
  if (session && belongsTo(session, given.server)) return session;
  const known = sessions.filter((other) => belongsTo(other, given.server));
  const problem = session
    ? `${source} is "${name}", which registered with ${session.url} and not with ${given.server.url}.`
    : `${source} is "${name}", which was not registered from here.`;
  throw new CliError(
    ExitCode.notAllowed,
    'NOT_REGISTERED',
    known.length === 0
      ? `${problem} Nothing was: run \`clambake register --project <name>\`, or act as the operator with \`--as human\`.`
      : `${problem} These were, or act as the operator with \`--as human\`:\n${listed(known)}`,
    { candidates: known.map(({ instance }) => instance) },
  );
}

/** Registering again with a key renews the same instance; after a new start with an empty database the newer one counts. */
const withKey = (sessions: Session[], key: string): Session[] =>
  sessions.filter((session) => session.sessionKey === key).slice(0, 1);

/** The registrations without a key from the nearest folder that has any. */
function nearest(sessions: Session[], cwd: string): Session[] {
  let best: { steps: number; sessions: Session[] } | undefined;
  for (const session of sessions) {
    if (session.sessionKey !== null) continue;
    const steps = stepsUp(cwd, session.directory);
    if (steps === undefined || (best && steps > best.steps)) continue;
    if (best?.steps === steps) best.sessions.push(session);
    else best = { steps, sessions: [session] };
  }
  return best?.sessions ?? [];
}

/** @returns the one that is live; undefined where none is and the command need not be asked by an instance */
async function onlyLive(
  candidates: Session[],
  need: 'instance' | 'any',
  given: Circumstances,
): Promise<Session | undefined> {
  const ids = candidates.map(({ instance }) => instance);
  const live = await given.liveAmong(ids, await given.operatorToken());
  const remaining = candidates.filter(({ instance }) => live.has(instance));
  const [session] = remaining;
  if (session && remaining.length === 1) return session;
  if (remaining.length === 0 && need === 'any') return undefined;
  const which = remaining.length === 0 ? candidates : remaining;
  throw new CliError(
    ExitCode.notAllowed,
    'NOT_REGISTERED',
    `${which.length} instances registered from this folder${remaining.length === 0 ? ', none of them live' : ''}. ` +
      `Say which one with --as or CLAMBAKE_INSTANCE, or end one: \`clambake deregister --as <instance>\`.\n${listed(which)}`,
    { candidates: which.map(({ instance }) => instance) },
  );
}

const listed = (sessions: readonly Session[]): string =>
  sessions
    .map(
      ({ instance, project, registeredAt }) =>
        `${instance} (${project}), registered ${relative(registeredAt, Date.now())}`,
    )
    .join('\n');
