import type { Config } from '../../server/config.ts';
import { CliError } from '../exit.ts';
import { findIdentity, type Identity } from '../identity/identity.ts';
import { liveAmong } from '../identity/live.ts';
import type { Reach } from '../reach/reach.ts';
import { type Finding, fail, note, ok, skip } from './check.ts';
import { isRefusal, whoIs } from './server.ts';

/** What tells which session this is. */
export interface SessionQuestion {
  config: Config;
  reach: Reach;
  /** `--as`. */
  as: string | undefined;
  cwd: string;
  environment: NodeJS.ProcessEnv;
  /** The operator's, where there is one. */
  token: string | undefined;
  /** Whether the server can be asked. */
  usable: boolean;
}

/**
 * Whether the session in this shell is registered, and the server knows it. Where it does not, the registration is kept all the
 * same: the next command forgets it, and this one only looks.
 */
export async function checkSession(question: SessionQuestion): Promise<Finding> {
  const { reach, usable } = question;
  try {
    const identity = await find(question);
    if (identity.kind === 'operator') {
      return note('not registered', 'To take part from this shell: `clambake register --project <name>`.');
    }
    const { instance, project, token } = identity.session;
    if (!usable) return skip(`${instance} on ${project}; the server cannot be asked whether it knows it`);
    try {
      await reach.use((url) => whoIs(url, token), false);
      return ok(`${instance} on ${project}`);
    } catch (error) {
      if (!(error instanceof CliError && isRefusal(error))) throw error;
      return fail(
        `${instance} on ${project}: the server does not know this registration any more`,
        `Register again: \`clambake register --project ${project}\`.`,
      );
    }
  } catch (error) {
    if (error instanceof CliError) return fail(error.message.replaceAll('\n', ' '));
    throw error;
  }
}

function find({ config, reach, as, cwd, environment, token }: SessionQuestion): Promise<Identity> {
  return findIdentity('any', {
    ...{ home: config.home, server: reach, as, cwd, environment },
    // Without one a session is found all the same, except among several of which only the server knows who lives.
    operatorToken: async () => token ?? '',
    liveAmong: (instances, operator) => reach.use((url) => liveAmong(instances, url, operator), false),
  });
}
