import type { InstanceViewer, Services, Viewer } from '../context.ts';
import { statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { signEvery } from './presence.ts';
import { hashToken, isToken } from './token.ts';

const findByToken = statement<Omit<InstanceViewer, 'kind'> & { signDue: boolean }, [tokenHash: Buffer, every: number]>(
  'instance-authenticate',
  `SELECT i.id, i.token_hash AS "tokenHash", i.project_id AS "projectId", p.name AS "projectName",
     i.last_seen_at < now() - $2::float8 * interval '1 millisecond' AS "signDue",
     ARRAY(
       SELECT id FROM clambake.channel WHERE kind = 'ALL'
       UNION ALL SELECT id FROM clambake.channel WHERE project_id = i.project_id
       UNION ALL SELECT id FROM clambake.channel WHERE instance_id = i.id
     ) AS "channelIds"
   FROM clambake.instance i JOIN clambake.project p ON p.id = i.project_id
   WHERE i.token_hash = $1`,
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
  if (!found) return undefined;
  const { signDue, ...instance } = found;
  if (signDue) await signOfLife(pool, tokenHash, every);
  return { kind: 'instance', ...instance };
}

/** The token is no instance's, or no longer. */
export function unauthenticated(message: string): ClambakeError {
  return new ClambakeError('UNAUTHENTICATED', message);
}
