import type pg from 'pg';
import type { InstanceViewer, Services, Viewer } from '../context.ts';
import { statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { signEvery } from './presence.ts';
import { hashToken, isToken } from './token.ts';

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
  services: Pick<Services, 'database' | 'staleAfter' | 'tokens'>,
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
  const viewer = await services.tokens.find(tokenHash, () => findInstance(services, tokenHash));
  if (!viewer) {
    throw unauthenticated(
      'This token is unknown or was revoked: its instance has deregistered or registered again. Register again.',
    );
  }
  return viewer;
}

async function findInstance(
  services: Pick<Services, 'database' | 'staleAfter'>,
  tokenHash: Buffer,
): Promise<InstanceViewer | undefined> {
  const { pool } = services.database;
  const every = signEvery(services.staleAfter);
  const [found] = await findByToken(pool, tokenHash, every);
  return found && signed(pool, found, every);
}

/**
 * The instance that registered with a session key, for the operator, who may act for any. It counts as a sign of life.
 * @returns undefined where there is none, or it has left
 */
export async function instanceOfSession(
  services: Pick<Services, 'database' | 'staleAfter'>,
  sessionKey: string,
): Promise<InstanceViewer | undefined> {
  const { pool } = services.database;
  const every = signEvery(services.staleAfter);
  const [found] = await findBySession(pool, sessionKey, every);
  return found && signed(pool, found, every);
}

async function signed(pool: pg.Pool, { signDue, ...found }: FoundViewer, every: number): Promise<InstanceViewer> {
  if (signDue) await signOfLife(pool, found.tokenHash, every);
  return { kind: 'instance', ...found };
}

/** The token is no instance's, or no longer. */
export function unauthenticated(message: string): ClambakeError {
  return new ClambakeError('UNAUTHENTICATED', message);
}
