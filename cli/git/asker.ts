import { join } from 'node:path';
import { readConfig } from '../../server/config.ts';
import { readToken } from '../../server/token-file.ts';
import { ask } from '../client/client.ts';
import { CliError } from '../exit.ts';
import { Actor } from '../identity/acting.ts';
import { belongsTo, listSessions } from '../identity/session.ts';
import type { Globals } from '../line/table.ts';
import { Reach } from '../reach/reach.ts';
import { type Belonging, projectOf } from './project.ts';
import { findWorkTree, type WorkTree } from './work-tree.ts';

/** Whoever commits or pushes, and where. */
export interface Asker extends Belonging {
  workTree: WorkTree;
  /** The instance; undefined where it is the human. */
  instance: string | undefined;
  /** Asks the server a question. @throws CliError */
  query(document: string, variables: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/**
 * Finds out who commits or pushes: the instance that any command would act as in the folder that git was called in (GIT_PREFIX, as git tells
 * its hooks), else the human. It never starts a server.
 * @returns undefined where nobody is registered here and this home has no access token: there is nobody to ask, and nobody who could
 * @throws CliError where it cannot be said who it is
 */
export async function findAsker({ as, url }: Globals, cwd: string, signal: AbortSignal): Promise<Asker | undefined> {
  const environment = { ...process.env, CLAMBAKE_AUTOSTART: '0' };
  const config = readConfig(environment);
  const reach = new Reach(config, url, environment);
  const workTree = await findWorkTree(cwd, signal);
  let actor: Actor;
  try {
    actor = await Actor.find('any', {
      config,
      reach,
      as,
      cwd: join(workTree.root, process.env.GIT_PREFIX ?? ''),
      environment,
    });
  } catch (error) {
    const isNobody = error instanceof CliError && error.code === 'UNAUTHENTICATED';
    if (isNobody && config.token === undefined && readToken(config.home) === undefined) return undefined;
    throw error;
  }
  const sessions = listSessions(config.home).filter((session) => belongsTo(session, reach));
  return {
    ...projectOf(workTree.root, actor.session, sessions),
    ...{ workTree, instance: actor.instance },
    query: (document, variables) =>
      actor.act(
        (at, token, vouch) => ask({ url: at, token, document, variables, mutation: false, repeatable: true, vouch }),
        false,
      ),
  };
}
