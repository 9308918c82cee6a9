import { endBlockersOf, lockBlockersOf, publishEnd } from '../blocker/service.ts';
import { type Context, requireOperator } from '../context.ts';
import { type Queryable, statement, transaction } from '../database/statement.ts';
import { badInput, notFound } from '../errors.ts';
import { checkFilter, checkOptional, checkText, excerpt } from '../input.ts';
import { appendLog } from '../log/append.ts';
import { ensureProject } from '../project/service.ts';
import { refuseSecrets } from '../secret/refuse.ts';
import { drawInstanceId } from './name.ts';
import { drawToken, hashToken } from './token.ts';

interface Registered {
  id: string;
  resumed: boolean;
}

type InsertValues = [
  id: string,
  projectId: number,
  directory: string,
  model: string | null,
  sessionKey: string | null,
  tokenHash: Buffer,
];

// A row that the statement made has never been updated, so its xmax is 0. A taken id makes no row at all.
const insertInstance = statement<Registered, InsertValues>(
  'instance-register',
  `INSERT INTO clambake.instance (id, project_id, directory, model, session_key, token_hash)
   SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (SELECT 1 FROM clambake.instance WHERE id = $1)
   ON CONFLICT (session_key) DO UPDATE SET
     project_id = excluded.project_id, directory = excluded.directory, model = coalesce(excluded.model, instance.model),
     token_hash = excluded.token_hash, status = 'ACTIVE', ended_at = NULL, last_seen_at = now()
   RETURNING id, xmax <> 0 AS resumed`,
);

const insertChannel = statement<object, [instanceId: string]>(
  'instance-channel',
  `INSERT INTO clambake.channel (kind, instance_id, epoch) VALUES ('INSTANCE', $1, (random() * 2147483645)::int + 1)
   ON CONFLICT (instance_id) DO NOTHING`,
);

const endInstance = statement<{ projectId: number }, [id: string]>(
  'instance-deregister',
  `UPDATE clambake.instance SET ended_at = now(), token_hash = NULL, status = 'SHUTTING_DOWN'
   WHERE id = $1 AND ended_at IS NULL RETURNING project_id AS "projectId"`,
);

export interface Registration {
  project: string;
  directory: string;
  model?: string | null | undefined;
  sessionKey?: string | null | undefined;
}

/**
 * Registers an instance (protocol: session start). With a session key that registered before it is the same instance, its
 * earlier token revoked.
 * @returns the instance's id, its token, which is told this once, and whether it was there before
 * @throws ClambakeError FORBIDDEN for instances, BAD_INPUT, SECRET_REFUSED
 */
export async function register(context: Context, registration: Registration): Promise<Registered & { token: string }> {
  requireOperator(context, 'register instances');
  const directory = checkText('directory', 'directory', registration.directory);
  const model = checkOptional('model', 'model', registration.model);
  const sessionKey = checkOptional('sessionKey', 'sessionKey', registration.sessionKey);
  refuseSecrets(context, { project: registration.project, directory, model });
  const token = drawToken();
  const { project, ...registered } = await transaction(context.database.pool, async (client) => {
    const project = await ensureProject(client, registration.project);
    const values = [project.id, directory, model, sessionKey, hashToken(token)] as const;
    const { id, resumed } = await insertDrawn(client, values);
    await insertChannel(client, id);
    await appendLog(client, {
      instanceId: id,
      projectId: project.id,
      action: 'STARTED',
      summary: resumed ? `Registered again on ${project.name}.` : `Registered on ${project.name}.`,
    });
    return { project, id, resumed };
  });
  // The token before this one is no more.
  if (registered.resumed) context.news.revoked(registered.id);
  context.news.happened({
    kind: 'INSTANCE_REGISTERED',
    from: registered.id,
    project: project.name,
    summary: directory,
    instanceId: registered.id,
  });
  return { ...registered, token };
}

async function insertDrawn(
  client: Queryable,
  [projectId, ...rest]: readonly [number, string, string | null, string | null, Buffer],
) {
  for (let draw = 0; draw < 20; draw++) {
    const [registered] = await insertInstance(client, drawInstanceId(), projectId, ...rest);
    if (registered) return registered;
  }
  throw new Error('20 instance ids in a row were taken.');
}

/**
 * Ends an instance (protocol: session end): revokes its token, ends its blockers, logs the shutdown, all or nothing.
 * @param named the instance; an instance may only name itself, the operator has to name one
 * @returns the id of the instance
 * @throws ClambakeError BAD_INPUT, FORBIDDEN, NOT_FOUND
 */
export async function deregister(context: Context, named: string | null | undefined): Promise<string> {
  const { viewer, database, news } = context;
  const other = checkFilter('instance', named)?.toLowerCase();
  if (other !== undefined && viewer.kind === 'instance' && other !== viewer.id) {
    requireOperator(context, `deregister ${excerpt(other)}`);
  }
  const id = viewer.kind === 'instance' ? viewer.id : other;
  if (!id) throw badInput('instance', 'The operator is no instance: name the one to deregister.');
  const left = await transaction(database.pool, async (client) => {
    await lockBlockersOf(client, id);
    const [ended] = await endInstance(client, id);
    if (!ended) return undefined;
    const blockers = await endBlockersOf(client, id);
    await appendLog(client, {
      instanceId: id,
      projectId: ended.projectId,
      action: 'SHUTDOWN',
      summary: 'Deregistered.',
    });
    return { blockers };
  });
  if (!left) {
    const known = await database.prisma.instance.findUnique({ where: { id }, select: { endedAt: true } });
    if (!known) throw notFound(`There is no instance "${excerpt(id)}": \`clambake instances\` lists them.`);
    return id;
  }
  news.revoked(id);
  news.happened({ kind: 'INSTANCE_LEFT', from: id, project: null, summary: 'Deregistered.', instanceId: id });
  for (const blocker of left.blockers) publishEnd(context, blocker, id);
  return id;
}
