import type { InstanceViewer, Services, Viewer } from '../context.ts';
import { statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { signEvery } from './presence.ts';
import { hashToken, isToken } from './token.ts';

type Presence = Pick<Services, 'database' | 'staleAfter'>;

type FoundViewer = Omit<InstanceViewer, 'kind'> & { signDue: boolean };

/** @param condition which instance, by $1; $2 is how seldom a sign of life is written */
const viewer = (condition: string): string =>
  `SELECT i.id, i.token_hash AS "tokenHash", i.project_id AS "projectId", p.name AS "projectName",
     i.last_seen_at < now() - $2::float8 * interval '1 millisecond' AS "signDue",
     ARRAY(
       SELECT id FROM clambake.channel WHERE kind = 'ALL'
       UNION ALL SELECT id FROM clambake.channel WHERE project_id = i.project_id
       UNION ALL SELECT id FROM clambake.channel WHERE instance_id = i.id
     ) AS "channelIds"
   FROM clambake.instance i JOIN clambake.project p ON p.id = i.project_id
   WHERE ${condition}`;

const findByToken = statement<FoundViewer, [tokenHash: Buffer, every: number]>(
  'instance-authenticate',
  viewer('i.token_hash = $1'),
);

const findBySession = statement<FoundViewer, [sessionKey: string, every: number]>(
  'instance-of-session',
  viewer('i.session_key = $1 AND i.token_hash IS NOT NULL'),
);

const signOfLife = statement<object, [tokenHash: Buffer, every: number]>(
  'instance-sign-of-life',
  `UPDATE clambake.instance SET last_seen_at = now()
   WHERE token_hash = $1 AND last_seen_at < now() - $2::float8 * interval '1 millisecond'`,
);

/**
 * Tells whose token an Authorization header carries. A call of an instance counts as a sign of life, written at most every
 * 30 seconds (design: who is asking).
 * @param operatorHash SHA-256 of the server's token
 * @throws ClambakeError UNAUTHENTICATED for a missing, malformed, unknown or revoked token
 */
export async function authenticate(
  services: Presence & Pick<Services, 'tokens'>,
  operatorHash: Buffer,
  authorization: string | undefined,
): Promise<Viewer> {
  if (!authorization) {
    throw unauthenticated(
      'No token: send the header "Authorization: Bearer <token>" (`clambake token` prints the server\'s).',
    );
  }
  const [, token] = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization) ?? [];
  if (!token) throw unauthenticated('The Authorization header is not of the form "Bearer <token>".');
  if (isToken(token, operatorHash)) return { kind: 'operator' };
  const tokenHash = hashToken(token);
  const viewer = await services.tokens.find(tokenHash, () =>
    findInstance(services, (every) => findByToken(services.database.pool, tokenHash, every)),
  );
  if (!viewer) {
    throw unauthenticated(
      'This token is unknown or was revoked: its instance has deregistered or registered again. Register again.',
    );
  }
  return viewer;
}

/**
 * The instance that registered with a session key, for the operator, who may act for any. It counts as a sign of life.
 * @returns undefined where there is none, or it has left
 */
export const instanceOfSession = (services: Presence, sessionKey: string): Promise<InstanceViewer | undefined> =>
  findInstance(services, (every) => findBySession(services.database.pool, sessionKey, every));

async function findInstance(
  { database, staleAfter }: Presence,
  find: (every: number) => Promise<FoundViewer[]>,
): Promise<InstanceViewer | undefined> {
  const every = signEvery(staleAfter);
  const [found] = await find(every);
  if (!found) return undefined;
  const { signDue, ...instance } = found;
  if (signDue) await signOfLife(database.pool, instance.tokenHash, every);
  return { kind: 'instance', ...instance };
}

/** The token is no instance's, or no longer. */
export function unauthenticated(message: string): ClambakeError {
  return new ClambakeError('UNAUTHENTICATED', message);
}
