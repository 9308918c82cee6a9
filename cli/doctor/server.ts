import { ask } from '../client/client.ts';
import { CliError } from '../exit.ts';
import { askHealth, type HealthReport } from '../reach/health.ts';
import type { Reach } from '../reach/reach.ts';
import { type Finding, fail, note, ok, skip } from './check.ts';

/** Milliseconds that a server has to say how it is: it waits 5 s for its database. */
const patience = 8000;

/** What was found of the server, and whether more can be asked of it. */
export interface ServerFindings {
  server: Finding;
  database: Finding;
  /** It is a Clambake server, and its database answers. */
  usable: boolean;
}

/**
 * Looks whether a server answers, whether it is of the same version, and whether it reaches its database.
 * @param version the command line's own
 */
export async function checkServer(reach: Reach, version: string): Promise<ServerFindings> {
  const { url } = reach;
  // Port 0 stands for a free one, which nobody has taken yet.
  const report: HealthReport =
    new URL(url).port === '0' ? { health: 'refused', fields: {} } : await askHealth(url, patience);
  const { health, status, fields } = report;
  if (health === 'refused') return broken(fail(`nothing listens at ${url}`, howToStart(reach)));
  if (health === 'silent') return broken(fail(`${url} does not answer: ${report.reason}`, howToStart(reach)));
  switch (fields.status) {
    case 'ok':
      return { server: versionOf(reach, fields.version, version), database: databaseOf(fields), usable: true };
    case 'unavailable':
      return {
        server: ok(url),
        database: fail(
          'the server cannot reach it',
          "Start the Postgres that the server's DATABASE_URL names; without one, restart the server. Its log says more.",
        ),
        usable: false,
      };
    case 'stopping':
      return broken(fail(`${url} is stopping`, howToStart(reach)));
    default:
      return broken(
        fail(`${url} is no Clambake server, or refuses this address: ${saidBy(fields, status)}`, howToMean(reach)),
      );
  }
}

/** Whether the server accepts the operator's token, which is sent to no other program. */
export async function checkToken(reach: Reach, token: string | CliError, usable: boolean): Promise<Finding> {
  if (token instanceof CliError) return fail(token.message);
  if (!usable) return skip('not sent: the server is not well');
  try {
    const { me } = await reach.use((url) => whoIs(url, token), false);
    return ok(`accepted, as ${me}`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const mend = 'Set CLAMBAKE_TOKEN to what `clambake token` prints where the server runs.';
    return isRefusal(error) ? fail(`${reach.url} does not accept it`, mend) : fail(error.message);
  }
}

/** Asks the server whose a token is. @throws CliError */
export async function whoIs(url: string, token: string): Promise<{ me: string }> {
  const data = await ask({
    ...{ url, token, document: '{me{name}}', variables: {} },
    ...{ mutation: false, repeatable: true },
  });
  return { me: (data.me as { name: string }).name };
}

/** Whether a token was refused, by the server itself or by something in front of it. */
export const isRefusal = ({ code }: CliError): boolean => code === 'UNAUTHENTICATED' || code === 'TOKEN_REFUSED';

const broken = (server: Finding): ServerFindings => ({
  server,
  database: skip('not asked for: there is no server to ask'),
  usable: false,
});

function versionOf(reach: Reach, found: unknown, own: string): Finding {
  if (found === own) return ok(`${reach.url}, version ${own}`);
  const theirs = typeof found === 'string' ? `version ${found}` : 'of an older version';
  return fail(
    `${reach.url}, ${theirs}, and the command line is ${own}`,
    reach.own
      ? 'Restart it: `clambake stop`, then `clambake serve` or any other command.'
      : 'Install the same version on both sides, and restart the server.',
  );
}

/** On a database that several servers share they also have to hear of each other. */
function databaseOf({ notifications }: HealthReport['fields']): Finding {
  return notifications === undefined || notifications === 'listening'
    ? ok('reachable')
    : note(
        `reachable, but the server does not hear of other servers: ${notifications}`,
        'The log of the server says why.',
      );
}

function howToStart(reach: Reach): string {
  return reach.own
    ? 'Start it: `clambake serve`, or any command that needs it, where CLAMBAKE_AUTOSTART is not 0.'
    : 'Start it where it runs, or give the right address with --url or CLAMBAKE_URL.';
}

const howToMean = (reach: Reach): string =>
  reach.own
    ? 'Set CLAMBAKE_PORT to another port, or CLAMBAKE_URL to the server that is meant.'
    : 'Give the right address with --url or CLAMBAKE_URL; a server that is reached under another name needs that in CLAMBAKE_ALLOWED_HOSTS.';

/** What something else answered: its own message where it has one. */
function saidBy({ errors }: HealthReport['fields'], status: number | undefined): string {
  const [error] = Array.isArray(errors) ? (errors as { message?: unknown }[]) : [];
  return typeof error?.message === 'string' ? error.message : `it answered with HTTP status ${status}`;
}
